"""Figures that explain: parts of a change, groups within what chance allows."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.look import (
    ACCENT,
    CONTRAST,
    NEUTRAL,
    SHARES,
    empty,
    faded,
    figure,
    name_rows,
    numbers,
    told,
    untold,
    whiskers,
)
from dashboard.formats import ENGLISH, RANKED_FROM, SUPPRESSED_BELOW, Reader


def parts(
    frame: pd.DataFrame,
    label: str,
    *,
    unit: str,
    up_is_good: bool | None = None,
    names: Mapping[str, str] | None = None,
    reader: Reader = ENGLISH,
) -> go.Figure:
    """Steps up and down around 0, each with its 95% interval, in the frame's order.

    Parameters
    ----------
    frame : one row per part: the column `label`, `value`, `low`, `high`, `n`.
    up_is_good : colours what is worse orange and what is better blue where the interval leaves
        out 0; what chance explains is grey.
    """
    called = names or {}
    y = [str(called.get(v, v)) for v in frame[label]]
    value, low, high = (numbers(frame[name]) for name in ("value", "low", "high"))
    sign = np.where(low > 0, 1, np.where(high < 0, -1, 0)) * (
        1 if up_is_good in (True, None) else -1
    )
    colours = [{1: ACCENT, -1: CONTRAST, 0: NEUTRAL}[int(s)] for s in sign]
    chart = figure(70 + 38 * max(len(frame), 1), showlegend=False)
    chart.add_trace(
        go.Bar(
            x=value,
            y=y,
            orientation="h",
            marker={"color": [faded(colour, 0.8) for colour in colours]},
            error_x=whiskers(value, low, high, color=NEUTRAL, thickness=1.5, width=4),
            customdata=[
                f"<b>{step(row.value, unit, reader)}</b><br>95%: "
                f"{step(row.low, unit, reader)} – {step(row.high, unit, reader)}<br>"
                f"n = {reader.count(row.n)}"
                for row in frame.itertuples()
            ],
            hovertemplate="%{y}<br>%{customdata}<extra></extra>",
        )
    )
    ends = np.concatenate([low, high, value, [0.0]])
    ends = ends[~np.isnan(ends)]
    ticks = _round_ticks(float(ends.min()), float(ends.max()))
    chart.update_xaxes(tickvals=ticks, ticktext=[step(t, unit, reader) for t in ticks], tickangle=0)
    chart.add_vline(x=0, line={"color": NEUTRAL, "width": 1})
    name_rows(chart, y)
    return chart


def step(value: float | None, unit: str, reader: Reader) -> str:
    """A difference in the reader's words: '+1.1 pts', '-20 s', '+3.2'."""
    if value is None or pd.isna(value):
        return reader.value(None, unit)
    if unit in ("share", "seconds", "score"):
        return reader.change(value, 0.0, unit) or ""
    return ("+" if value > 0 else "") + reader.number(value, 0 if abs(value) >= 100 else 1)


def funnel(
    frame: pd.DataFrame,
    label: str,
    *,
    unit: str,
    names: Mapping[str, str] | None = None,
    reader: Reader = ENGLISH,
) -> go.Figure:
    """Groups by their size, between the limits that chance leaves; nothing is ranked.

    Parameters
    ----------
    frame : one row per group as `Warehouse.funnel` gives it. Groups under n = 5 are left out,
        those under 30 are hollow and not judged.
    """
    _ = reader.translate
    called = names or {}
    rows = frame[frame["n"] >= SUPPRESSED_BELOW].sort_values("n")
    if rows.empty:
        return untold(frame, reader)
    if len(rows) == 1:
        return empty(_("One group alone: there is no other to differ from."))
    chart = figure(380)
    x = numbers(rows["n"])
    for level, dash in (("998", "dot"), ("95", "dash")):
        name = _("99.8% limits") if level == "998" else _("95% limits")
        for side in ("low", "high"):
            chart.add_trace(
                go.Scatter(
                    x=x,
                    y=numbers(rows[f"{side}_{level}"]),
                    name=name,
                    legendgroup=level,
                    showlegend=side == "low",
                    mode="lines",
                    line={"color": NEUTRAL, "width": 1.2, "dash": dash, "shape": "spline"},
                    hoverinfo="skip",
                )
            )
    chart.add_hline(y=float(rows["target"].iloc[0]), line={"color": NEUTRAL, "width": 1})
    outside = rows["outside"].fillna(0).astype(int)
    few = rows["n"] < RANKED_FROM
    known = [str(called.get(code, code)) for code in rows[label]]
    chart.add_trace(
        go.Scatter(
            x=x,
            y=numbers(rows["value"]),
            mode="markers+text",
            showlegend=False,
            # Names of groups within the limits would lie upon each other; hovering tells them.
            text=np.where(outside != 0, known, ""),
            textposition="top center",
            textfont={"size": 11},
            marker={
                "size": 10,
                "color": [CONTRAST if o else ACCENT for o in outside],
                "symbol": ["circle-open" if f else "circle" for f in few],
            },
            customdata=[
                f"{name}<br>{told(row.value, row.low, row.high, row.n, unit, reader)}"
                for name, row in zip(known, rows.itertuples(), strict=True)
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    )
    ticks = _log_ticks(rows["n"].min(), rows["n"].max())
    chart.update_xaxes(
        type="log",
        title_text=_("observations"),
        tickvals=ticks,
        ticktext=[reader.number(tick) for tick in ticks],
    )
    if unit == "share":
        ends = rows[["value", "low_998", "high_998", "target"]].astype(float)
        low, high = ends.min(axis=None) - 0.02, ends.max(axis=None) + 0.02
        chart.update_yaxes(tickformat=SHARES, range=[max(low, -0.02), min(high, 1.02)])
    return chart


def _log_ticks(least: float, most: float) -> list[int]:
    """Round numbers along a logarithmic axis: powers of ten, with 2 and 5 where it is short."""
    powers = range(int(np.floor(np.log10(least))), int(np.ceil(np.log10(most))) + 1)
    steps = (1, 2, 5) if most < 100 * least else (1,)
    return [step * 10**power for power in powers for step in steps]


def _round_ticks(low: float, high: float) -> list[float]:
    """At most six round steps that span both ends, 0 among them."""
    reach = max(high - low, 1e-9) / 4
    size = 10.0 ** np.floor(np.log10(reach))
    size *= next(factor for factor in (1, 2, 5, 10) if factor * size >= reach)
    first, last = int(np.floor(low / size)), int(np.ceil(high / size))
    return [round(place * size, 10) for place in range(first, last + 1)]
