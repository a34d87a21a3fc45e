"""Controls that stand in the address, and stay as they were set on the way to another page.

A change of page clears widgets and address, and the browser's way back may lead to an address
without them: what was set is kept in the session too. The address goes first: a link shows what it
says.
"""

from __future__ import annotations

import math
from collections.abc import Container, Sequence
from typing import Any

import streamlit as st


def told(name: str, own: str, *, place: str = "", among: Container[str] | None = None) -> str:
    """What the address says of a control, else as what the session left it; `own` untouched.

    What the session left is put into the address, where it is `among` what can be chosen now.
    `place`: what the session calls it, where pages use one name for different things.
    """
    left = st.session_state.get(_place(place or name), own)
    if name in st.query_params:
        st.session_state[_place(place or name)] = st.query_params[name]
    elif left != own and (among is None or left in among):
        st.query_params[name] = left
    return st.query_params.get(name, own)


def tell(name: str, value: str, own: str, *, place: str = "") -> None:
    """Have address and session say how a control was set."""
    st.session_state[_place(place or name)] = value
    if value == own:
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = value


def number(name: str, low: float, high: float, own: float | None) -> dict[str, Any]:
    """What a widget of numbers takes to be such a control; its key is the name.

    Whole numbers where `low` is one. Beyond the limits the nearest is told, for no number `own`.
    """
    untouched = _text(own)
    given = _number(told(name, untouched), type(low))
    st.session_state[name] = own if given is None else min(max(given, low), high)
    return {"key": name, "on_change": _set_number, "args": (name, untouched)}


def several(name: str, options: Sequence[str], own: Sequence[str]) -> dict[str, Any]:
    """What a widget of several codes takes to be such a control; its key is the name.

    Codes that are no option any more are left out.
    """
    untouched = ",".join(own)
    codes = told(name, untouched).split(",")
    st.session_state[name] = [code for code in dict.fromkeys(codes) if code in options]
    return {"key": name, "on_change": _set_several, "args": (name, untouched)}


def is_set(name: str) -> bool:
    """Whether address or session say anything of a control."""
    return name in st.query_params or _place(name) in st.session_state


def forget(name: str) -> None:
    """Nothing was set."""
    st.query_params.pop(name, None)
    st.session_state.pop(_place(name), None)


def _set_number(name: str, untouched: str) -> None:
    tell(name, _text(st.session_state[name]), untouched)


def _set_several(name: str, untouched: str) -> None:
    tell(name, ",".join(st.session_state[name]), untouched)


def _number(text: str, kind: type) -> float | None:
    try:
        number = kind(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _text(number: float | None) -> str:
    return "" if number is None else str(number).removesuffix(".0")


def _place(name: str) -> str:
    return f"address-{name}"
