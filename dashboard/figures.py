"""The charts as pages draw them: `figures.grid(...)` is `charts.grid(...)`, drawn when it is shown.

Drawing a figure and writing it out for the browser is the dearest thing a page does, and the same
numbers make the same figure. So a page hands on what a figure is made of, and what reaches the
browser is kept by that: the chart's name and all its arguments, frames by their content.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import plotly.graph_objects as go
from streamlit.elements.lib.streamlit_plotly_theme import GRAY_90

from dashboard import charts


@dataclass(frozen=True)
class Drawing:
    """A figure to be: the chart of that name, and what it is called with."""

    chart: str
    arguments: tuple
    options: dict[str, Any]

    def figure(self) -> go.Figure:
        """The figure, its text in the strong colour of the theme in force.

        Streamlit swaps the placeholder in the browser; its own default is too faint on coloured
        cells.
        """
        figure = getattr(charts, self.chart)(*self.arguments, **self.options)
        return figure.update_layout(font_color=GRAY_90)


def __getattr__(name: str) -> Callable[..., Drawing]:
    if name not in charts.__all__:
        raise AttributeError(f"dashboard.charts has no chart '{name}'")
    return partial(_drawing, name)


def _drawing(name: str, *arguments: Any, **options: Any) -> Drawing:
    return Drawing(name, arguments, options)
