"""Figures that set groups side by side: grids, dots with intervals, ratings, trends."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.look import (
    ACCENT,
    CATEGORIES,
    NEUTRAL,
    SEQUENTIAL_UNDER_TEXT,
    SHARES,
    UNDER_TEXT,
    band,
    faded,
    figure,
    name_rows,
    numbers,
    time_axis,
    told,
    untold,
    whiskers,
    with_gaps,
)
from dashboard.formats import ENGLISH, MISSING, RANKED_FROM, SUPPRESSED_BELOW, Reader

_MOST_WEEKS = 5  # named below a trend: more would touch each other on a phone
_STEP = {"day": pd.Timedelta(days=1), "week": pd.Timedelta(days=7)}


def grid(
    frame: pd.DataFrame,
    *,
    unit: str,
    up_is_good: bool | None = None,
    rows: str = "channel",
    columns: str = "language",
    names: Mapping[str, str] | None = None,
    reader: Reader = ENGLISH,
) -> go.Figure:
    """A value for every channel and language, its n in the cell.

    Parameters
    ----------
    frame : one row per pair: `rows`, `columns`, `value`, `n`, `low`, `high`. A pair with n under
        5 reads "<5" and has no colour; an absent pair stays empty.
    unit : "seconds", "share" or "count".
    up_is_good : colours worse orange, which ranks: a pair with n under 30 has no colour. None
        (neither is good) shades by size alone.
    names : code -> what to call it, for both sides.
    """
    _ = reader.translate
    called = names or {}
    across = list(dict.fromkeys(frame[columns]))
    down = list(dict.fromkeys(frame[rows]))
    cells = {(row[rows], row[columns]): row for row in frame.to_dict("records")}
    z, text, words = [], [], []
    for r in down:
        z_line, text_line, word_line = [], [], []
        for c in across:
            cell = cells.get((r, c))
            is_told = cell is not None and not pd.isna(cell["value"])
            few = cell is not None and 0 < (cell["n"] or 0) < SUPPRESSED_BELOW
            is_ranked = up_is_good is None or (is_told and cell["n"] >= RANKED_FROM)
            z_line.append(cell["value"] if is_told and not few and is_ranked else None)
            head = f"{called.get(r, r)} · {called.get(c, c)}"
            if few:
                text_line.append(reader.count(cell["n"]))
                word_line.append(f"{head}<br>n = {reader.count(cell['n'])}")
            elif is_told:
                shown = reader.value(cell["value"], unit)
                text_line.append(
                    f"{shown}<br><span style='font-size:11px'>n {reader.number(cell['n'])}</span>"
                )
                ends = (cell["low"], cell["high"])
                word_line.append(f"{head}<br>{told(cell['value'], *ends, cell['n'], unit, reader)}")
            else:
                text_line.append("")
                word_line.append(head)
        z.append(z_line)
        text.append(text_line)
        words.append(word_line)
    if not any(cell for line in text for cell in line):
        return untold(frame, reader)
    bounds: dict = {}
    scale = SEQUENTIAL_UNDER_TEXT
    if up_is_good is not None:
        z, bounds, scale = _ranks(z, up_is_good), {"zmin": 0, "zmax": 1}, UNDER_TEXT
    x = [called.get(c, c) for c in across]
    y = [called.get(r, r) for r in down]
    chart = figure(76 + 46 * max(len(down), 1), showlegend=False)
    chart.add_trace(
        go.Heatmap(
            x=x,
            y=y,
            z=z,
            customdata=words,
            hovertemplate="%{customdata}<extra></extra>",
            hoverongaps=False,
            colorscale=[list(stop) for stop in scale],
            showscale=False,
            xgap=3,
            ygap=3,
            **bounds,
        )
    )
    # Text as a trace of its own takes the page's text colour; a heat map would choose black or
    # white as if its transparent cells lay on white.
    chart.add_trace(
        go.Scatter(
            x=x * len(y),
            y=[name for name in y for _column in x],
            text=[cell for line in text for cell in line],
            mode="text",
            hoverinfo="skip",
        )
    )
    chart.update_xaxes(side="top", type="category", showgrid=False, tickangle=0)
    chart.update_yaxes(autorange="reversed", type="category", showgrid=False)
    return chart


def dots(
    frame: pd.DataFrame,
    label: str,
    *,
    unit: str,
    names: Mapping[str, str] | None = None,
    baseline: str | None = None,
    baseline_name: str = "",
    reader: Reader = ENGLISH,
) -> go.Figure:
    """One dot per group with its 95% interval as a line; groups in the frame's order.

    Parameters
    ----------
    frame : one row per group: the column `label`, `value`, `low`, `high`, `n`. Under n = 5 the
        row is kept and reads "<5" instead of a dot.
    baseline : a column with what the group is compared with (its own past, say), a hollow mark.
    """
    if frame.empty:
        return untold(frame, reader)
    _ = reader.translate
    called = names or {}
    few = frame["n"].fillna(0) < SUPPRESSED_BELOW
    y = [str(called.get(v, v)) for v in frame[label]]
    value = frame["value"].mask(few)
    chart = figure(80 + 30 * max(len(frame), 1))
    if baseline is not None:
        chart.add_trace(
            go.Scatter(
                x=numbers(frame[baseline]),
                y=y,
                name=baseline_name or _("Its own baseline"),
                mode="markers",
                marker={
                    "symbol": "line-ns-open",
                    "size": 16,
                    "color": NEUTRAL,
                    "line": {"width": 2.5},
                },
                text=[reader.value(v, unit) for v in frame[baseline]],
                hovertemplate="%{y}<br>%{text}<extra></extra>",
            )
        )
    chart.add_trace(
        go.Scatter(
            x=numbers(value),
            y=y,
            name=_("Value with its 95% interval"),
            mode="markers",
            cliponaxis=False,
            marker={"color": ACCENT, "size": 10},
            error_x=whiskers(
                value, frame["low"], frame["high"], color=faded(ACCENT, 0.65), thickness=2, width=0
            ),
            text=[
                told(row.value, row.low, row.high, row.n, unit, reader)
                for row in frame.itertuples()
            ],
            hovertemplate="%{y}<br>%{text}<extra></extra>",
        )
    )
    drawn = frame[~few]  # what is not drawn does not stretch the axis
    reach = pd.concat([drawn["high"], drawn["value"]]).max()
    chart.update_xaxes(**_value_axis(unit, reach, reader))
    if drawn["low"].min() < 0:
        furthest = 1.05 * max(reach, -drawn["low"].min())
        chart.update_xaxes(range=[-furthest, furthest])
        chart.add_vline(x=0, line={"color": NEUTRAL, "width": 1})
    elif unit == "share":
        chart.update_xaxes(range=[0, 1.02])
    name_rows(chart, y, has_grid=True)
    counts = zip(y, frame["n"], few, strict=True)
    _say_untold(chart, [(name, n) for name, n, is_few in counts if is_few], reader)
    chart.update_layout(showlegend=baseline is not None)
    return chart


def _say_untold(chart: go.Figure, groups: list[tuple[str, float]], reader: Reader) -> None:
    """'<5' where a group's mark would be, a dash where it has nobody: an empty row says neither."""
    for name, n in groups:
        chart.add_annotation(
            text=reader.count(n) if n else MISSING,
            x=0,
            xref="paper",
            xanchor="left",
            xshift=4,
            y=name,
            showarrow=False,
            font={"color": NEUTRAL, "size": 12},
        )


