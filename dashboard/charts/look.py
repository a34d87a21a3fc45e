"""One look for every figure: colours, axes, words.

Colours carry their own transparency and no figure sets a font or a background, so the same
figure sits on the app's light and dark themes and on a notebook's page. Nothing here imports
streamlit.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from math import log10

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.formats import MISSING, SUPPRESSED_BELOW, Reader

ACCENT = "#3b7dd8"
CONTRAST = "#e0761a"
NEUTRAL = "#8590a2"
# Told apart by lightness too, not by hue alone; the first is the accent, the second its contrast.
CATEGORIES = (
    ACCENT,
    CONTRAST,
    "#3aa6a0",
    "#8a63c9",
    "#c2588f",
    "#5fb0e8",
    "#b8902a",
    "#6f8f3a",
    "#8590a2",
    "#a5674a",
)
# Orange is too little or worse, blue enough or better; the middle lets the page through.
DIVERGING = (
    (0.0, "rgba(196, 92, 10, 0.95)"),
    (0.25, "rgba(232, 138, 56, 0.75)"),
    (0.5, "rgba(133, 144, 162, 0.14)"),
    (0.75, "rgba(88, 146, 224, 0.70)"),
    (1.0, "rgba(37, 92, 178, 0.95)"),
)
# Faint enough for the page's own text colour to be read on every shade, light or dark.
UNDER_TEXT = (
    (0.0, "rgba(224, 118, 26, 0.48)"),
    (0.5, "rgba(133, 144, 162, 0.12)"),
    (1.0, "rgba(59, 125, 216, 0.48)"),
)
SHARES = ".1~%"  # ticks of shares: 20%, and 0.5% where all are small
SEQUENTIAL_UNDER_TEXT = ((0.0, "rgba(59, 125, 216, 0.05)"), (1.0, "rgba(59, 125, 216, 0.48)"))
SEQUENTIAL = (
    (0.0, "rgba(59, 125, 216, 0.06)"),
    (0.5, "rgba(59, 125, 216, 0.45)"),
    (1.0, "rgba(37, 92, 178, 0.95)"),
)

_TEMPLATE = go.layout.Template(
    layout={
        "colorway": list(CATEGORIES),
        "font": {"size": 13},
        "hoverlabel": {"align": "left"},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "xaxis": {"gridcolor": "rgba(133,144,162,0.2)", "zeroline": False},
        "yaxis": {"gridcolor": "rgba(133,144,162,0.2)", "zeroline": False},
    }
)


def moment(at: datetime, reader: Reader) -> str:
    """A local instant: its weekday and day, and the 24-hour clock."""
    return f"{_day(at.date(), reader)} {at:%H:%M}"


@lru_cache(maxsize=4_096)
def _day(day: date, reader: Reader) -> str:
    # A plan names its fourteen days a thousand times, and each naming parses a pattern.
    return reader.weekday_and_day(day)


def figure(height: int = 320, **layout) -> go.Figure:
    """An empty figure in the house look, `height` in pixels."""
    base = {
        "template": _TEMPLATE,
        "height": height,
        "margin": {"l": 8, "r": 12, "t": 36, "b": 8, "pad": 4},
        "legend": {
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "y": 1.02,
            "yanchor": "bottom",
            "title": {"text": ""},
        },
        # A finger that scrolls the page must not zoom the figure; the mode bar still can.
        "dragmode": False,
        "hovermode": "closest",
        "bargap": 0.25,
        "xaxis": {"automargin": True},
        "yaxis": {"automargin": True},
    }
    chart = go.Figure(layout=base)
    chart.update_layout(**layout)
    return chart


def faded(colour: str, alpha: float) -> str:
    """`#rrggbb` with a transparency of its own."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {alpha})"


