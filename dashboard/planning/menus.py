"""Menus whose choice stands in the address, so that a link reproduces it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import streamlit as st

from pipelines import api


def picked(
    name: str,
    label: str,
    options: Mapping[str, str],
    *,
    default: str,
    width: int | str = "stretch",
) -> str:
    """One of many, kept in the address as `?name=code`; a code unknown there falls back."""
    given = st.query_params.get(name, default)
    key = f"picked-{name}"
    st.session_state[key] = given if given in options else default
    return st.selectbox(
        label,
        list(options),
        format_func=options.get,
        key=key,
        width=width,
        on_change=_pick,
        args=(name, default),
    )


def as_saved(name: str, saved: Iterable[str]) -> None:
    """Have the address say the name of a scenario as it was saved: a link in other letters opens
    the same one."""
    key = api.demand_scenarios.name_key
    given = st.query_params.get(name)
    found = [each for each in saved if given and key(each) == key(given)]
    if found and found[0] != given:
        st.query_params[name] = found[0]


def _pick(name: str, default: str) -> None:
    code = st.session_state[f"picked-{name}"]
    if code == default:
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = code
