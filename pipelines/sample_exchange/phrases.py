"""What people write, per language: templates from phrases/<language>.toml as Arrow columns."""

import tomllib
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa

from pipelines.sample_exchange.world import LANGUAGE_CODES, TOPICS

_FOLDER = Path(__file__).parent / "phrases"


@lru_cache(maxsize=1)
def _languages() -> tuple[dict, ...]:
    return tuple(
        tomllib.loads((_FOLDER / f"{code}.toml").read_text(encoding="utf-8"))
        for code in LANGUAGE_CODES
    )


def choose(kind: str, language: np.ndarray, draw: np.ndarray) -> pa.Array:
    """One text of a kind (`reply`, `thanks`, `good`, ...) per element, picked by `draw` (>= 0)."""
    return _pick([language_texts[kind] for language_texts in _languages()], language, draw)


def choose_on_topic(
    kind: str, language: np.ndarray, topic: np.ndarray, draw: np.ndarray
) -> pa.Array:
    """The same for kinds with texts per topic: `subjects`, `questions`."""
    per_topic = [
        texts if isinstance(texts, list) else [texts]
        for language_texts in _languages()
        for texts in language_texts[kind]
    ]
    return _pick(per_topic, language * len(TOPICS) + topic, draw)


def _pick(groups: list[list[str]], group: np.ndarray, draw: np.ndarray) -> pa.Array:
    sizes = np.array([len(texts) for texts in groups])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    index = starts[group] + draw % sizes[group]
    texts = pa.array([text for texts in groups for text in texts])
    return pa.DictionaryArray.from_arrays(pa.array(index.astype(np.int32)), texts)
