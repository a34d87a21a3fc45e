"""How well masking finds what is private, and how much it leaves alone.

    python -m benchmarks.masking           # the labelled sentences, per kind
    python -m benchmarks.masking --wrong   # and each sentence that came out otherwise
    python -m benchmarks.masking --rows 1000000   # and the CPU of as many messages

Precision: of what was masked as a kind, the share that is of that kind. Recall: of what is of a
kind, the share that was masked as that kind. `leaked`: values of which four characters in a row
or more can still be read.
"""

import argparse
import re
import resource
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.ingest.masking import masked, masked_sql

CASES = Path(__file__).parents[1] / "tests" / "ingest" / "masking_cases.toml"
_LABEL = re.compile(r"\{([a-z_]+):([^}]*)\}")
_TAG = re.compile(r"<([a-z_]+)>")


@dataclass(frozen=True)
class Case:
    """A labelled sentence: what is read, what must come out, and its (kind, value) pairs."""

    language: str
    text: str
    expected: str
    values: tuple[tuple[str, str], ...]


def cases(path: Path = CASES) -> list[Case]:
    """Every sentence of the file, in its order."""
    return [
        Case(
            language,
            _LABEL.sub(r"\2", line),
            _LABEL.sub(r"<\1>", line),
            tuple(_LABEL.findall(line)),
        )
        for language, lines in tomllib.loads(path.read_text(encoding="utf-8")).items()
        for line in lines.strip().splitlines()
    ]


@dataclass(frozen=True)
class Score:
    """One kind: `labelled` values, of which `found` came out as it; `wrong` others did too."""

    labelled: int
    found: int
    wrong: int
    leaked: int

    @property
    def recall(self) -> float:
        return self.found / self.labelled if self.labelled else float("nan")

    @property
    def precision(self) -> float:
        masked_at_all = self.found + self.wrong
        return self.found / masked_at_all if masked_at_all else float("nan")


def scores(labelled: list[Case], results: list[str]) -> dict[str, Score]:
    """Kind -> score, and the same of all kinds as `all`."""
    counts = Counter()
    for case, result in zip(labelled, results, strict=True):
        wanted = Counter(kind for kind, _ in case.values)
        made = Counter(_TAG.findall(result))
        for kind in {*wanted, *made}:
            counts[kind, "labelled"] += wanted[kind]
            counts[kind, "found"] += min(wanted[kind], made[kind])
            counts[kind, "wrong"] += max(0, made[kind] - wanted[kind])
        for kind, value in case.values:
            counts[kind, "leaked"] += _can_be_read(value, result)
    kinds = sorted({kind for kind, _ in counts})
    parts = ("labelled", "found", "wrong", "leaked")
    table = {kind: Score(*(counts[kind, part] for part in parts)) for kind in kinds}
    table["all"] = Score(*(sum(counts[kind, part] for kind in kinds) for part in parts))
    return table


def _can_be_read(value: str, result: str) -> bool:
    rest = _TAG.sub("", result)
    size = min(4, len(value))
    return any(value[at : at + size] in rest for at in range(len(value) - size + 1))


def cpu_seconds(rows: int, labelled: list[Case]) -> tuple[float, float]:
    """CPU seconds to read `rows` messages, and to mask them: one in ten holds something."""
    plain = [case.text for case in labelled if not case.values]
    private = [case.text for case in labelled if case.values]
    with duckdb.connect() as connection:
        connection.execute("SET threads = 1")
        connection.execute(
            """CREATE TABLE messages AS
            SELECT CASE WHEN i % 10 = 0 THEN $private[1 + i // 10 % len($private)]
                ELSE $plain[1 + i % len($plain)] END AS t
            FROM range($rows) AS r(i)""",
            {"plain": plain, "private": private, "rows": rows},
        )
        spent = []
        for expression in ("t", masked_sql("t")):
            before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
            connection.execute(f"SELECT sum(length({expression})) FROM messages").fetchall()
            spent.append(resource.getrusage(resource.RUSAGE_SELF).ru_utime - before)
    return spent[0], spent[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--wrong", action="store_true", help="show what came out otherwise")
    parser.add_argument("--rows", type=int, default=0, help="measure the CPU of so many messages")
    options = parser.parse_args()
    labelled = cases()
    results = masked([case.text for case in labelled])
    print(f"{len(labelled)} sentences, {sum(not case.values for case in labelled)} of them clean")
    print(
        f"{'kind':<14}{'labelled':>9}{'found':>7}{'wrong':>7}{'leaked':>8}{'prec.':>8}{'recall':>8}"
    )
    for kind, s in scores(labelled, results).items():
        print(
            f"{kind:<14}{s.labelled:>9}{s.found:>7}{s.wrong:>7}{s.leaked:>8}"
            f"{s.precision:>8.3f}{s.recall:>8.3f}"
        )
    if options.wrong:
        for case, result in zip(labelled, results, strict=True):
            if result != case.expected:
                print(f"  {case.language}: {case.expected}\n   -> {result}")
    if options.rows:
        read, mask = cpu_seconds(options.rows, labelled)
        print(f"{options.rows:,} messages: read {read:.2f} CPU s, masked {mask:.2f} CPU s")


if __name__ == "__main__":
    main()
