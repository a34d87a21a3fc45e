"""A scenario in the making: its effects as plain controls, saved, opened from a file, deleted."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard import components, queries
from dashboard.formats import Reader, escaped
from dashboard.i18n import text as _
from dashboard.planning import scenario_words as words_of
from dashboard.planning.troubles import trouble
from pipelines import api
from pipelines.errors import SupportQualityError

_DRAFT = "scenario.draft"
_SAVED_BY = "scenario.by"
_MOST_EFFECTS = 6


def draft_of(name: str, first_on: date, zone: str, reader: Reader) -> dict[str, Any]:
    """The draft of this session for the scenario of the address, "" for one still to be made.

    Loaded anew where the address names another; a name that is not there starts a new one.
    """
    draft = st.session_state.get(_DRAFT)
    if draft is not None and draft["of"] == name:
        return draft
    content, revision = None, None
    if name:
        try:
            kept = queries.scenario(name)
            content, revision = api.demand_scenarios.to_dict(kept.scenario), kept.revision
        except SupportQualityError as error:
            components.not_found(escaped(trouble(error, zone, reader)))
    if content is None:
        content = {"name": "", "note": "", "effects": [_new_effect(first_on, zone)]}
    return _begin(content, name, revision)


def _begin(content: dict[str, Any], of: str, revision: int | None) -> dict[str, Any]:
    # Widgets keep what they showed under their key: another draft needs other keys.
    number = st.session_state.get(_DRAFT, {}).get("number", 0) + 1
    draft = {"note": ""} | content | {"of": of, "revision": revision, "number": number}
    # What the controls show begins at `effects` and is told in `edited`: a widget whose beginning
    # moved with its value would lose every second change.
    draft["edited"] = {name: draft[name] for name in ("name", "note", "effects")}
    st.session_state[_DRAFT] = draft
    return draft


def _forget() -> None:
    """Load the draft anew; its number goes on, so that no control keeps what it showed."""
    st.session_state[_DRAFT]["of"] = None


def _new_effect(first_on: date, zone: str) -> dict[str, Any]:
    noon = datetime(first_on.year, first_on.month, first_on.day, 10, tzinfo=ZoneInfo(zone))
    starts_at = (noon + timedelta(days=1)).astimezone(UTC)
    return {"kind": "surge", "size": 0.8, "starts_at": starts_at, "half_life_hours": 24.0}


def controls(
    draft: dict[str, Any], names: dict[str, list[str]], zone: str, reader: Reader
) -> list[dict[str, Any]]:
    """The draft's effects as they are set now: what happens, from when, how much, and to whom.

    names: the channels, languages and topics there are.
    """
    edited = []
    for number, effect in enumerate(draft["effects"]):
        key = f"scenario-{draft['number']}-{number}"
        with st.container(border=True, key=key):
            edited.append(_effect(effect, key, names, zone, reader))
            if len(draft["effects"]) > 1:
                st.button(
                    _("Remove this effect"),
                    key=f"{key}-remove",
                    type="tertiary",
                    on_click=_remove,
                    args=(number,),
                )
    if len(draft["effects"]) < _MOST_EFFECTS:
        st.button(_("Add another effect"), key="scenario-add", on_click=_add)
    draft["edited"]["effects"] = edited
    return edited


def _add() -> None:
    effects = st.session_state[_DRAFT]["edited"]["effects"]
    _begin_with([*effects, dict(effects[-1])])


def _remove(number: int) -> None:
    effects = st.session_state[_DRAFT]["edited"]["effects"]
    _begin_with([each for i, each in enumerate(effects) if i != number])


def _begin_with(effects: list[dict[str, Any]]) -> None:
    draft = st.session_state[_DRAFT]
    _begin(draft["edited"] | {"effects": effects}, draft["of"], draft["revision"])


def _effect(effect: dict, key: str, names: dict, zone: str, reader: Reader) -> dict[str, Any]:
    labels = words_of.labels()
    one, two, three = st.columns(3)
    with one:
        words = words_of.kinds()
        kind = st.selectbox(
            _("What happens"),
            list(words),
            list(words).index(effect["kind"]),
            format_func=words.get,
            key=f"{key}-kind",
        )
        made: dict[str, Any] = {"kind": kind}
        made["starts_at"] = _instant(labels["starts_at"], effect["starts_at"], f"{key}-from", zone)
    with two:
        if kind == "deflection":
            made["share"] = _percent(labels["share"], effect, "share", key, 0.2, 0, 100)
            made["ramp_days"] = _number(labels["ramp_days"], effect, "ramp_days", key, 0)
        elif kind == "language":
            made["contacts_per_day"] = _number(
                labels["contacts_per_day"], effect, "contacts_per_day", key, 20, 1
            )
            made["like"] = _one_of(labels["like"], effect, "like", key, names, reader)
            made["language"] = st.text_input(
                labels["language"],
                effect.get("language", "fr"),
                max_chars=12,
                key=f"{key}-language",
            ).strip()
        else:
            made["size"] = _percent(labels["size"], effect, "size", key, 0.8, -100, 10_000)
            if kind == "surge":
                made["half_life_hours"] = _number(
                    labels["half_life_hours"], effect, "half_life_hours", key, 24, 0.5
                )
            else:
                later = effect["starts_at"] + timedelta(hours=6 if kind == "outage" else 72)
                made["ends_at"] = _instant(
                    labels["ends_at"], effect.get("ends_at", later), f"{key}-until", zone
                )
        if kind == "surge" and "ends_at" in effect:
            made["ends_at"] = effect["ends_at"]
        if kind == "outage":
            backlog = _percent(labels["backlog"], effect, "backlog", key, 0, 0, 100)
            if backlog:
                hours = _number(labels["backlog_hours"], effect, "backlog_hours", key, 12, 1)
                made |= {"backlog": backlog, "backlog_hours": hours}
    with three:
        made |= _narrowed(effect, kind, key, names, reader)
    return made


def _narrowed(effect, kind, key, names, reader) -> dict[str, Any]:
    told: dict[str, Any] = {}
    labels = words_of.labels()
    fields = {"channels": (labels["channels"], "channel")}
    if kind != "language":
        fields |= {
            "languages": (labels["languages"], "language"),
            "topics": (labels["topics"], "topic"),
        }
    for field, (label, dimension) in fields.items():
        given = effect.get(field, [])
        # What a file from elsewhere names stays, so that the answer can say it is not known here.
        options = list(dict.fromkeys([*names[dimension], *given]))
        chosen = st.multiselect(
            label,
            options,
            given,
            format_func=lambda code, of=dimension: reader.name(of, code),
            placeholder=_("All"),
            key=f"{key}-{field}",
        )
        if chosen:
            told[field] = chosen
    if "topic_share" in effect and "topics" not in told and kind != "language":
        told["topic_share"] = effect["topic_share"]
    return told


def _instant(label: str, value: datetime, key: str, zone: str) -> datetime:
    clock = value.astimezone(ZoneInfo(zone))
    on, at = st.columns([3, 2], gap="xsmall")
    day = on.date_input(label, clock.date(), key=f"{key}-day")
    time = at.time_input(_("at"), clock.time(), key=f"{key}-time", step=1800)
    return datetime.combine(day, time, ZoneInfo(zone)).astimezone(UTC)


def _percent(label, effect, name, key, own, low, high) -> float:
    # Whole steps, but 12.5 of a file stays 12.5.
    value = float(round(100 * effect.get(name, own), 9))
    told = st.number_input(
        label, float(low), float(high), value, 5.0, format="%g", key=f"{key}-{name}"
    )
    return round(told / 100, 11)


def _number(label, effect, name, key, own, low=0.0) -> float:
    value = float(effect.get(name, own))
    # A file may hold less or more than what the steps here reach.
    low, high = min(float(low), value), max(1e6, value)
    return st.number_input(label, low, high, value, format="%g", key=f"{key}-{name}")


def _one_of(label, effect, name, key, names, reader) -> str:
    given = [effect[name]] if name in effect else []
    options = list(dict.fromkeys([*names["language"], *given]))
    place = options.index(given[0]) if given else 0
    return st.selectbox(label, options, place, format_func=reader.language, key=f"{key}-{name}")


def keeping(draft: dict[str, Any], scenario: Any, zone: str, reader: Reader) -> None:
    """Save the scenario under a name, delete it, take it along as a file, or open one."""
    number = draft["number"]
    name_column, by_column, note_column = st.columns([2, 1, 3])
    name = name_column.text_input(_("Name"), draft["name"], max_chars=80, key=f"{number}-name")
    signed = st.user.get("email") if st.user.get("is_logged_in") else None
    known = signed or st.session_state.get(_SAVED_BY, "")
    by = by_column.text_input(
        _("Your name"), known, max_chars=80, disabled=signed is not None, key=f"{number}-by"
    )
    note = note_column.text_input(_("Note"), draft["note"], max_chars=2000, key=f"{number}-note")
    draft["edited"] |= {"name": name, "note": note}
    content = draft["edited"] | {"name": name.strip()}
    key = api.demand_scenarios.name_key
    is_same = draft["revision"] is not None and key(name) == key(draft["of"])
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        label = _("Save the changes") if is_same else _("Save")
        is_saving = st.button(label, type="primary", key="scenario-save")
        is_kept = draft["revision"] is not None
        is_deleting = is_kept and st.button(_("Delete"), key="scenario-delete")
        if scenario is not None:
            st.download_button(
                _("Take along (TOML)"),
                api.demand_scenarios.to_toml(scenario),
                file_name=f"{scenario.name}.toml",
                mime="application/toml",
                key="scenario-toml",
                on_click="ignore",
                type="tertiary",
                help=_("A file that a colleague can open here, or in another installation"),
            )
    if is_saving:
        _save(content, by, draft["revision"] if is_same else None, zone, reader)
    if is_deleting:
        _delete(draft, by, zone, reader)
    given = st.file_uploader(
        _("Open a file (TOML or JSON)"), type=["toml", "json"], key=f"{number}-file"
    )
    if given is not None:
        _open(given.getvalue(), zone, reader)


def _save(content: dict[str, Any], by: str, replaces: int | None, zone, reader) -> None:
    if not content["name"] or not by.strip():
        st.error(_("A scenario needs a name, and yours: so that others know whom to ask."))
        return
    try:
        kept = queries.save_scenario(api.demand_scenarios.from_dict(content), by, replaces)
    except SupportQualityError as error:
        st.error(escaped(trouble(error, zone, reader)))
        return
    st.session_state[_SAVED_BY] = by
    _forget()
    st.query_params["scenario"] = kept.name
    st.toast(_("Saved “{name}”, revision {n}.").format(name=escaped(kept.name), n=kept.revision))
    st.rerun()


def _delete(draft: dict[str, Any], by: str, zone, reader) -> None:
    if not by.strip():
        st.error(_("Say who you are: the history tells who deleted it."))
        return
    try:
        queries.delete_scenario(draft["of"], by, draft["revision"])
    except SupportQualityError as error:
        st.error(escaped(trouble(error, zone, reader)))
        return
    st.session_state[_SAVED_BY] = by
    _forget()
    st.query_params.pop("scenario", None)
    st.rerun()


def _open(content: bytes, zone, reader) -> None:
    try:
        opened = api.demand_scenarios.from_text(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        st.error(_("This file is not UTF-8 text."))
        return
    except SupportQualityError as error:
        st.error(escaped(trouble(error, zone, reader)))
        return
    st.query_params.pop("scenario", None)
    _begin(api.demand_scenarios.to_dict(opened), "", None)
    st.rerun()
