"""What vendors' records have in common: kinds known by their keys, checks, and columns.

`t` is the record as a struct (`Reading.records`, `Reading.flat_records`).
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from pipelines.errors import InputError
from pipelines.ingest.checks import Check
from pipelines.ingest.probe import Probe
from pipelines.ingest.sources.base import Reading, Source, Stream, stream

NOT_JSON = Check(
    "t IS NULL",
    "not a JSON object",
    "export the file again: this line is cut off or damaged",
    told="getvariable('other_kinds')[_line]",
)


@dataclass(frozen=True)
class RecordKind:
    """One of the kinds of records that a vendor exports, each in a file of its own.

    `table`: the raw table whose rows its records are, counted as received. `keys`: by which it is
    known; `is_exact`: it has no others. `read`: its streams. `passed_over`: why such a file is not
    loaded, where it is not."""

    table: str
    keys: Collection[str]
    read: Callable[[Reading], list[Stream]] = lambda reading: []
    passed_over: str | None = None
    is_exact: bool = False

    def fits(self, names: frozenset[str]) -> bool:
        """Whether a file with these keys, or headers, holds records of this kind."""
        return names == set(self.keys) if self.is_exact else names.issuperset(self.keys)


def kind_of(names: frozenset[str], kinds: Sequence[RecordKind]) -> RecordKind | None:
    """The first kind that fits; None where none does."""
    return next((kind for kind in kinds if kind.fits(names)), None)


def source_of_kinds(
    name: str,
    system: str,
    kinds: Sequence[RecordKind],
    names: Callable[[Probe], frozenset[str]] = lambda probe: probe.json_keys,
    **facts: object,
) -> Source:
    """A source that reads several kinds of records.

    Parameters
    ----------
    kinds : in the order in which they are tried.
    names : the keys or headers of a file that tell its kind; a JSON record's keys by default.
    facts : what else a Source says of itself.
    """

    def kind(probe: Probe) -> RecordKind | None:
        return kind_of(names(probe), kinds)

    def read(reading: Reading) -> list[Stream]:
        found = kind(reading.probe)
        if found is None:
            raise InputError(
                f"{reading.name}: line 1: none of the records that {name} reads; leave the source"
                " out to have it recognised"
            )
        return found.read(reading)

    def passed_over(probe: Probe) -> str | None:
        found = kind(probe)
        return found and found.passed_over

    return Source(
        name=name,
        system=system,
        main_table=lambda probe: (kind(probe) or kinds[0]).table,
        recognises=lambda probe: kind(probe) is not None,
        read=read,
        passed_over=passed_over,
        **facts,
    )


def missing(*names: str) -> list[Check]:
    """Checks that a record has these keys, which its structure reads as text."""
    return [
        Check(f"t IS NOT NULL AND nullif(t.{name}, '') IS NULL", f"{name} is missing")
        for name in names
    ]


def not_times(*names: str) -> list[Check]:
    """Checks that a record's texts could be read into columns of the same names."""
    return [
        Check(f"t.{name} IS NOT NULL AND {name} IS NULL", f"{name} is not a time") for name in names
    ]


def tags_sql(tags: str) -> str:
    """SQL of a list of tags as one text, divided by blanks; those within a tag become _."""
    return f"array_to_string(list_transform({tags}, lambda tag: replace(tag, ' ', '_')), ' ')"


def declared_language(language: str) -> dict[str, str]:
    """Columns of a contact for the language that its own record declares, if it does."""
    source = f"CASE WHEN {language} IS NULL THEN 'unknown' ELSE 'declared' END"
    return {"language_raw": language, "language_source": source}


def direction_sql(exclusion: str) -> str:
    """SQL of the direction that a contact's reason not to count tells."""
    return (
        f"CASE {exclusion} WHEN 'agent_initiated' THEN 'outbound' WHEN 'internal' THEN 'internal'"
        " ELSE 'inbound' END"
    )


def teams(reading: Reading, rows: str) -> list[Stream]:
    """The names of teams, from rows with a team `t` (id, name) and `updated_at`."""
    return [
        stream(
            "teams",
            rows,
            {
                "teams": {
                    "team_id": reading.id("t.id"),
                    "name": "t.name",
                    "updated_at": "updated_at",
                }
            },
            checks=[NOT_JSON, *missing("id", "name"), *not_times("updated_at")],
            raw="record",
            received_on="updated_at",
        )
    ]
