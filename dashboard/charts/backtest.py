"""Figures of how good the forecasts are: errors against yardsticks, coverage against promise."""

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.look import (
    ACCENT,
    CATEGORIES,
    CONTRAST,
    NEUTRAL,
    SHARES,
    faded,
    figure,
    name_rows,
    numbers,
)
from dashboard.formats import ENGLISH, Reader

HORIZONS = ("1 day", "1 week", "2 weeks")
PROMISED = {"coverage50": 0.5, "coverage80": 0.8, "coverage95": 0.95}


def errors(
    frame: pd.DataFrame,
    measure: str = "wape",
    *,
    names: Mapping[str, str] | None = None,
    reader: Reader = ENGLISH,
) -> go.Figure:
    """Back-test error by horizon: the chosen model filled, others and yardsticks hollow.

    Parameters
    ----------
    frame : the back-test of one queue, one row per `model` and `horizon`: `wape` or `pinball`
        (share of the mean, lower is better), `origins`, `is_chosen`, `is_yardstick`.
    """
    _ = reader.translate
    chart = figure()
    words = {"1 day": _("1 day"), "1 week": _("1 week"), "2 weeks": _("2 weeks")}
    present = [h for h in HORIZONS if h in set(frame["horizon"])]
    # The chosen one is drawn last, so that it lies on top where errors nearly agree.
    order = frame.drop_duplicates("model").sort_values(["is_chosen", "is_yardstick", "model"])
    for _index, head in order.iterrows():
        rows = frame[frame["model"] == head["model"]].set_index("horizon").reindex(present)
        chosen, yardstick = bool(head["is_chosen"]), bool(head["is_yardstick"])
        colour = ACCENT if chosen else CONTRAST if yardstick else NEUTRAL
        name = str((names or {}).get(head["model"], head["model"]))
        note = _("chosen") if chosen else _("yardstick") if yardstick else ""
        chart.add_trace(
            go.Scatter(
                x=numbers(rows[measure]),
                y=[words[h] for h in present],
                name=f"{name} ({note})" if note else name,
                mode="markers",
                marker={
                    "size": 14 if chosen else 11,
                    "color": colour,
                    "symbol": _symbol(chosen, yardstick, head["model"], frame),
                    "line": {"width": 2, "color": colour},
                },
                text=[
                    f"{name}<br><b>{reader.share(value)}</b><br>"
                    f"{_('origins')}: {reader.number(origins)}"
                    for value, origins in zip(rows[measure], rows["origins"], strict=True)
                ],
                hovertemplate="%{text}<extra>%{y}</extra>",
            )
        )
    titles = {
        "wape": _("absolute error as a share of contacts (lower is better)"),
        "pinball": _("band error as a share of contacts (lower is better)"),
    }
    chart.update_xaxes(title_text=titles[measure], tickformat=SHARES, rangemode="tozero")
    name_rows(chart, [words[h] for h in present], has_grid=True)
    return chart


def calibration(
    frame: pd.DataFrame,
    by: str = "horizon",
    *,
    names: Mapping[str, str] | None = None,
    reader: Reader = ENGLISH,
) -> go.Figure:
    """Do 80% of the half hours fall into the 80% band? Observed against promised coverage.

    Parameters
    ----------
    frame : one row per group: the column `by` and `coverage50`, `coverage80`, `coverage95`
        (shares; NULL where not measured). On the diagonal the bands keep their promise; above
        they are wider than they need be, below too narrow.
    """
    _ = reader.translate
    chart = figure(340)
    chart.add_trace(
        go.Scatter(
            x=[0, 1],
            y=[0, 1],
            name=_("as promised"),
            mode="lines",
            line={"color": NEUTRAL, "dash": "dash", "width": 1.2},
            hoverinfo="skip",
        )
    )
    for index, row in enumerate(frame.to_dict("records")):
        name = str((names or {}).get(row[by], row[by]))
        colour = CATEGORIES[index % len(CATEGORIES)]
        chart.add_trace(
            go.Scatter(
                x=list(PROMISED.values()),
                y=[None if pd.isna(row[c]) else row[c] for c in PROMISED],
                name=name,
                mode="lines+markers",
                marker={"size": 10, "color": colour},
                line={"color": faded(colour, 0.5), "width": 1.5},
                text=[
                    f"{name}<br>"
                    + _("promised {promised}, observed {observed}").format(
                        promised=reader.share(promised, 0), observed=reader.share(row[c])
                    )
                    for c, promised in PROMISED.items()
                ],
                hovertemplate="%{text}<extra></extra>",
            )
        )
    axis = {"tickformat": SHARES, "range": [0.3, 1.02], "tickvals": [0.5, 0.8, 0.95]}
    chart.update_xaxes(title_text=_("coverage promised"), **axis)
    chart.update_yaxes(title_text=_("coverage observed"), **(axis | {"range": [0.0, 1.04]}))
    return chart


def _symbol(chosen: bool, yardstick: bool, model: str, frame: pd.DataFrame) -> str:
    if chosen:
        return "circle"
    if not yardstick:
        return "square-open"
    yardsticks = sorted(frame.loc[frame["is_yardstick"].astype(bool), "model"].unique())
    return ("diamond-open", "triangle-up-open", "x-thin-open")[yardsticks.index(model) % 3]
