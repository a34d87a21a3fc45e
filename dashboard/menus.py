"""Menus whose choice stands in the address, so that a link reproduces it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import streamlit as st

from dashboard import address
from dashboard.formats import escaped
from dashboard.i18n import text as _
from pipelines import api


def picked(
    name: str,
    label: str,
    options: Mapping[str, str],
    *,
    default: str,
    width: int | str = "stretch",
    is_kept: bool = False,
    says_unknown: bool = True,
) -> str:
    """One of many, kept in the address as `?name=code`; a code unknown there falls back, and the
    page says so, unless the caller does (`says_unknown`).

    What `is_kept` is still chosen on the next page that asks for it, and on the way back.
    """
    key = f"picked-{name}"
    given = st.query_params.get(name, default)
    if is_kept:
        given = address.told(name, default, among=options)
    if says_unknown and given not in options:
        # Of an older link, or of the queue that was chosen before: a person, a day.
        st.info(_("Not found here, and left out: {name}").format(name=escaped(f"{name}={given}")))
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
    address.tell(name, st.session_state[f"picked-{name}"], default)
