"""Figures of durations: distribution, still-waiting curves, percentiles by time of day."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.look import (
    ACCENT,
    CATEGORIES,
    CONTRAST,
    SHARES,
    band,
    figure,
    log_position,
    log_time_axis,
    moment,
    numbers,
    texts,
    tick_below,
    time_axis,
    untold,
)
from dashboard.formats import ENGLISH, SUPPRESSED_BELOW, Reader

WIDE_SPREAD = 30  # beyond so many typical waits a linear axis would show the peaks alone
_BIN_TICKS = {0, 10, 60, 600, 3_600, 86_400, 604_800}  # those that a phone has room for


def distribution(
    bins: pd.DataFrame,
    percentiles: Mapping[str, float] | None = None,
    *,
    label: str = "",
    reader: Reader = ENGLISH,
) -> go.Figure:
    """How long things took: bars of equal width whose durations grow along the axis.

    The bins are as people say durations (1 min, 2 min, 5 min, ...), each about twice the one
    before, so that seconds and days fit on one axis and a bar's height is a count.

    Parameters
    ----------
    bins : one row per bin in order: `bin_low`, `bin_high` (seconds, half-open; NULL is open-ended)
        and `n`. Empty bins before the first and after the last contact are not drawn.
    percentiles : what to mark, e.g. {"Median": 540.0, "90%": 5400.0}; NULL ones are left out.
    label : what was measured, the axis title.
    """
    _ = reader.translate
    chart = figure(bargap=0.06, showlegend=False, margin={"t": 56})
    rows = bins.sort_values("bin_low", ignore_index=True)
    seen = rows.index[rows["n"] > 0]
    if len(seen):
        rows = rows.loc[seen.min() : seen.max()].reset_index(drop=True)
    total = rows["n"].sum()
    chart.add_trace(
        go.Bar(
            x=[i + 0.5 for i in range(len(rows))],
            y=list(rows["n"]),
            marker={"color": ACCENT, "line": {"width": 0}},
            text=[
                f"{span_words(row.bin_low, row.bin_high, reader)}<br>n = {reader.count(row.n)}"
                + (f" ({reader.share(row.n / total)})" if row.n >= SUPPRESSED_BELOW else "")
                for row in rows.itertuples()
            ],
            textposition="none",
            hovertemplate="%{text}<extra></extra>",
        )
    )
    for index, (name, seconds) in enumerate((percentiles or {}).items()):
        if seconds is None or pd.isna(seconds):
            continue
        at = _position_in_bins(seconds, rows)
        chart.add_vline(x=at, line={"color": CONTRAST, "width": 1.5, "dash": "dot"})
        chart.add_annotation(
            x=at,
            y=1.0 + 0.09 * (index % 2),
            yref="paper",
            yanchor="bottom",
            showarrow=False,
            text=f"{name} <b>{reader.duration(seconds)}</b>",
        )
    edges = list(rows["bin_low"])
    shown = [i for i, edge in enumerate(edges) if edge in _BIN_TICKS or len(edges) <= 8]
    chart.update_xaxes(
        title_text=label,
        tickvals=shown,
        ticktext=[reader.duration(edges[i]) for i in shown],
        tickangle=0,
        range=[0, max(len(rows), 1)],
    )
    chart.update_yaxes(title_text=_("contacts"), rangemode="tozero")
    return chart


def still_waiting(
    curves: pd.DataFrame,
    by: str | None = None,
    *,
    names: Mapping[str, str] | None = None,
    label: str = "",
    reader: Reader = ENGLISH,
) -> go.Figure:
    """Kaplan-Meier curves: the share that still waits after so long, with 95% bands.

    Those without an end are censored at the data cut, not dropped: dropping them would make the
    slowest look fast.

    Groups of fewer than 5 are left out.

    Parameters
    ----------
    curves : one row per event time: `seconds`, `surviving_share`, `low`, `high`, `at_risk`, and
        the column `by` where several curves are compared.
    names : what to call each group.
    """
    _ = reader.translate
    groups = [(None, curves)] if by is None else list(curves.groupby(by, sort=False))
    # A curve of two or three customers is their diary, not a distribution.
    groups = [(g, rows) for g, rows in groups if rows["at_risk"].max() >= SUPPRESSED_BELOW]
    if not groups:
        return untold(curves, reader)
    chart = figure(340, hovermode="closest")
    for index, (group, rows) in enumerate(groups):
        colour = CATEGORIES[index % len(CATEGORIES)]
        name = _("All") if group is None else str((names or {}).get(group, group))
        rows = _thinned(rows.sort_values("seconds"))
        at = np.log10(1 + numbers(rows["seconds"]))
        low, high = _step_outline(at, rows["low"]), _step_outline(at, rows["high"])
        if len(rows):
            chart.add_trace(
                band(low[0], low[1], high[1], name="", colour=colour, alpha=0.14, legendgroup=name)
            )
        chart.add_trace(
            go.Scatter(
                x=at,
                y=numbers(rows["surviving_share"]),
                name=name,
                legendgroup=name,
                mode="lines",
                line={"color": colour, "width": 2, "shape": "hv"},
                text=texts(_waiting_words(row, name, reader) for row in rows.itertuples()),
                hovertemplate="%{text}<extra></extra>",
            )
        )
    ends = [seconds for _group, rows in groups for seconds in rows["seconds"]]
    low, high = min(ends), max(ends)
    chart.update_xaxes(title_text=label, **log_time_axis(tick_below(low), high, reader))
    chart.update_yaxes(title_text=_("share without an end"), range=[0, 1.02], tickformat=SHARES)
    chart.update_layout(showlegend=len(groups) > 1)
    return chart


def percentiles_by_half_hour(
    frame: pd.DataFrame,
    lines: Mapping[str, str],
    *,
    label: str = "",
    reader: Reader = ENGLISH,
) -> go.Figure:
    """How the wait changes over the day: one line per percentile.

    Parameters
    ----------
    frame : one row per half hour: `half_hour` (0..47), the columns of `lines` (seconds), `n`,
        and for the first of them `low` and `high`, its 95% interval. Half hours without
        enough rows are NULL or absent: the line breaks.
    lines : column -> name, the first drawn strongest and with its band.

    Where the lines lie far apart, the time axis is logarithmic.
    """
    _ = reader.translate
    frame = frame.set_index("half_hour").reindex(range(48)).reset_index()
    hidden = frame["n"].fillna(0) < SUPPRESSED_BELOW if "n" in frame else frame["half_hour"] < 0
    if frame[list(lines)].mask(hidden).isna().all(axis=None):
        return untold(frame, reader)
    chart = figure(hovermode="x")
    x = [reader.half_hour(slot) for slot in frame["half_hour"]]
    first = next(iter(lines))
    highest = frame[list(lines)].mask(hidden).max().max()
    is_wide = highest > WIDE_SPREAD * frame[first].mask(hidden).median()
    place = (lambda seconds: np.log10(1 + numbers(seconds))) if is_wide else numbers
    if {"low", "high"} <= set(frame):
        low = place(frame["low"].mask(hidden))
        high = place(frame["high"].mask(hidden))
        chart.add_trace(band(x, low, high, name=_("95% interval"), colour=ACCENT, alpha=0.16))
    for index, (column, name) in enumerate(lines.items()):
        values = frame[column].mask(hidden)
        words = []
        for row, value in zip(frame.to_dict("records"), values, strict=True):
            line = (
                f"{reader.half_hour(row['half_hour'])}<br>{name}: <b>{reader.duration(value)}</b>"
            )
            if column == first and "low" in row and not pd.isna(row["low"]):
                line += f"<br>95%: {reader.interval(row['low'], row['high'], 'seconds')}"
            if "n" in row:
                line += f"<br>n = {reader.count(row['n'])}"
            words.append(line)
        chart.add_trace(
            go.Scatter(
                x=x,
                y=place(values),
                name=name,
                mode="lines",
                line={"color": CATEGORIES[index], "width": 2.4 if column == first else 1.8},
                text=words,
                hovertemplate="%{text}<extra></extra>",
            )
        )
    if is_wide:
        lowest = frame[[*lines, *({"low"} & set(frame))]].mask(hidden).min().min()
        axis = log_time_axis(lowest / 2, highest * 1.2, reader)
    else:
        axis = time_axis(0 if pd.isna(highest) else highest, reader) | {"rangemode": "tozero"}
    chart.update_yaxes(title_text=label, **axis)
    ticks = [reader.half_hour(slot) for slot in range(0, 48, 6)]
    # Told, as the band lacks half hours without an interval: those would be put after the last.
    chart.update_xaxes(type="category", categoryorder="array", categoryarray=x)
    chart.update_xaxes(tickvals=ticks, ticktext=ticks, tickangle=0)
    return chart


def timeline(waits: pd.DataFrame, *, reader: Reader = ENGLISH):
    """One contact's states and waits as bars on its clock.

    Parameters
    ----------
    waits : one row per stretch: `label`, `starts_at`, `ends_at` (local; NULL still runs and is
        drawn to the last instant known) and `kind`, which colours it.
    """
    _ = reader.translate
    labels = list(dict.fromkeys(waits["label"]))
    kinds = list(dict.fromkeys(waits["kind"]))
    chart = figure(90 + 34 * max(len(labels), 1), barmode="overlay")
    known = pd.concat([waits["starts_at"], waits["ends_at"]]).max()
    for index, kind in enumerate(kinds):
        rows = waits[waits["kind"] == kind]
        ends = rows["ends_at"].fillna(known)
        spans = (ends - rows["starts_at"]).dt.total_seconds()
        chart.add_trace(
            go.Bar(
                base=list(rows["starts_at"]),
                x=[s * 1000 for s in spans],
                y=list(rows["label"]),
                orientation="h",
                name=_(str(kind)),
                marker={"color": CATEGORIES[index % len(CATEGORIES)]},
                text=[
                    reader.duration(s) + ("" if pd.notna(end) else " +")
                    for s, end in zip(spans, rows["ends_at"], strict=True)
                ],
                customdata=[
                    f"{moment(row.starts_at, reader)} – "
                    + (moment(row.ends_at, reader) if pd.notna(row.ends_at) else _("still open"))
                    for row in rows.itertuples()
                ],
                textposition="auto",
                hovertemplate="%{y}<br><b>%{text}</b><br>%{customdata}<extra></extra>",
            )
        )
    chart.update_xaxes(type="date")
    chart.update_yaxes(categoryorder="array", categoryarray=labels[::-1], showgrid=False)
    return chart


def _thinned(curve: pd.DataFrame) -> pd.DataFrame:
    """The points at which a curve falls below another half per cent, and its ends.

    Half a per cent is about a pixel; the table beside the figure holds every point.
    """
    stairs = np.floor(numbers(curve["surviving_share"]) / 0.005)
    is_kept = np.append(True, stairs[1:] != stairs[:-1])
    is_kept[-1] = True
    return curve[is_kept]


def span_words(low: float, high: float, reader: Reader = ENGLISH) -> str:
    """A bin of durations: '1 min – 5 min', or '3 d and more' where `high` is NULL."""
    if pd.isna(high):
        return reader.translate("{duration} and more").format(duration=reader.duration(low))
    return f"{reader.duration(low)} – {reader.duration(high)}"


def _position_in_bins(seconds: float, bins: pd.DataFrame) -> float:
    """Where a duration lies on an axis on which every bin is one wide, logarithmic within it."""
    reached = bins.index[bins["bin_low"] <= seconds]
    index = int(reached.max()) if len(reached) else 0
    low, high = bins.loc[index, ["bin_low", "bin_high"]]
    if pd.isna(high):
        high = 2 * low
    start, end = log_position(low), log_position(high)
    return index + min(max((log_position(seconds) - start) / (end - start), 0.0), 1.0)


def _step_outline(x: np.ndarray, y: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Corners of a step line, so that the band around it has its shape."""
    return np.repeat(x, 2)[1:], np.repeat(numbers(y), 2)[:-1]


def _waiting_words(row, name: str, reader: Reader) -> str:
    _ = reader.translate
    after = _("after {duration}").format(duration=reader.duration(row.seconds))
    return (
        f"{name}<br>{after}: <b>{reader.share(row.surviving_share)}</b> "
        f"({reader.interval(row.low, row.high, 'share')})<br>"
        f"{_('still waiting')}: n = {reader.count(row.at_risk)}"
    )
