"""Figures of people over days and months: who works when, and whom to hire."""

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.look import ACCENT, CONTRAST, NEUTRAL, faded, figure, numbers, texts
from dashboard.formats import ENGLISH, Reader

_SLOTS = 48


def gantt(tours: pd.DataFrame, *, reader: Reader = ENGLISH) -> go.Figure:
    """Who works when: a line for each person, bars over the clock or over the days.

    Parameters
    ----------
    tours : one row per person and shift: `person`, `local_on`, `start_slot`, `end_slot` (half
        hours; above 48 on the next day), `break_slot` (NULL without) and `break_end_slot`,
        `paid_hours`, `is_beyond_headcount` (NULL or true: drawn in the contrasting colour). Days
        beyond the first go on to the right. Breaks are left open.
    """
    _ = reader.translate
    first = tours["local_on"].min()
    offset = (pd.to_datetime(tours["local_on"]) - pd.Timestamp(first)).dt.days * _SLOTS
    last_day = int(offset.max()) if len(tours) else 0
    beyond = tours["is_beyond_headcount"].astype("boolean").fillna(False).astype(bool)
    rows = tours.assign(is_beyond_headcount=beyond, _offset=offset)
    rows = rows.sort_values(["person", "_offset"])
    if last_day == 0:
        rows = rows.sort_values(["start_slot", "end_slot", "person"])
    persons = list(rows["person"].unique())
    line_of = {person: line for line, person in enumerate(persons)}
    chart = figure(96 + 24 * max(len(persons), 1), showlegend=False, bargap=0.35)
    parts = {"base": [], "x": [], "y": [], "text": [], "colour": []}
    for row in rows.itertuples():
        told, colour = _told(row, reader), CONTRAST if row.is_beyond_headcount else ACCENT
        for start, end in _worked(row):
            bar = (row[-1] + start, end - start, line_of[row.person], told, colour)
            for name, value in zip(parts, bar, strict=True):
                parts[name].append(value)
    chart.add_trace(
        go.Bar(
            orientation="h",
            x=numbers(parts["x"]),
            base=numbers(parts["base"]),
            y=numbers(parts["y"]),
            marker={"color": parts["colour"]},
            text=texts(parts["text"]),
            textposition="none",
            hovertemplate="%{text}<extra></extra>",
        )
    )
    if last_day:
        days = range(0, last_day + 1, _SLOTS)
        chart.update_xaxes(
            range=[0, max(last_day + _SLOTS, (rows["_offset"] + rows["end_slot"]).max())],
            tickvals=list(days),
            ticktext=[_short_day(first + pd.Timedelta(days=day // _SLOTS), reader) for day in days],
            ticklabelposition="outside right",
        )
    else:
        begins = int(rows["start_slot"].min()) // 4 * 4 if len(rows) else 0
        ends = -(-int(rows["end_slot"].max()) // 4) * 4 if len(rows) else _SLOTS
        ticks = list(range(begins, ends + 1, 8 if ends - begins > 24 else 4))
        chart.update_xaxes(
            range=[begins, ends],
            tickvals=ticks,
            ticktext=[reader.half_hour(tick % _SLOTS) for tick in ticks],
        )
    chart.update_xaxes(tickangle=0, side="top")
    chart.update_yaxes(
        tickvals=list(line_of.values()),
        ticktext=[person_name(person, reader) for person in persons],
        autorange="reversed",
        showgrid=False,
    )
    return chart


def person_name(person: int, reader: Reader = ENGLISH) -> str:
    """'Agent 3': a number within the queue that stands for nobody in particular."""
    _ = reader.translate
    return _("Agent {n}").format(n=reader.number(person))


def hiring(plan: pd.DataFrame, *, reader: Reader = ENGLISH) -> go.Figure:
    """People needed and people there, with those to hire as bars.

    Parameters
    ----------
    plan : one row per period: `label` (how a reader names it), `required`, `effective`, `hires`.
    """
    _ = reader.translate
    chart = figure(300, hovermode="x")
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


def _short_day(day: pd.Timestamp, reader: Reader) -> str:
    """Weekday over day of the month: seven of them fit on a phone."""
    return f"{reader.weekday(day.weekday())}<br>{day.day}"


def _worked(row) -> list[tuple[float, float]]:
    if pd.isna(row.break_slot):
        return [(row.start_slot, row.end_slot)]
    return [(row.start_slot, row.break_slot), (row.break_end_slot, row.end_slot)]


def _told(row, reader: Reader) -> str:
    _ = reader.translate

    def clock(slot) -> str:
        return reader.half_hour(int(slot) % _SLOTS)

    line = (
        f"{person_name(row.person, reader)}<br>"
        f"{reader.weekday_and_day(row.local_on)} {clock(row.start_slot)}–{clock(row.end_slot)}"
    )
    if not pd.isna(row.break_slot):
        pause = f"{clock(row.break_slot)}–{clock(row.break_end_slot)}"
        line += f"<br>{_('Break')}: {pause}"
    if row.is_beyond_headcount:
        line += f"<br>{_('Beyond the headcount')}"
    return line
