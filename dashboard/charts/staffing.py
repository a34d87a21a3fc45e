"""Figures of demand and of the people it takes: fan, steps, gap map, week shape."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.look import (
    ACCENT,
    CONTRAST,
    DIVERGING,
    NEUTRAL,
    SEQUENTIAL,
    band,
    faded,
    figure,
    local_instants,
    moment,
    numbers,
    texts,
    with_gaps,
)
from dashboard.formats import ENGLISH, Reader

HALF_HOUR = np.timedelta64(30, "m")
DAY = np.timedelta64(1, "D")
# Widest first, so that the narrower bands lie on top.
_BANDS = ((95, "q025", "q975", 0.10), (80, "q10", "q90", 0.16), (50, "q25", "q75", 0.24))


def fan(
    history: pd.DataFrame,
    forecast: pd.DataFrame,
    *,
    events: pd.DataFrame | None = None,
    daily: bool = False,
    reader: Reader = ENGLISH,
    height: int = 340,
) -> go.Figure:
    """What came in and what is expected, with the bands it should fall into.

    Parameters
    ----------
    history : one row per half hour (`local_on`, `local_slot`, `offered`) or, with `daily`, per
        day (`local_on`, `offered`). NULL means the feed was down: the line breaks there.
    forecast : the same grain with `mean` or `q50` and any of q025..q975; a band is drawn for
        each pair of quantiles that is there (50, 80 and 95 %).
    events : market events (`title`, `starts_at` in local time), marked at their start.
    """
    _ = reader.translate
    chart = figure(height, hovermode="x")
    step = DAY if daily else HALF_HOUR
    past = _on_clock(history, daily, step)
    ahead = _on_clock(forecast, daily, step)
    middle = "q50" if "q50" in ahead else "mean"
    for percent, low, high, alpha in _BANDS:
        if {low, high} <= set(ahead):
            chart.add_trace(
                band(
                    ahead["at"].to_numpy(),
                    numbers(ahead[low]),
                    numbers(ahead[high]),
                    name=_("{percent} % interval").format(percent=percent),
                    colour=ACCENT,
                    alpha=alpha,
                )
            )
    unit = _("contacts a day") if daily else _("contacts per half hour")
    told = reader.weekday_and_day if daily else partial(moment, reader=reader)
    chart.add_trace(
        go.Scatter(
            x=past["at"].to_numpy(),
            y=numbers(past["offered"]),
            name=_("Came in"),
            mode="lines",
            line={"color": NEUTRAL, "width": 1.6},
            text=texts(
                f"{told(at)}<br>{_('Came in')}: {reader.number(n)}"
                for at, n in zip(past["at"], past["offered"], strict=True)
            ),
            hovertemplate="%{text}<extra></extra>",
        )
    )
    chart.add_trace(
        go.Scatter(
            x=ahead["at"].to_numpy(),
            y=numbers(ahead[middle]),
            name=_("Forecast (median)") if middle == "q50" else _("Forecast (mean)"),
            mode="lines",
            line={"color": ACCENT, "width": 2.2},
            text=texts(_forecast_words(row, middle, told, reader) for row in _rows(ahead)),
            hovertemplate="%{text}<extra></extra>",
        )
    )
    if events is not None and len(past) + len(ahead):
        seen = pd.concat([past["at"], ahead["at"]])
        _mark_events(chart, events, seen.min(), seen.max(), reader)
    chart.update_yaxes(title_text=unit, rangemode="tozero")
    return chart


def required_against_scheduled(
    staffing: pd.DataFrame,
    *,
    events: pd.DataFrame | None = None,
    reader: Reader = ENGLISH,
    height: int = 340,
) -> go.Figure:
    """Agents to schedule and agents scheduled, half hour by half hour, as steps.

    Parameters
    ----------
    staffing : one row per half hour: `local_on`, `local_slot`, `required_scheduled`,
        `scheduled_agents` (NULL without a schedule), `required_agents`, and `scheduled_low` /
        `scheduled_high`, the 80 % band of what to schedule. Closed half hours are absent or NULL.
    events : as in `fan`.
    """
    _ = reader.translate
    frame = _on_clock(staffing, False, HALF_HOUR)
    chart = figure(height, hovermode="x")
    at = frame["at"].to_numpy()
    if {"scheduled_low", "scheduled_high"} <= set(frame):
        chart.add_trace(
            band(
                at,
                numbers(frame["scheduled_low"]),
                numbers(frame["scheduled_high"]),
                name=_("80 % of outcomes"),
                colour=CONTRAST,
                alpha=0.18,
                step=HALF_HOUR,
            )
        )
    for column, name, colour, dash in (
        ("required_scheduled", _("To schedule"), CONTRAST, "solid"),
        ("scheduled_agents", _("Scheduled"), ACCENT, "solid"),
    ):
        if frame[column].isna().all():
            continue
        x, y, row = _steps(frame, column)
        told = texts(_agents_words(each, name, column, reader) for each in _rows(frame))
        chart.add_trace(
            go.Scatter(
                x=x,
                y=y,
                name=name,
                mode="lines",
                line={"color": colour, "width": 2, "shape": "hv", "dash": dash},
                text=told[row],
                hovertemplate="%{text}<extra></extra>",
            )
        )
    if events is not None and len(frame):
        _mark_events(chart, events, frame["at"].min(), frame["at"].max(), reader)
    most = frame[["required_scheduled", "scheduled_agents"]].max().max()
    # Ticks between two people would name nobody.
    ticks = {"dtick": 1} if pd.notna(most) and most <= 8 else {}
    chart.update_yaxes(title_text=_("agents"), rangemode="tozero", **ticks)
    return chart


def gap_map(
    staffing: pd.DataFrame,
    *,
    row: str = "local_on",
    names: Mapping[object, str] | None = None,
    reader: Reader = ENGLISH,
    height: int | None = None,
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
    grid = _HalfHours(staffing, row, names, reader)
    gap = grid.of("gap")
    reach = max((abs(v) for line in gap for v in line if v is not None), default=1) or 1
    needed, there = grid.of("required_scheduled"), grid.of("scheduled_agents")
    words = grid.words(
        lambda r, c: (
            ""
            if gap[r][c] is None
            else f"<b>{gap_words(gap[r][c], reader)}</b><br>"
            f"{_('To schedule')}: {_agents(needed[r][c], reader)} · "
            f"{_('Scheduled')}: {_agents(there[r][c], reader)}"
        )
    )
    bar = _colour_bar(_("agents short (−) or spare (+)"))
    # Whole people: a tick between two of them would name nobody.
    bar |= {"tickvals": [-reach, 0, reach], "ticktext": [_signed(v) for v in (-reach, 0, reach)]}
    return grid.drawn(gap, words, DIVERGING, bar, height, zmin=-reach, zmax=reach)


def agents_map(
    staffing: pd.DataFrame,
    *,
    row: str = "local_on",
    names: Mapping[object, str] | None = None,
    reader: Reader = ENGLISH,
    height: int | None = None,
) -> go.Figure:
    """How many people to schedule: as `gap_map`, for plans without a schedule to compare with."""
    _ = reader.translate
    grid = _HalfHours(staffing, row, names, reader)
    needed = grid.of("required_scheduled", scarcest="max")
    most = max((v for line in needed for v in line if v is not None), default=1) or 1
    bar = _colour_bar(_("agents to schedule")) | {"tickvals": [0, most]}
    words = grid.words(
        lambda r, c: (
            ""
            if needed[r][c] is None
            else f"{_('To schedule')}: <b>{_agents(needed[r][c], reader)}</b>"
        )
    )
    return grid.drawn(needed, words, SEQUENTIAL, bar, height, zmin=0, zmax=most)


def week_map(
    frame: pd.DataFrame,
    value: str,
    *,
    unit: str,
    label: str,
    reader: Reader = ENGLISH,
    height: int = 300,
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
            if counts and n is not None and n < 5:
                grid[row][column] = None
            elif shown is not None:
                told += f"<br><b>{reader.value(shown, unit)}</b>"
            if n is not None:
                told += f"<br>n = {reader.count(n)}"
            line.append(told)
        words.append(line)
    chart = figure(height)
    bar = _colour_bar(label)
    if unit == "seconds":
        highest = max((v for row in grid for v in row if v is not None), default=0)
        ends = [0, highest / 2, highest]
        bar |= {"tickvals": ends, "ticktext": [reader.duration(round(s)) for s in ends]}
    elif unit == "share":
        bar |= {"tickformat": ".0%"}
    chart.add_trace(
        go.Heatmap(
            x=[reader.half_hour(slot) for slot in slots],
            y=names,
            z=grid,
            zmin=0,
            colorscale=[list(stop) for stop in SEQUENTIAL],
            xgap=1,
            ygap=2,
            text=words,
            hovertemplate="%{text}<extra></extra>",
            hoverongaps=False,
            colorbar=bar,
        )
    )
    chart.update_xaxes(**_slot_ticks(slots, reader), type="category")
    chart.update_yaxes(autorange="reversed", type="category")
    return chart


def slot_bars(
    frame: pd.DataFrame, *, label: str, reader: Reader = ENGLISH, height: int = 280
) -> go.Figure:
    """A value by half hour of the day: `local_slot` (0..47) and `value`; absent ones stay empty."""
    values = frame.set_index("local_slot")["value"].reindex(range(48))
    clock = [reader.half_hour(slot) for slot in range(48)]
    chart = figure(height, showlegend=False, bargap=0.15)
    chart.add_trace(
        go.Bar(
            x=clock,
            y=numbers(values),
            marker={"color": ACCENT},
            text=[reader.compact(value) for value in values],
            textposition="none",
            hovertemplate="%{x}<br><b>%{text}</b><extra></extra>",
        )
    )
    chart.update_xaxes(type="category", **_slot_ticks(range(48), reader))
    chart.update_yaxes(title_text=label, rangemode="tozero")
    return chart


def gap_words(gap: float, reader: Reader = ENGLISH) -> str:
    """-3 is "3 short", 2 is "2 spare", 0 is "just right"."""
    _ = reader.translate
    decimals = 0 if float(gap).is_integer() else 1
    if gap < 0:
        return _("{n} short").format(n=reader.number(-gap, decimals))
    if gap > 0:
        return _("{n} spare").format(n=reader.number(gap, decimals))
    return _("exactly enough")


def _on_clock(frame: pd.DataFrame, daily: bool, step: pd.Timedelta) -> pd.DataFrame:
    at = pd.to_datetime(frame["local_on"]) if daily else local_instants(frame)
    return with_gaps(frame.assign(at=at.astype("datetime64[us]")), "at", step)


def _rows(frame: pd.DataFrame) -> list[dict]:
    return frame.to_dict("records")


def _forecast_words(row: dict, middle: str, told: Callable, reader: Reader) -> str:
    _ = reader.translate
    if pd.isna(row[middle]):
        return ""
    lines = [told(row["at"]), f"{_('Expected')}: <b>{reader.number(row[middle], 1)}</b>"]
    for percent, low, high, _alpha in reversed(_BANDS):
        if low in row and high in row and not pd.isna(row[low]):
            lines.append(f"{percent} %: {reader.number(row[low])} – {reader.number(row[high])}")
    return "<br>".join(lines)


def _steps(frame: pd.DataFrame, column: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points of a step line: every half hour at its start, and a last one at its end.

    Instants, values, and the row of the frame that each point tells of. Without the point at its
    end the last half hour of an opening would have no width.
    """
    values = numbers(frame[column])
    is_last = ~np.isnan(values) & np.isnan(np.append(values[1:], np.nan))
    row = np.repeat(np.arange(len(values)), 1 + is_last)
    is_end = np.append(False, row[1:] == row[:-1])
    return frame["at"].to_numpy()[row] + is_end * HALF_HOUR, values[row], row


