"""Maps of hours: where people are missing, how many to schedule, the shape of a week or day."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.look import (
    DIVERGING,
    SEQUENTIAL,
    SHARES,
    colour_bar,
    heat_map,
    slot_ticks,
    untold,
)
from dashboard.charts.staffing import agents_words, gap_words
from dashboard.formats import ENGLISH, SUPPRESSED_BELOW, Reader

_HOURS = tuple(f"{hour:02d}:00" for hour in range(24))


def gap_map(
    staffing: pd.DataFrame,
    *,
    row: str = "local_on",
    names: Mapping[object, str] | None = None,
    reader: Reader = ENGLISH,
) -> go.Figure:
    """Where people are missing: half hours across, days or queues down.

    Parameters
    ----------
    staffing : one row per half hour with `local_slot`, the column `row`, `gap` (scheduled minus
        to be scheduled; NULL where the desk is closed or has no schedule: the cell stays empty),
        `required_scheduled`, `scheduled_agents`.
    row : the column whose values are the rows, in the frame's order; days by default.
    names : value of `row` -> what to call it; days are named by themselves.

    Returns
    -------
    A figure whose colours are symmetric about 0: orange short, blue spare.
    """
    _ = reader.translate
    grid = _HalfHours(staffing, row, names, reader, hardest=staffing["gap"])
    gap = grid.of("gap")
    reach = max((abs(v) for line in gap for v in line if v is not None), default=1) or 1
    needed, there = grid.of("required_scheduled"), grid.of("scheduled_agents")
    words = grid.words(
        lambda r, c: (
            ""
            if gap[r][c] is None
            else f"<b>{gap_words(gap[r][c], reader)}</b><br>"
            f"{_('To schedule')}: {agents_words(needed[r][c], reader)} · "
            f"{_('Scheduled')}: {agents_words(there[r][c], reader)}"
        )
    )
    bar = colour_bar(_("agents short (−) or spare (+)"))
    # Whole people: a tick between two of them would name nobody.
    bar |= {"tickvals": [-reach, 0, reach], "ticktext": [_signed(v) for v in (-reach, 0, reach)]}
    return grid.drawn(gap, words, DIVERGING, bar, zmin=-reach, zmax=reach)


def agents_map(
    staffing: pd.DataFrame,
    *,
    row: str = "local_on",
    names: Mapping[object, str] | None = None,
    reader: Reader = ENGLISH,
) -> go.Figure:
    """How many people to schedule: as `gap_map`, for plans without a schedule to compare with."""
    _ = reader.translate
    grid = _HalfHours(staffing, row, names, reader, hardest=-staffing["required_scheduled"])
    needed = grid.of("required_scheduled")
    most = max((v for line in needed for v in line if v is not None), default=1) or 1
    bar = colour_bar(_("agents to schedule")) | {"tickvals": [0, most]}
    words = grid.words(
        lambda r, c: (
            ""
            if needed[r][c] is None
            else f"{_('To schedule')}: <b>{agents_words(needed[r][c], reader)}</b>"
        )
    )
    return grid.drawn(needed, words, SEQUENTIAL, bar, zmin=0, zmax=most)


def week_map(
    frame: pd.DataFrame,
    value: str,
    *,
    unit: str,
    label: str,
    reader: Reader = ENGLISH,
) -> go.Figure:
    """The shape of a week: weekday down, half hour across.

    Parameters
    ----------
    frame : one row per weekday and half hour: `weekday` (0 is Monday), `half_hour`
        (0..47), `value` and `n`. A cell without rows stays empty; under 5 it is not told.
    value : the column to colour by, in `unit` ("seconds", "share" or "count").
    """
    _ = reader.translate
    days, slots = list(range(7)), list(range(48))
    cells = frame.set_index(["weekday", "half_hour"])
    counts = _grid(cells["n"], days, slots) if "n" in cells else None
    grid = _grid(cells[value], days, slots)
    names = [reader.weekday(i) for i in range(7)]
    words = []
    for row in range(7):
        line = []
        for column, slot in enumerate(slots):
            shown = grid[row][column]
            n = counts[row][column] if counts else None
            told = f"{names[row]} {reader.half_hour(slot)}"
            if counts and n is not None and n < SUPPRESSED_BELOW:
                grid[row][column] = None
            elif shown is not None:
                told += f"<br><b>{reader.value(shown, unit)}</b>"
            if n is not None:
                told += f"<br>n = {reader.count(n)}"
            line.append(told)
        words.append(line)
    seen = pd.Series([v for row in grid for v in row if v is not None], dtype=float)
    if seen.empty:
        return untold(frame, reader)
    bar = colour_bar(label)
    # One cell that waited for days must not wash out all others: colours end at the 95%.
    highest = seen.quantile(0.95)
    if unit == "seconds":
        ends = [0, highest]  # a third one would not fit a phone
        ticks = [reader.duration(round(s)) for s in ends]
        if seen.max() > highest:
            ticks[-1] = _("{duration} and more").format(duration=ticks[-1])
        bar |= {"tickvals": ends, "ticktext": ticks}
    elif unit == "share":
        bar |= {"tickformat": SHARES}
    chart = heat_map(
        [reader.half_hour(slot) for slot in slots],
        names,
        grid,
        words,
        scale=SEQUENTIAL,
        bar=bar,
        height=300,
        zmin=0,
        zmax=highest or None,
    )
    return chart.update_xaxes(**slot_ticks(slots, reader))


def hours_map(
    frame: pd.DataFrame,
    row: str,
    *,
    unit: str,
    label: str,
    names: Mapping[str, str] | None = None,
    reader: Reader = ENGLISH,
) -> go.Figure:
    """A value by local hour across and group down, in the frame's order of groups.

    Parameters
    ----------
    frame : one row per group and hour: `row`, `hour` ("07:00"), `value`, and `n` unless the
        values are no sample. A cell without a row or a value stays empty; one under n = 5 is not
        told.
    """
    called = names or {}
    groups = list(dict.fromkeys(frame[row]))
    cells = {(r[row], r["hour"]): r for r in frame.to_dict("records")}
    z, words = [], []
    for group in groups:
        z_line, word_line = [], []
        for hour in _HOURS:
            cell = cells.get((group, hour))
            head = f"{called.get(group, group)} · {hour}"
            n = None if cell is None else cell.get("n")
            few = n is not None and n < SUPPRESSED_BELOW
            told = cell is not None and not pd.isna(cell["value"]) and not few
            z_line.append(cell["value"] if told else None)
            said = f"<b>{reader.value(cell['value'], unit)}</b>" if told else ""
            counted = "" if n is None else f"n = {reader.count(n)}"
            if unit == "count":  # the value is n itself
                said, counted = "" if n is None else f"<b>{reader.count(n)}</b>", ""
            word_line.append("<br>".join(part for part in (head, said, counted) if part))
        z.append(z_line)
        words.append(word_line)
    seen = pd.Series([v for line in z for v in line if v is not None], dtype=float)
    if seen.empty:
        return untold(frame, reader)
    highest = float(seen.quantile(0.95))
    if unit == "count":
        highest = float(np.ceil(highest))
    ends = [0.0, highest]  # a third one would not fit a phone
    ticks = [reader.number(end) if unit == "count" else reader.value(end, unit) for end in ends]
    if seen.max() > highest:
        ticks[-1] = reader.translate("{duration} and more").format(duration=ticks[-1])
    chart = heat_map(
        _HOURS,
        [str(called.get(group, group)) for group in groups],
        z,
        words,
        scale=SEQUENTIAL,
        bar=colour_bar(label) | {"tickvals": ends, "ticktext": ticks},
        height=140 + 30 * max(len(groups), 1),
        zmin=0,
        zmax=highest or None,
    )
    chart.update_xaxes(tickvals=list(_HOURS[::6]), tickangle=0)
    return chart


class _HalfHours:
    """A plan laid out with its half hours across and the values of one column down.

    Where several half hours fall into one cell (a clock change, many days), the cell is the one
    that is hardest to staff, in all that it tells: the one with the least value of `hardest`.
    """

    def __init__(
        self,
        frame: pd.DataFrame,
        row: str,
        names: Mapping | None,
        reader: Reader,
        hardest: pd.Series,
    ):
        worth = hardest.astype("Float64").to_numpy(float, na_value=np.inf)
        order = np.argsort(worth, kind="stable")
        cells = frame.iloc[order].drop_duplicates([row, "local_slot"])
        self._cells = cells.set_index([row, "local_slot"])
        self._has_days = row != "local_on" and frame["local_on"].nunique() > 1
        self._rows = sorted(frame[row].unique()) if row == "local_on" else list(frame[row].unique())
        slots = frame["local_slot"].astype(int)
        seen = frame["required_scheduled"].notna()
        slots = slots[seen] if seen.any() else slots
        self._slots = list(range(slots.min(), slots.max() + 1)) if len(slots) else []
        if row == "local_on":
            self._names = [reader.weekday_and_day(day) for day in self._rows]
        else:
            self._names = [str((names or {}).get(value, value)) for value in self._rows]
        self._reader = reader

    def of(self, column: str) -> list[list]:
        """The values of `column`, row by row; None where there is none."""
        return _grid(self._cells[column], self._rows, self._slots)

    def words(self, told: Callable[[int, int], str]) -> list[list[str]]:
        """What to say of each cell: its row, its time (of many days also which), and `told` of
        its place."""
        days = self.of("local_on") if self._has_days else None

        def time(r: int, c: int) -> str:
            clock = self._reader.half_hour(self._slots[c])
            return f"{self._reader.weekday_and_day(days[r][c])} {clock}" if days else clock

        return [
            [
                f"{name} · {time(r, c)}<br>{text}" if (text := told(r, c)) else ""
                for c in range(len(self._slots))
            ]
            for r, name in enumerate(self._names)
        ]

    def drawn(self, z, words, scale, bar: dict, **bounds) -> go.Figure:
        """The heat map."""
        chart = heat_map(
            [self._reader.half_hour(slot) for slot in self._slots],
            self._names,
            z,
            words,
            scale=scale,
            bar=bar,
            height=124 + 26 * max(len(self._rows), 1),
            **bounds,
        )
        return chart.update_xaxes(**slot_ticks(self._slots, self._reader))


def _grid(values: pd.Series, rows: Sequence, columns: Sequence) -> list[list]:
    known = values[values.notna()]
    found = dict(zip(known.index, known.tolist(), strict=True))
    return [[found.get((row, column)) for column in columns] for row in rows]


def _signed(value: float) -> str:
    return f"{value:+g}".replace("-", "−") if value else "0"
