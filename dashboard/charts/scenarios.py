"""Demand as it is forecast, and as it would be under a scenario."""

from __future__ import annotations

from html import escape

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.look import (
    ACCENT,
    CONTRAST,
    NEUTRAL,
    band,
    figure,
    local_instants,
    moment,
    numbers,
    texts,
    with_gaps,
)
from dashboard.formats import ENGLISH, Reader

_HALF_HOUR = pd.Timedelta(minutes=30)


def demand_under(demands: dict[str, pd.DataFrame], *, reader: Reader = ENGLISH) -> go.Figure:
    """Contacts per half hour without and under one scenario or two, with their 80% bands.

    Parameters
    ----------
    demands : name of a scenario -> one row per half hour (`local_on`, `local_slot`), with `mean`,
        `q10`, `q90`, and `before_mean`, `before_q10`, `before_q90` without it. Beside two
        scenarios the band without them is left out, as three can't be told apart.
    """
    _ = reader.translate
    chart = figure(340, hovermode="x")
    frames = {name: _on_clock(rows) for name, rows in demands.items()}
    first = next(iter(frames.values()))
    without = _("Without the scenario")
    _add(chart, first, "before_", without, NEUTRAL, "dot", reader, has_band=len(frames) == 1)
    for (name, rows), colour in zip(frames.items(), (ACCENT, CONTRAST), strict=False):
        # Plotly reads tags in names, and people chose these.
        _add(chart, rows, "", escape(name, quote=False), colour, "solid", reader)
    chart.update_yaxes(title_text=_("contacts per half hour"), rangemode="tozero")
    return chart


def _add(chart, rows, before, name, colour, dash, reader, has_band=True) -> None:
    x, mean = rows["at"].to_numpy(), numbers(rows[f"{before}mean"])
    low, high = numbers(rows[f"{before}q10"]), numbers(rows[f"{before}q90"])
    if has_band:
        chart.add_trace(
            band(x, low, high, name="", colour=colour, alpha=0.16, legendgroup=name),
        )
    told = texts(
        f"{moment(at, reader)}<br>{name}: <b>{reader.number(value, 1)}</b>"
        f" (80%: {reader.number(least, 1)} – {reader.number(most, 1)})"
        for at, value, least, most in zip(rows["at"], mean, low, high, strict=True)
    )
    chart.add_trace(
        go.Scatter(
            x=x,
            y=mean,
            name=name,
            mode="lines",
            line={"color": colour, "width": 2, "dash": dash},
            legendgroup=name,
            text=told,
            hovertemplate="%{text}<extra></extra>",
        )
    )


def _on_clock(rows: pd.DataFrame) -> pd.DataFrame:
    at = local_instants(rows).astype("datetime64[us]")
    return with_gaps(rows.assign(at=at), "at", _HALF_HOUR)
