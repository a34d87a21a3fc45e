"""Figures of demand and of the people it takes: fan, steps, bars by half hour."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.look import (
    ACCENT,
    CONTRAST,
    NEUTRAL,
    band,
    faded,
    figure,
    local_instants,
    moment,
    numbers,
    slot_ticks,
    texts,
    with_gaps,
)
from dashboard.formats import ENGLISH, Reader

HALF_HOUR = np.timedelta64(30, "m")
DAY = np.timedelta64(1, "D")
SPARSE_BELOW = 5
# Widest first, so that the narrower bands lie on top.
_BANDS = ((95, "q025", "q975", 0.10), (80, "q10", "q90", 0.16), (50, "q25", "q75", 0.24))


def fan(
    history: pd.DataFrame,
    forecast: pd.DataFrame,
    *,
    events: pd.DataFrame | None = None,
    daily: bool = False,
    reader: Reader = ENGLISH,
) -> go.Figure:
    """What came in and what is expected, with the bands it should fall into.

    Parameters
    ----------
    history : one row per half hour (`local_on`, `local_slot`, `offered`) or, with `daily`, per
        day (`local_on`, `offered`). NULL means the feed was down: the line breaks there.
    forecast : the same grain with `mean` or `q50` and any of q025..q975; a band is drawn for
        each pair of quantiles that is there (50, 80 and 95%). The line is the median, or the
        mean where it never reaches 5. With `before_mean`, what was expected without a scenario,
        a dotted line.
    events : market events (`title`, `starts_at` in local time), marked at their start.
    """
    _ = reader.translate
    chart = figure(340, hovermode="x")
    step = DAY if daily else HALF_HOUR
    past = _on_clock(history, daily, step)
    ahead = _on_clock(forecast, daily, step)
    middle = _middle(ahead)
    for percent, low, high, alpha in _BANDS:
        if {low, high} <= set(ahead):
            chart.add_trace(
                band(
                    ahead["at"].to_numpy(),
                    numbers(ahead[low]),
                    numbers(ahead[high]),
                    name=_("{percent}% interval").format(percent=percent),
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
    if "before_mean" in ahead:
        name = _("Without the scenario")
        chart.add_trace(
            go.Scatter(
                x=ahead["at"].to_numpy(),
                y=numbers(ahead["before_mean"]),
                name=name,
                mode="lines",
                line={"color": NEUTRAL, "width": 1.6, "dash": "dot"},
                text=texts(
                    f"{told(at)}<br>{name}: {reader.number(n, 1)}"
                    for at, n in zip(ahead["at"], ahead["before_mean"], strict=True)
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
    before: pd.DataFrame | None = None,
    events: pd.DataFrame | None = None,
    reader: Reader = ENGLISH,
) -> go.Figure:
    """Agents to schedule and agents scheduled, half hour by half hour, as steps.

    Parameters
    ----------
    staffing : one row per half hour: `local_on`, `local_slot`, `required_scheduled`,
        `scheduled_agents` (NULL without a schedule), `required_agents`, and `scheduled_low` /
        `scheduled_high`, the 80% band of what to schedule. Closed half hours are absent or NULL.
    before : the plan that a scenario changes, the same rows: its `required_scheduled` is dotted.
    events : as in `fan`.
    """
    _ = reader.translate
    frame = _on_clock(staffing, False, HALF_HOUR)
    chart = figure(340, hovermode="x")
    at = frame["at"].to_numpy()
    if {"scheduled_low", "scheduled_high"} <= set(frame):
        chart.add_trace(
            band(
                at,
                numbers(frame["scheduled_low"]),
                numbers(frame["scheduled_high"]),
                name=_("80% of outcomes"),
                colour=CONTRAST,
                alpha=0.18,
                step=HALF_HOUR,
            )
        )
    lines = [
        (frame, "required_scheduled", _("To schedule"), CONTRAST, "solid"),
        (frame, "scheduled_agents", _("Scheduled"), ACCENT, "solid"),
    ]
    if before is not None:
        plan = _on_clock(before, False, HALF_HOUR)
        lines.insert(0, (plan, "required_scheduled", _("Without the scenario"), NEUTRAL, "dot"))
    for of, column, name, colour, dash in lines:
        if of[column].isna().all():
            continue
        x, y, row = _steps(of, column)
        told = texts(_agents_words(each, name, column, reader) for each in _rows(of))
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


def apart_and_pooled(pooled: pd.DataFrame, *, reader: Reader = ENGLISH) -> go.Figure:
    """Agents that languages take apart, and those of one pool, as steps.

    Parameters
    ----------
    pooled : one row per half hour: `local_on`, `local_slot`, `agents_apart` (of all languages
        together) and `agents_pooled`.
    """
    _ = reader.translate
    frame = _on_clock(pooled, False, HALF_HOUR)
    chart = figure(300, hovermode="x")
    for column, name, colour in (
        ("agents_apart", _("Apart"), CONTRAST),
        ("agents_pooled", _("Pooled"), ACCENT),
    ):
        x, y, row = _steps(frame, column)
        told = texts(_agents_words(each, name, column, reader) for each in _rows(frame))
        chart.add_trace(
            go.Scatter(
                x=x,
                y=y,
                name=name,
                mode="lines",
                line={"color": colour, "width": 2, "shape": "hv"},
                text=told[row],
                hovertemplate="%{text}<extra></extra>",
            )
        )
    chart.update_yaxes(title_text=_("agents"), rangemode="tozero")
    return chart


def slot_bars(frame: pd.DataFrame, *, label: str, reader: Reader = ENGLISH) -> go.Figure:
    """A value by half hour of the day: `local_slot` (0..47) and `value`; absent ones stay empty."""
    values = frame.set_index("local_slot")["value"].reindex(range(48))
    clock = [reader.half_hour(slot) for slot in range(48)]
    chart = figure(280, showlegend=False, bargap=0.15)
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
    chart.update_xaxes(type="category", **slot_ticks(range(48), reader))
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


def _middle(ahead: pd.DataFrame) -> str:
    """The column to draw as the expected: the median, but the mean where contacts are so few
    that the median is a row of zeros and ones."""
    if "mean" not in ahead:
        return "q50"
    is_sparse = "q50" not in ahead or ahead["q50"].max() < SPARSE_BELOW
    return "mean" if is_sparse else "q50"


def _forecast_words(row: dict, middle: str, told: Callable, reader: Reader) -> str:
    _ = reader.translate
    if pd.isna(row[middle]):
        return ""
    lines = [told(row["at"]), f"{_('Expected')}: <b>{reader.number(row[middle], 1)}</b>"]
    for percent, low, high, _alpha in reversed(_BANDS):
        if low in row and high in row and not pd.isna(row[low]):
            lines.append(f"{percent}%: {reader.number(row[low])} – {reader.number(row[high])}")
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
    line = f"{moment(row['at'], reader)}<br>{name}: <b>{agents_words(row[column], reader)}</b>"
    if column == "required_scheduled":
        if not pd.isna(row.get("scheduled_low", float("nan"))):
            line += (
                f" (80%: {agents_words(row['scheduled_low'], reader)} – "
                f"{agents_words(row['scheduled_high'], reader)})"
            )
        if not pd.isna(row.get("required_agents", float("nan"))):
            line += f"<br>{_('At their desks')}: {agents_words(row['required_agents'], reader)}"
    return line


def agents_words(value: float | None, reader: Reader) -> str:
    """A number of agents: whole people without decimals, an em dash for "not known"."""
    if value is None or pd.isna(value):
        return "—"
    return reader.number(value, 0 if float(value).is_integer() else 1)


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
