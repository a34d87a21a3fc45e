"""The charts as pages draw them: `figures.grid(...)` is `charts.grid(...)`, drawn once.

Drawing a figure is the dearest thing a page does, and the same numbers make the same figure. So
figures are kept by what they are made of: the chart's name and all its arguments, frames by their
content. A kept figure is shared by sessions and must not be changed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import plotly.graph_objects as go
import streamlit as st
from streamlit.elements.lib.streamlit_plotly_theme import GRAY_90

from dashboard import charts
from dashboard.formats import Reader


def __getattr__(name: str) -> Callable[..., go.Figure]:
    if name not in charts.__all__:
        raise AttributeError(f"dashboard.charts has no chart '{name}'")
    return partial(_figure, name)


def _figure(name: str, *arguments: Any, **options: Any) -> go.Figure:
    return _kept(name, arguments, options)


@st.cache_resource(
    show_spinner=False, max_entries=1_000, hash_funcs={Reader: lambda reader: reader.locale}
)
def _kept(name: str, arguments: tuple, options: dict[str, Any]) -> go.Figure:
    return themed(getattr(charts, name)(*arguments, **options))


def themed(figure: go.Figure) -> go.Figure:
    """The figure, its text in the strong colour of the theme in force.

    Streamlit swaps the placeholder in the browser; its own default is too faint on coloured cells.
    """
    if figure.layout.font.color != GRAY_90:
        figure.update_layout(font_color=GRAY_90)
    return figure
