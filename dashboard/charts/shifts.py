"""Figures of people over days and months: who works when, and whom to hire."""

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.look import ACCENT, CONTRAST, NEUTRAL, faded, figure, numbers, texts
from dashboard.formats import ENGLISH, Reader

_SLOTS = 48


def gantt(
    shifts: pd.DataFrame, *, reader: Reader = ENGLISH, height: int | None = None
) -> go.Figure:
    """Shifts as bars over the clock, one line each, breaks left open.

    Parameters
    ----------
    shifts : one row per day and shift: `local_on`, `start_slot`, `end_slot` (half hours; above 48
        on the next day), `break_slot` (NULL without) and `break_end_slot`, `agents`, `paid_hours`.
    """
    _ = reader.translate
    rows = shifts.sort_values(
        ["local_on", "start_slot", "end_slot", "break_slot"], ignore_index=True
    )
    chart = figure(height or 96 + 24 * max(len(rows), 1), showlegend=False, bargap=0.35)
    names = [
        f"{reader.weekday_and_day(row.local_on)} · {reader.number(row.agents)}"
        for row in rows.itertuples()
    ]
    # A line of its own for each shift, also where day and number of people are the same.
    lines = list(range(len(rows)))
    parts = {"base": [], "x": [], "y": [], "text": []}
    for line, row in zip(lines, rows.itertuples(), strict=True):
        told = _told(row, reader)
        for start, end in _worked(row):
            for name, value in zip(parts, (start, end - start, line, told), strict=True):
                parts[name].append(value)
    chart.add_trace(
        go.Bar(
            orientation="h",
            x=numbers(parts["x"]),
            base=numbers(parts["base"]),
            y=numbers(parts["y"]),
            marker={"color": ACCENT},
            text=texts(parts["text"]),
            textposition="none",
            hovertemplate="%{text}<extra></extra>",
        )
    )
    first = int(rows["start_slot"].min()) // 4 * 4 if len(rows) else 0
    last = -(-int(rows["end_slot"].max()) // 4) * 4 if len(rows) else _SLOTS
    every = 8 if last - first > 24 else 4
    ticks = list(range(first, last + 1, every))
    chart.update_xaxes(
        range=[first, last],
        tickvals=ticks,
        ticktext=[reader.half_hour(tick % _SLOTS) for tick in ticks],
        tickangle=0,
        side="top",
    )
    chart.update_yaxes(tickvals=lines, ticktext=names, autorange="reversed", showgrid=False)
    return chart


def hiring(plan: pd.DataFrame, *, reader: Reader = ENGLISH, height: int = 300) -> go.Figure:
    """People needed and people there, with those to hire as bars.

    Parameters
    ----------
    plan : one row per period: `label` (how a reader names it), `required`, `effective`, `hires`.
    """
    _ = reader.translate
    chart = figure(height, hovermode="x")
    chart.add_trace(
        go.Bar(
            x=list(plan["label"]),
            y=numbers(plan["hires"]),
            name=_("To hire"),
            marker={"color": faded(NEUTRAL, 0.6)},
            hovertemplate=_("To hire") + ": <b>%{y}</b><extra></extra>",
        )
    )
    for column, name, colour, shape in (
        ("required", _("Needed"), CONTRAST, "linear"),
        ("effective", _("There, by what they are worth"), ACCENT, "linear"),
    ):
        chart.add_trace(
            go.Scatter(
                x=list(plan["label"]),
                y=numbers(plan[column]),
                name=name,
                mode="lines+markers",
                line={"color": colour, "width": 2, "shape": shape},
                text=texts(reader.number(value, 1) for value in plan[column]),
                hovertemplate=f"{name}: <b>%{{text}}</b><extra></extra>",
            )
        )
    chart.update_xaxes(type="category")
    chart.update_yaxes(title_text=_("people"), rangemode="tozero")
    return chart


def _worked(row) -> list[tuple[float, float]]:
    if pd.isna(row.break_slot):
        return [(row.start_slot, row.end_slot)]
    return [(row.start_slot, row.break_slot), (row.break_end_slot, row.end_slot)]


def _told(row, reader: Reader) -> str:
    _ = reader.translate

    def clock(slot) -> str:
        return reader.half_hour(int(slot) % _SLOTS)

    line = (
        f"{reader.weekday_and_day(row.local_on)} {clock(row.start_slot)}–{clock(row.end_slot)}"
        f"<br>{_('People')}: <b>{reader.number(row.agents)}</b>"
    )
    if not pd.isna(row.break_slot):
        pause = f"{clock(row.break_slot)}–{clock(row.break_end_slot)}"
        line += f"<br>{_('Break')}: {pause}"
    return line
