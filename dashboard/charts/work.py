"""Figures of work and books: backlog as a dated stock, cohorts, the population ledger."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.look import (
    ACCENT,
    CATEGORIES,
    CONTRAST,
    NEUTRAL,
    SHARES,
    band,
    faded,
    figure,
    name_rows,
    numbers,
    untold,
)
from dashboard.formats import ENGLISH, Reader

AGES = ("aged_0_1d", "aged_1_3d", "aged_3_7d", "aged_7d_plus")


def backlog(frame: pd.DataFrame, *, reader: Reader = ENGLISH) -> go.Figure:
    """Open contacts at the end of each day, stacked by how old they are.

    Parameters
    ----------
    frame : one row per day: `day` and the columns of `AGES`. The oldest lie at the bottom, where
        their growth is seen without the noise of the young ones on top.
    """
    _ = reader.translate
    names = {
        "aged_0_1d": _("under 1 day"),
        "aged_1_3d": _("1 to 3 days"),
        "aged_3_7d": _("3 to 7 days"),
        "aged_7d_plus": _("7 days and more"),
    }
    colours = {
        "aged_0_1d": faded(ACCENT, 0.25),
        "aged_1_3d": faded(ACCENT, 0.55),
        "aged_3_7d": faded(CONTRAST, 0.45),
        "aged_7d_plus": faded(CONTRAST, 0.9),
    }
    rows = frame.sort_values("day")
    days = list(pd.to_datetime(rows["day"]))
    total = rows[list(AGES)].sum(axis=1, min_count=1)
    chart = figure(hovermode="x unified")
    for age in reversed(AGES):
        chart.add_trace(
            go.Scatter(
                x=days,
                y=numbers(rows[age]),
                name=names[age],
                mode="lines",
                stackgroup="age",
                line={"width": 0.5, "color": colours[age]},
                fillcolor=colours[age],
                text=[
                    f"{reader.number(n)} ({reader.share(n / t if t else None)})"
                    for n, t in zip(rows[age], total, strict=True)
                ],
                hovertemplate="%{text}",
            )
        )
    chart.add_trace(
        go.Scatter(
            x=days,
            y=numbers(total),
            name=_("all open"),
            mode="lines",
            line={"width": 1.5, "color": NEUTRAL},
            text=[reader.number(n) for n in total],
            hovertemplate="<b>%{text}</b>",
        )
    )
    chart.update_xaxes(hoverformat="%a %e %b %Y")
    chart.update_yaxes(title_text=_("open contacts"), rangemode="tozero")
    return chart


MOST_COHORTS = 13  # the weeks of a quarter; the lines of years cover each other


def cohorts(
    curves: pd.DataFrame,
    by: str,
    *,
    names: Mapping[object, str] | None = None,
    reader: Reader = ENGLISH,
) -> go.Figure:
    """The share of each arrival cohort resolved within days of arrival, the newest drawn strongest.

    Of more than MOST_COHORTS, the newest.

    Parameters
    ----------
    curves : Kaplan-Meier curves of the time to resolution, one per value of `by` and in its
        order: `seconds`, `surviving_share`, `low`, `high`, `at_risk`. They are read at whole
        days; a cohort ends where its follow-up does: days it has not lived are absent, not flat.
    """
    _ = reader.translate
    groups = list(curves.groupby(by, sort=False))[-MOST_COHORTS:]
    if not groups:
        return untold(curves, reader)
    chart = figure()
    for index, (group, rows) in enumerate(groups):
        is_newest = index + 1 == len(groups)
        colour = faded(ACCENT, 0.25 + 0.75 * (index + 1) / len(groups))
        name = str((names or {}).get(group, group))
        read = _at_whole_days(rows.sort_values("seconds"))
        if is_newest:
            chart.add_trace(
                band(
                    list(read["day"]),
                    numbers(1 - read["high"]),
                    numbers(1 - read["low"]),
                    name="",
                    colour=ACCENT,
                    alpha=0.14,
                )
            )
        chart.add_trace(
            go.Scatter(
                x=list(read["day"]),
                y=numbers(1 - read["surviving_share"]),
                name=name,
                mode="lines+markers",
                line={"color": colour, "width": 2.6 if is_newest else 1.6},
                marker={"size": 5, "color": colour},
                text=[
                    f"{name}<br>{_('within {n} days').format(n=reader.number(row.day))}: "
                    f"<b>{reader.share(1 - row.surviving_share)}</b> "
                    f"({reader.interval(1 - row.high, 1 - row.low, 'share')})<br>"
                    f"{_('still open and followed')}: n = {reader.count(row.at_risk)}"
                    for row in read.itertuples()
                ],
                hovertemplate="%{text}<extra></extra>",
            )
        )
    chart.update_xaxes(title_text=_("days after arrival"), dtick=1)
    chart.update_yaxes(title_text=_("share resolved"), tickformat=SHARES, range=[0, 1.02])
    return chart


def _at_whole_days(curve: pd.DataFrame) -> pd.DataFrame:
    """A step curve read after 1, 2, ... 14 days, as far as it goes."""
    seconds = curve["seconds"].to_numpy(dtype=float)
    day = np.arange(1, 15)
    day = day[day * 86_400 <= seconds.max()]
    step = np.searchsorted(seconds, day * 86_400, side="right") - 1
    read = {"day": day}
    # Before the first event (step -1) everybody is still open.
    for name, start in (
        ("surviving_share", 1.0),
        ("low", 1.0),
        ("high", 1.0),
        ("at_risk", curve["at_risk"].max()),
    ):
        read[name] = np.append(curve[name].to_numpy(dtype=float), start)[step]
    return pd.DataFrame(read)


_FATES = (*CATEGORIES, "#4a5568")  # as many as a row of the ledger can have


def ledger(
    frame: pd.DataFrame,
    label: str,
    columns: Sequence[str],
    *,
    names: Mapping[str, str] | None = None,
    reader: Reader = ENGLISH,
    height: int | None = None,
) -> go.Figure:
    """Where every received row went: one bar per source or file, split by what became of it.

    Parameters
    ----------
    frame : one row per `label` with the counts of `columns`; they add up to `received`.
    columns : what to stack, `counted` first. Columns that are 0 everywhere are left out.
    """
    if frame.empty:
        return untold(frame, reader)
    _ = reader.translate
    called = names or {}
    y = [str(v) for v in frame[label]]
    chart = figure(height or 90 + 34 * max(len(frame), 1), barmode="stack")
    shown = [c for c in columns if frame[c].fillna(0).sum() > 0]
    for index, column in enumerate(shown):
        chart.add_trace(
            go.Bar(
                x=numbers(frame[column]),
                y=y,
                orientation="h",
                name=str(called.get(column, column)),
                marker={"color": _FATES[index % len(_FATES)]},
                text=[
                    f"{reader.number(n)} ({reader.share(n / received if received else None)})"
                    for n, received in zip(frame[column], frame["received"], strict=True)
                ],
                textposition="none",
                hovertemplate="%{y}<br>%{fullData.name}: <b>%{text}</b><extra></extra>",
            )
        )
    chart.update_layout(legend_traceorder="normal")
    chart.update_xaxes(title_text=_("rows received"))
    name_rows(chart, y)
    return chart
