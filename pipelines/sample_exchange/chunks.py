"""The contacts of a stretch of the period, before it is known what becomes of them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from pipelines.sample_exchange.calendars import Period
from pipelines.sample_exchange.demand import Demand, burst_slots, topic_shares
from pipelines.sample_exchange.world import CHANNELS, LANGUAGES, SLOT_SECONDS

CHUNK_CONTACTS = 250_000
NEVER = -1
"""An instant or a duration that did not happen."""


@dataclass(frozen=True)
class Arrivals:
    """Contacts in order of arrival, one element each; instants in epoch seconds.

    `number` counts all contacts of the sample; `requester` numbers its customers."""

    number: np.ndarray
    slot: np.ndarray
    channel: np.ndarray
    language: np.ndarray
    topic: np.ndarray
    arrived: np.ndarray
    requester: np.ndarray

    def __len__(self) -> int:
        return len(self.number)

    def of(self, mine: np.ndarray) -> "Arrivals":
        """Those where `mine` is true."""
        return Arrivals(*(getattr(self, name)[mine] for name in self.__dataclass_fields__))


def draw_arrivals(
    period: Period, demand: Demand, contacts: int, seed: int
) -> Iterator[tuple[Arrivals, np.random.Generator]]:
    """The contacts in stretches of about CHUNK_CONTACTS, each with its own generator."""
    per_slot = demand.counts.sum(axis=(1, 2))
    done = np.concatenate([[0], np.cumsum(per_slot)])
    stretch = done[:-1] // CHUNK_CONTACTS
    shares = topic_shares()
    for chunk in np.unique(stretch):
        slots = np.flatnonzero(stretch == chunk)
        first, last = slots[0], slots[-1] + 1
        rng = np.random.default_rng([seed, 1, int(chunk)])
        yield _draw(period, demand, shares, contacts, first, last, int(done[first]), rng), rng


def _draw(period, demand, shares, contacts, first, last, start, rng) -> Arrivals:
    counts = demand.counts[first:last]
    cells = np.repeat(np.arange(counts.size), counts.ravel())
    languages = len(LANGUAGES)
    slot = first + cells // (languages * len(CHANNELS))
    channel = cells // languages % len(CHANNELS)
    language = cells % languages
    arrived = period.starts + slot * SLOT_SECONDS + rng.integers(0, SLOT_SECONDS, len(cells))
    order = np.argsort(arrived, kind="stable")
    slot, channel, language, arrived = (a[order] for a in (slot, channel, language, arrived))
    weights = shares[channel, language] * demand.topic_lift[slot]
    burst, hours = demand.burst, burst_slots(demand.burst, period)
    is_burst = (slot >= hours.start) & (slot < hours.stop) & (channel == burst.channel)
    weights[is_burst & (language == burst.language), burst.topic] *= burst.factor
    chances = np.cumsum(weights, axis=1)
    draw = rng.random(len(slot)) * chances[:, -1]
    topic = (draw[:, None] >= chances[:, :-1]).sum(axis=1)
    return Arrivals(
        number=start + np.arange(len(slot)),
        slot=slot,
        channel=channel,
        language=language,
        topic=topic,
        arrived=arrived,
        requester=_draw_requesters(language, contacts, rng),
    )


def _draw_requesters(language: np.ndarray, contacts: int, rng: np.random.Generator) -> np.ndarray:
    """Customer numbers: each language has its own customers, and some write again and again."""
    shares = np.array([entry.share for entry in LANGUAGES])
    sizes = np.maximum((0.62 * contacts * shares / shares.sum()).astype(np.int64), 5)
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    place = (rng.random(len(language)) ** 1.6 * sizes[language]).astype(np.int64)
    return starts[language] + (place * 7919 + 13) % sizes[language]


def instants(values: np.ndarray) -> pa.Array:
    """Epoch seconds as an Arrow array, NULL where NEVER."""
    return pa.array(values, type=pa.int64(), mask=values < 0)