def band(
    x: Sequence,
    low: Sequence[float],
    high: Sequence[float],
    *,
    name: str,
    colour: str,
    alpha: float,
    step: object | None = None,
    legendgroup: str | None = None,
) -> go.Scatter:
    """The area between `low` and `high`, broken wherever either is NULL.

    Each unbroken run becomes a closed outline of its own: areas filled "to the next trace" run
    across gaps, and a closed half hour would look staffed. With `step` (the width of one x) the
    outline has the shape of steps and the last one is drawn to its end.
    """
    x, low, high = np.asarray(x), numbers(low), numbers(high)
    outline_x, outline_y = [], []
    for start, stop in _runs(low, high):
        across, lower, upper = x[start:stop], low[start:stop], high[start:stop]
        if step is not None:
            across = np.stack([across, across + step], axis=1).ravel()
            lower, upper = np.repeat(lower, 2), np.repeat(upper, 2)
        if outline_x:
            outline_x.append(across[:1])
            outline_y.append([np.nan])
        outline_x += [across, across[::-1]]
        outline_y += [upper, lower[::-1]]
    return go.Scatter(
        x=np.concatenate(outline_x) if outline_x else [],
        y=np.concatenate(outline_y) if outline_y else [],
        name=name,
        mode="lines",
        fill="toself",
        fillcolor=faded(colour, alpha),
        line={"width": 0, "color": faded(colour, alpha)},
        hoverinfo="skip",
        legendgroup=legendgroup,
        showlegend=bool(name),
    )


def _runs(low: np.ndarray, high: np.ndarray) -> Iterable[tuple[int, int]]:
    """`[start, stop)` of each stretch in which both bounds are observed."""
    seen = ~(np.isnan(low) | np.isnan(high))
    edges = np.flatnonzero(np.diff(seen.astype(np.int8), prepend=0, append=0))
    return zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)


def with_gaps(frame: pd.DataFrame, at: str, step: pd.Timedelta) -> pd.DataFrame:
    """`frame` sorted by `at` with an empty row wherever more than one `step` is missing.

    Lines break at NULL; a row that is absent would be drawn over as if it had been observed.
    """
    ordered = frame.sort_values(at, ignore_index=True)
    jumps = ordered[at].diff() > step
    if not jumps.any():
        return ordered
    breaks = pd.DataFrame({at: ordered.loc[jumps, at] - step})
    return pd.concat([ordered, breaks], ignore_index=True).sort_values(at, ignore_index=True)


def numbers(values: Iterable) -> np.ndarray:
    """A column as floats: NULL is NaN, at which a line breaks, and never 0.

    Arrays, not lists: Plotly checks lists item by item, which makes long figures ten times dearer.
    """
    column = values if isinstance(values, pd.Series) else pd.Series(list(values), dtype=object)
    return column.astype("Float64").to_numpy(dtype=float, na_value=np.nan)


def texts(lines: Iterable[str]) -> np.ndarray:
    """What hovering tells, point by point, as an array for the same reason."""
    return np.array(list(lines), dtype=object)


# --- durations on an axis -----------------------------------------------------------------

_TICKS = (
    0, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 14_400, 28_800,
    43_200, 86_400, 172_800, 345_600, 604_800, 1_209_600, 2_592_000, 7_776_000, 31_536_000,
)  # fmt: skip
_ROUND_TICKS = (0, 10, 60, 600, 3_600, 21_600, 86_400, 604_800, 2_592_000, 31_536_000)


def log_position(seconds: float) -> float:
    """Where a duration sits on the logarithmic time axis: 0 s has a place, log10(1 + s)."""
    return log10(1 + seconds)


def tick_below(seconds: float) -> float:
    """The last round duration before `seconds`: where an axis without empty room begins."""
    return max(tick for tick in _ROUND_TICKS if tick <= max(seconds, 0))


def log_time_axis(low: float, high: float, reader: Reader) -> dict:
    """Axis settings for durations drawn at `log_position`: ticks people use, 1 min, 1 h, 1 d."""
    ticks = [t for t in _ROUND_TICKS if low <= t <= high]
    if len(ticks) < 3:
        ticks = [t for t in _TICKS if low <= t <= high]
    return {
        "tickvals": [log_position(t) for t in ticks],
        "ticktext": [reader.duration(t) for t in ticks],
        "range": [log_position(low), log_position(high)],
    }


