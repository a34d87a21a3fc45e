"""Tables that no mapping can make contacts of, and why: said instead of "unknown format".

A guess, for the reader of an error: files whose source or mapping is told never come here.
"""

from pipelines.ingest.guessing import guess
from pipelines.ingest.sources.base import Probe

_ROWS = 200
_TIMES = {"time", "day"}


def why_unloadable(probe: Probe) -> str | None:
    """Why a table holds nothing that can be loaded; None where it may."""
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