def _agents_words(row: dict, name: str, column: str, reader: Reader) -> str:
    _ = reader.translate
    if pd.isna(row[column]):
        return ""
    line = f"{moment(row['at'], reader)}<br>{name}: <b>{_agents(row[column], reader)}</b>"
    if column == "required_scheduled":
        if not pd.isna(row.get("scheduled_low", float("nan"))):
            line += (
                f" (80 %: {_agents(row['scheduled_low'], reader)} – "
                f"{_agents(row['scheduled_high'], reader)})"
            )
        if not pd.isna(row.get("required_agents", float("nan"))):
            line += f"<br>{_('At their desks')}: {_agents(row['required_agents'], reader)}"
    return line


def _signed(value: float) -> str:
    return f"{value:+g}".replace("-", "−") if value else "0"


def _agents(value: float | None, reader: Reader) -> str:
    if value is None or pd.isna(value):
        return "—"
    return reader.number(value, 0 if float(value).is_integer() else 1)


class _HalfHours:
    """A plan laid out with its half hours across and the values of one column down."""

    def __init__(self, frame: pd.DataFrame, row: str, names: Mapping | None, reader: Reader):
        self._cells = frame.set_index([row, "local_slot"])
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

    def of(self, column: str, scarcest: str = "min") -> list[list]:
        """The values of `column`, row by row; None where there is none.

        Where several half hours fall into one cell (a clock change, many days), the cell shows
        the one that is hardest to staff: `scarcest` says whether that is the least or the most.
        """
        return _grid(self._cells[column], self._rows, self._slots, scarcest)

    def words(self, told: Callable[[int, int], str]) -> list[list[str]]:
        """What to say of each cell: its row, its time, and `told` of its place."""
        return [
            [
                f"{name} · {self._reader.half_hour(slot)}<br>{text}" if (text := told(r, c)) else ""
                for c, slot in enumerate(self._slots)
            ]
            for r, name in enumerate(self._names)
        ]

    def drawn(self, z, words, scale, bar: dict, height: int | None, **bounds) -> go.Figure:
        """The heat map."""
        chart = figure(height or 124 + 26 * max(len(self._rows), 1))
        chart.add_trace(
            go.Heatmap(
                x=[self._reader.half_hour(slot) for slot in self._slots],
                y=self._names,
                z=z,
                colorscale=[list(stop) for stop in scale],
                xgap=1,
                ygap=2,
                text=words,
                hovertemplate="%{text}<extra></extra>",
                hoverongaps=False,
                colorbar=bar,
                **bounds,
            )
        )
        chart.update_xaxes(**_slot_ticks(self._slots, self._reader), type="category")
        chart.update_yaxes(autorange="reversed", type="category")
        return chart