def ratings(
    frame: pd.DataFrame,
    by: str,
    *,
    scale: Sequence[int] = (1, 2, 3, 4, 5),
    names: Mapping[str, str] | None = None,
    score_names: Mapping[int, str] | None = None,
    reader: Reader = ENGLISH,
) -> go.Figure:
    """The full distribution of ratings, one bar per group, centred on the middle of the scale.

    Parameters
    ----------
    frame : one row per group and score: `by`, `score`, `n`, and where they are told `low` and
        `high`, the limits of its share. A group with fewer than 5 ratings in all reads "<5"
        instead of a bar.
    scale : the scores from worst to best; an odd scale's middle score straddles the centre.
    score_names : what to call a score ("Bad", "Good"); the score itself otherwise.
    """
    _ = reader.translate
    called = names or {}
    # By its words, as a missing code ("no team") is no key that can be looked up again.
    frame = frame.assign(group=[str(called.get(code, code)) for code in frame[by]])
    groups = list(dict.fromkeys(frame["group"]))
    rows = frame.set_index(["group", "score"]).reindex(columns=["n", "low", "high"])
    rows = rows.reindex(pd.MultiIndex.from_product([groups, scale]))
    counts = rows["n"].fillna(0).unstack().loc[groups]
    ends = zip(rows["low"], rows["high"], strict=True)
    words = pd.Series([reader.interval(*between, "share") for between in ends], rows.index)
    limits = words.unstack().loc[groups]
    totals = counts.sum(axis=1)
    shares = counts.div(totals.where(totals >= SUPPRESSED_BELOW), axis=0)
    # Left edge of each bar: everything below the middle lies left of 0.
    below = shares.iloc[:, : len(scale) // 2].sum(axis=1)
    if len(scale) % 2:
        below = below + shares.iloc[:, len(scale) // 2] / 2
    colours = _likert_colours(len(scale))
    chart = figure(90 + 34 * max(len(groups), 1), barmode="overlay")
    left = -below
    for index, score in enumerate(scale):
        name = str((score_names or {}).get(score, score))
        chart.add_trace(
            go.Bar(
                base=numbers(left),
                x=numbers(shares[score]),
                y=groups,
                orientation="h",
                name=name,
                marker={"color": colours[index], "line": {"width": 0}},
                text=[reader.share(v, 0) if v >= 0.06 else "" for v in shares[score].fillna(0)],
                textposition="inside",
                insidetextanchor="middle",
                textangle=0,
                customdata=[
                    f"{name}: <b>{reader.share(share)}</b><br>"
                    + ("" if between == MISSING else f"95%: {between}<br>")
                    + f"n = {reader.number(n)} / {reader.number(total)}"
                    for share, n, total, between in zip(
                        shares[score], counts[score], totals, limits[score], strict=True
                    )
                ],
                hovertemplate="%{y}<br>%{customdata}<extra></extra>",
            )
        )
        left = left + shares[score]
    chart.add_vline(x=0, line={"color": NEUTRAL, "width": 1})
    furthest = np.nan_to_num([below.max(), left.max()])
    low, high = (np.ceil(furthest * 4 + 0.1) / 4).tolist()  # the next quarter beyond a bar
    ticks = [
        tick for tick in (-1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1) if -low <= tick <= high
    ]
    chart.update_xaxes(
        range=[-low, high],
        tickvals=ticks,
        ticktext=[reader.share(abs(v), 0) for v in ticks],
        title_text=_("share of ratings, below and above the middle"),
    )
    name_rows(chart, groups)
    _say_untold(chart, list(totals[totals < SUPPRESSED_BELOW].items()), reader)
    # Where a phone leaves no room for a number, none is better than one nobody can read.
    chart.update_layout(legend={"traceorder": "normal"}, uniformtext={"minsize": 9, "mode": "hide"})
    return chart


def trend(
    frame: pd.DataFrame,
    at: str,
    *,
    unit: str,
    label: str = "",
    by: str | None = None,
    names: Mapping[str, str] | None = None,
    provisional: str | None = None,
    reader: Reader = ENGLISH,
) -> go.Figure:
    """A metric over time with its 95% interval; days without an observation stay gaps.

    Parameters
    ----------
    frame : one row per `at` ("day", "week" or "month") and group: `value`, `low`, `high`, `n`.
    provisional : a boolean column; where true the value may still move and is drawn hollow.
    """
    _ = reader.translate
    if not (frame["value"].notna() & (frame["n"] >= SUPPRESSED_BELOW)).any():
        return untold(frame, reader)
    chart = figure(300, hovermode="x")
    groups = [(None, frame)] if by is None else list(frame.groupby(by, sort=False))
    for index, (group, rows) in enumerate(groups):
        rows = rows.assign(**{at: pd.to_datetime(rows[at]).astype("datetime64[us]")})
        rows = with_gaps(rows, at, _STEP[at]) if at in _STEP else rows.sort_values(at)
        rows = rows.reset_index(drop=True)
        few = rows["n"].fillna(0) < SUPPRESSED_BELOW
        value = rows["value"].mask(few)
        colour = CATEGORIES[index % len(CATEGORIES)]
        name = label if group is None else str((names or {}).get(group, group))
        x = list(rows[at])
        if rows["low"].notna().any():
            chart.add_trace(
                band(
                    x,
                    numbers(rows["low"].mask(few)),
                    numbers(rows["high"].mask(few)),
                    name="" if by else _("95% interval"),
                    colour=colour,
                    alpha=0.15,
                    legendgroup=name,
                )
            )
        hollow = rows[provisional].fillna(False).astype(bool) if provisional else few & False
        chart.add_trace(
            go.Scatter(
                x=x,
                y=numbers(value),
                name=name,
                legendgroup=name,
                mode="lines+markers" if len(rows) <= 62 else "lines",
                line={"color": colour, "width": 2},
                marker={
                    "size": [9 if h else 6 for h in hollow],
                    "color": colour,
                    "symbol": ["circle-open" if h else "circle" for h in hollow],
                },
                text=[
                    _point_words(row, at, unit, name, bool(h), reader)
                    for row, h in zip(rows.to_dict("records"), hollow, strict=True)
                ],
                hovertemplate="%{text}<extra></extra>",
            )
        )
    if at == "week":
        chart.update_xaxes(**_week_ticks(frame[at]))
    reach = pd.concat([frame["high"], frame["value"]]).max()
    chart.update_yaxes(title_text=label, **_value_axis(unit, reach, reader))
    chart.update_layout(showlegend=by is not None or len(chart.data) > 1)
    return chart


def _ranks(z: list[list], up_is_good: bool) -> list[list]:
    """Values as ranks from worst 0 to best 1; alone or all equal, they sit in the middle.

    Ranks, not sizes: one desk that takes days would wash out the differences among the rest.
    """
    seen = sorted({v for line in z for v in line if v is not None})
    if len(seen) < 2:
        return [[None if v is None else 0.5 for v in line] for line in z]
    place = {v: i / (len(seen) - 1) for i, v in enumerate(seen if up_is_good else seen[::-1])}
    return [[None if v is None else place[v] for v in line] for line in z]


def _point_words(row: dict, at: str, unit: str, name: str, hollow: bool, reader: Reader) -> str:
    _ = reader.translate
    when = reader.weekday_and_day(row[at]) if at in _STEP else row[at].strftime("%Y-%m")
    if pd.isna(row["n"]):
        return ""
    line = told(row["value"], row["low"], row["high"], row["n"], unit, reader)
    return f"{when}<br>{name}: {line}" + (
        f"<br><i>{_('provisional: may still move')}</i>" if hollow else ""
    )


def _week_ticks(weeks: pd.Series) -> dict:
    """Ticks on the Mondays that name the weeks, on few enough of them to be read; Plotly's own
    stand on Sundays."""
    apart = -(-(len(pd.date_range(weeks.min(), weeks.max(), freq="7D"))) // _MOST_WEEKS)
    return {"tick0": weeks.min(), "dtick": apart * _STEP["week"] / pd.Timedelta(milliseconds=1)}


def _value_axis(unit: str, reach: float, reader: Reader) -> dict:
    if unit == "seconds":
        return {"rangemode": "tozero", **time_axis(0 if pd.isna(reach) else reach, reader)}
    if unit == "share":
        return {"tickformat": SHARES, "rangemode": "tozero"}
    return {"rangemode": "tozero"}


def _likert_colours(count: int) -> list[str]:
    """Orange to blue through grey, as many steps as the scale has; opaque, for text on them."""
    worse, better = ("#d9681d", "#f0b07c"), ("#9dc1f0", "#3b7dd8")
    if count <= 3:
        return [worse[0], *(["#c5ccd8"] if count == 3 else []), better[1]]
    below = [worse[min(i * 2 // (count // 2), 1)] for i in range(count // 2)]
    above = [better[min(i * 2 // (count // 2), 1)] for i in range(count // 2)]
    return [*below, *(["#c5ccd8"] if count % 2 else []), *above]
