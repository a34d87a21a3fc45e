"""Controls that stay as they were set on the way to another page and back.

A change of page clears widgets and address; what was set is kept in the session until then. The
address goes first: a link shows what it says.
"""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st


def come_back(group: str) -> bool:
    """Set the widgets of a group again, before they are drawn; whether any had been set."""
    kept = st.session_state.get(_key(group), {})
    for name, value in kept.items():
        if name not in st.session_state and name not in st.query_params:
            st.session_state[name] = value
    return bool(kept)


def keep(group: str, controls: Mapping[str, object]) -> None:
    """Remember which widgets of a group are set; one that is not drawn stays as it was.

    `controls`: key of the widget -> where it stands untouched."""
    kept = st.session_state.setdefault(_key(group), {})
    for name, own in controls.items():
        if name in st.session_state:
            kept[name] = st.session_state[name]
            if kept[name] == own:
                del kept[name]


def forget(group: str) -> None:
    """Nothing of the group was set."""
    st.session_state.pop(_key(group), None)


def _key(group: str) -> str:
    return f"stays.{group}"
