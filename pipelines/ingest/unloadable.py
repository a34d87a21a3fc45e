"""What is said of a file that no source knows: why nothing can be made of it, or how it may be.

A guess, for the reader of an error: files whose source or mapping is told never come here.
"""

from pipelines.ingest.guessing import guess
from pipelines.ingest.probe import Probe
from pipelines.ingest.sources import sources

_ROWS = 200
_NEAREST = 3
_TIMES = {"time", "day"}


def why_unloadable(probe: Probe) -> str:
    """Why a file that no source knows is not loaded, and what to do about it."""
    return why_no_mapping_helps(probe) or _remedy(probe)


def _remedy(probe: Probe) -> str:
    shared = {
        name: len(probe.names & set(source.usual_columns)) for name, source in sources().items()
    }
    nearest = [name for name in sorted(shared, key=shared.get, reverse=True) if shared[name] > 1]
    like = f"nearest: {', '.join(nearest[:_NEAREST])}; " if nearest else ""
    return (
        f"{like}look at it with support-quality inspect {probe.name.name}, which writes a mapping"
        " to start from (--mapping), or tell what it is with --source"
    )


def why_no_mapping_helps(probe: Probe) -> str | None:
    """Why a file holds nothing that could be counted; None where a mapping may tell what it is."""
    table = probe.table_or_none
    if table is None or len(table.headers) < 2:
        return None
    rows = [row for row in table.first_rows(_ROWS) if len(row) == len(table.headers)]
    if not rows:
        return None
    columns = [guess(h, [row[i] for row in rows]) for i, h in enumerate(table.headers)]
    times = [column for column in columns if column.kind in _TIMES or column.unit == "object_id"]
    others = [column for column in columns if column not in times]
    # counts repeat, ids do not; times repeat, intervals do not
    is_counts = all(column.kind == "number" and not column.is_unique for column in others)
    if others and is_counts and len(times) == 1 and times[0].is_unique:
        return (
            "counts per interval, no contacts; every row must be one contact, message or event:"
            " export those"
        )
    has_times = times or any(c.unit and c.unit.startswith("epoch") for c in columns)
    if not has_times:
        return (
            "no column holds times, and what has none can't be counted on any day; export it with"
            " its times, or tell one in a mapping's [constants]"
        )
    return None