def time_axis(high: float, reader: Reader) -> dict:
    """Axis settings for durations drawn in seconds from 0: steps of whole people's units."""
    steps = [t for t in _TICKS if t > 0]
    wide = max(high, 1) / 5  # about as many ticks as a phone has room for
    step = next((t for t in steps if t >= wide), steps[-1])
    values = [i * step for i in range(int(high // step) + 2)]
    return {"tickvals": values, "ticktext": [reader.duration(t) for t in values]}


def local_instants(frame: pd.DataFrame) -> pd.Series:
    """The local wall clock of rows with `local_on` and `local_slot` (half hours from 0)."""
    minutes = pd.to_timedelta(frame["local_slot"].astype("int64") * 30, unit="min")
    return pd.to_datetime(frame["local_on"]) + minutes


def slot_ticks(slots: Sequence[int], reader: Reader) -> dict:
    """Ticks of an axis of half hours, each named by its clock time."""
    # Few enough not to touch each other on a phone.
    every = 12 if len(slots) > 24 else 4
    shown = [reader.half_hour(slot) for slot in slots if slot % every == 0]
    return {"tickvals": shown, "ticktext": shown, "tickangle": 0}


def name_rows(chart: go.Figure, names: Sequence[str], *, has_grid: bool = False) -> None:
    """Groups down the figure, the first on top."""
    chart.update_yaxes(
        type="category", categoryorder="array", categoryarray=names[::-1], showgrid=has_grid
    )


def whiskers(value: Iterable, low: Iterable, high: Iterable, **line) -> dict:
    """Intervals as lines from each mark to its ends; `line` is their colour and size."""
    at = numbers(value)
    reach = {"array": numbers(high) - at, "arrayminus": at - numbers(low)}
    return {"type": "data", "symmetric": False, **reach, **line}


def told(value, low, high, n, unit: str, reader: Reader) -> str:
    """What hovering a group tells: value, 95% interval where it has one, and n; under 5 n alone."""
    lines = [f"n = {reader.count(n)}"]
    if n >= SUPPRESSED_BELOW:
        if (between := reader.interval(low, high, unit)) != MISSING:
            lines.insert(0, f"95%: {between}")
        lines.insert(0, f"<b>{reader.value(value, unit)}</b>")
    return "<br>".join(lines)


def heat_map(
    across: Sequence[str],
    down: Sequence[str],
    z: Sequence[Sequence[float | None]],
    words: Sequence[Sequence[str]],
    *,
    scale: Sequence[tuple[float, str]],
    bar: dict,
    height: int,
    **bounds,
) -> go.Figure:
    """Cells in colours, the first row on top; NULL stays empty, hovering tells `words`."""
    chart = figure(height)
    chart.add_trace(
        go.Heatmap(
            x=list(across),
            y=list(down),
            z=np.array(z, dtype=float),
            colorscale=[list(stop) for stop in scale],
            xgap=1,
            ygap=2,
            text=np.array(words, dtype=object),
            hovertemplate="%{text}<extra></extra>",
            hoverongaps=False,
            colorbar=bar,
            **bounds,
        )
    )
    # A grid would shine through the faint cells.
    chart.update_xaxes(type="category", showgrid=False)
    chart.update_yaxes(autorange="reversed", type="category", showgrid=False)
    return chart


def colour_bar(title: str) -> dict:
    """The scale of a heat map: a thin line above it, so that a phone has the width for the map."""
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


def untold(frame: pd.DataFrame, reader: Reader) -> go.Figure:
    """A figure in place of one without a single mark: too few stand behind it, or nothing."""
    _ = reader.translate
    if "n" in frame and (frame["n"].fillna(0) > 0).any():
        return empty(_("Fewer than 5 in every period: too few to tell anything."))
    return empty(
        _("Nothing to show: no loaded export tells it, or fewer than 5 fall into these days.")
    )


def empty(message: str) -> go.Figure:
    """A figure that says why there is nothing to draw."""
    chart = figure(160)
    chart.update_xaxes(visible=False)
    chart.update_yaxes(visible=False)
    chart.add_annotation(text=message, showarrow=False, x=0.5, y=0.5, xref="paper", yref="paper")
    return chart