def _grid(values: pd.Series, rows: Sequence, columns: Sequence, take: str = "min") -> list[list]:
    taken = values.groupby(level=[0, 1]).agg(take)
    found = {key: None if pd.isna(value) else value for key, value in taken.items()}
    return [[found.get((row, column)) for column in columns] for row in rows]


def _slot_ticks(slots: Sequence[int], reader: Reader) -> dict:
    # Few enough not to touch each other on a phone.
    every = 12 if len(slots) > 24 else 4
    shown = [reader.half_hour(slot) for slot in slots if slot % every == 0]
    return {"tickvals": shown, "ticktext": shown, "tickangle": 0}


def _colour_bar(title: str) -> dict:
    return {
        "title": {"text": title, "side": "top"},
        "orientation": "h",
        "thickness": 8,
        "tickangle": 0,
        "len": 0.5,
        "x": 0,
        "xanchor": "left",
        "y": 1.02,
        "yanchor": "bottom",
        "outlinewidth": 0,
    }


def _mark_events(chart: go.Figure, events: pd.DataFrame, first, last, reader: Reader) -> None:
    inside = events[(events["starts_at"] <= last) & (events["starts_at"] >= first)]
    if inside.empty:
        return
    tops = [np.nanmax(numbers(trace.y)) for trace in chart.data if len(trace.y)]
    top = max((height for height in tops if not np.isnan(height)), default=1)
    chart.add_trace(
        go.Scatter(
            x=list(inside["starts_at"]),
            y=[top * 1.04] * len(inside),
            name=reader.translate("Market event"),
            mode="markers",
            marker={"symbol": "triangle-down", "size": 10, "color": CONTRAST},
            text=[
                f"{moment(event.starts_at, reader)}<br><b>{event.title}</b>"
                for event in inside.itertuples()
            ],
            hovertemplate="%{text}<extra></extra>",
        )
    )
    for at in inside["starts_at"]:
        chart.add_vline(x=at, line={"color": faded(CONTRAST, 0.5), "width": 1, "dash": "dot"})
