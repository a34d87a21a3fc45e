"""How scenarios are said: their effects as sentences, their measures, the headings of tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from dashboard import queries
from dashboard.formats import Reader, escaped
from dashboard.i18n import pair
from dashboard.i18n import text as _
from pipelines.errors import SupportQualityError


def kinds() -> dict[str, str]:
    """What may happen, in the reader's words."""
    return {
        "surge": _("Market surge"),
        "campaign": _("Campaign"),
        "outage": _("Outage"),
        "deflection": _("Deflection by a bot or article"),
        "language": _("New language"),
    }


def labels() -> dict[str, str]:
    """What an effect's fields are called where they are set."""
    return {
        "starts_at": _("Begins"),
        "ends_at": _("Ends"),
        "size": _("More contacts, %"),
        "half_life_hours": _("Hours until half of it is over"),
        "backlog": _("Come once more after it, %"),
        "backlog_hours": _("Spread over hours"),
        "share": _("Contacts it takes, %"),
        "ramp_days": _("Days until all of it"),
        "contacts_per_day": _("Contacts a day"),
        "like": _("Like the language"),
        "language": _("Code of the new language"),
        "channels": _("Channels"),
        "languages": _("Languages"),
        "topics": _("Topics"),
        "topic_share": _("Share of the contacts, %"),
    }


_PERCENT = ("size", "share", "backlog", "topic_share")


def trouble(error: SupportQualityError, zone: str, reader: Reader) -> str:
    """Why a scenario can't be, or can't be kept, in the reader's words; as the error itself says
    it where no words are known."""
    forms = {
        "scenario_name_missing": _("A scenario needs a name."),
        "scenario_name_long": _("The name is one line of at most {most} characters."),
        "scenario_note_long": _("The note is a text of at most {most} characters."),
        "scenario_no_effects": _("A scenario needs at least one effect."),
        "scenario_unreadable": _("This file is neither TOML nor JSON: {why}"),
        "scenario_unknown_field": _("“{field}” is not known here."),
        "scenario_unknown_kind": _("“{given}” is no kind of effect."),
        "scenario_missing": _("“{field}” is missing."),
        "scenario_not_number": _("“{field}” must be a number."),
        "scenario_not_instant": _(
            "“{field}” must be a time with its zone, such as 2026-03-02T09:00:00Z."
        ),
        "scenario_not_names": _("“{field}” must be a list of names that is not empty."),
        "scenario_not_name": _("“{field}” must not be empty."),
        "scenario_share": _("“{field}” is {value}; it lies between 0% and 100%."),
        "scenario_above": _("“{field}” is {value}; the most is {most}."),
        "scenario_topic_share": _("Topics have shares of their own: leave out “{field}”."),
        "scenario_not_positive": _("“{field}” is {value}; it must be above 0."),
        "scenario_negative": _("“{field}” is {value}; it can't be below 0."),
        "scenario_lost": _("“{field}” is {value}; no more than all contacts can be lost."),
        "scenario_ends_before": _("It must end after it begins."),
        "scenario_backlog_alone": _("“{field}” goes with contacts that come once more."),
        "scenario_language_there": _(
            "{channel} has a queue in {language} already; a campaign makes it busier."
        ),
        "scenario_language_like": _(
            "There are no contacts in {like} whose shape the new language could take."
        ),
        "scenario_not_here": _("Not known in this data: {names}."),
        "scenario_taken": _(
            "There is a scenario “{name}” already (revision {revision}, saved by {who} on {when});"
            " choose another name, or open it and change it."
        ),
        "scenario_changed": _("“{name}” was changed by {who} since you opened it; open it again."),
        "scenario_author": _("Your name is one line of at most {most} characters."),
        "scenario_deleted": _("The scenario “{name}” was deleted by {who} on {when}."),
        "scenario_not_known": _("There is no scenario “{name}”."),
        "scenario_busy": _("Somebody else is saving at this moment; try again."),
    }
    if error.code not in forms:
        return str(error)
    given = error.values
    field = given.get("field", "")
    said = {name: str(value) for name, value in given.items()}
    said["field"] = labels().get(field, field)
    for name in {"value", "most"} & set(given):
        said[name] = (
            reader.share(given[name], 0) if field in _PERCENT else reader.number(given[name])
        )
    if "when" in given:
        said["when"] = reader.instant(given["when"].replace(tzinfo=None), zone)
    for name, dimension in {
        "channel": "channel",
        "language": "language",
        "like": "language",
    }.items():
        if name in given:
            said[name] = reader.name(dimension, given[name])
    if error.code == "scenario_not_here":
        said["names"] = reader.listed(reader.name(name, value) for name, value in given.items())
    told = forms[error.code].format(**said)
    if not given.get("effect"):
        return told
    of = _("Effect {n} ({kind})") if given["kind"] else _("Effect {n}")
    place = of.format(n=given["effect"], kind=kinds().get(given["kind"], ""))
    return pair(place, told)


def effect_words(effect: Any, zone: str, reader: Reader) -> str:
    """One effect as a sentence: what, how much, from when, to whom."""
    values = effect.values

    def when(name: str) -> str:
        at = values[name].astimezone(ZoneInfo(zone))
        return f"{reader.weekday_and_day(at.date())} {at:%H:%M}"

    def percent(name: str) -> str:
        return reader.share(values[name], 0)

    forms = {
        "surge": _("{size} more contacts from {start} on, halving every {half}"),
        "campaign": _("{size} more contacts from {start} until {end}"),
        "outage": _("{size} more contacts from {start} until {end}"),
        "deflection": _("{share} fewer contacts from {start} on"),
        "language": _("{n} contacts a day in {language}, as {like} has them, from {start} on"),
    }
    told = forms[effect.kind].format(
        size=percent("size") if "size" in values else "",
        share=percent("share") if "share" in values else "",
        start=when("starts_at"),
        end=when("ends_at") if "ends_at" in values else "",
        half=reader.duration(values.get("half_life_hours", 0) * 3600),
        n=reader.number(values.get("contacts_per_day", 0)),
        language=escaped(reader.language(values["language"])) if "language" in values else "",
        like=reader.language(values["like"]) if "like" in values else "",
    )
    parts = [pair(f"**{kinds()[effect.kind]}**", told)]
    if values.get("ramp_days"):
        parts.append(_("grown over {n} days").format(n=reader.number(values["ramp_days"], 0)))
    if "backlog" in values:
        parts.append(
            _("{share} of them again over the {n} hours after").format(
                share=percent("backlog"), n=reader.number(values["backlog_hours"])
            )
        )
    for field, dimension in (("channels", "channel"), ("languages", "language"),
                             ("topics", "topic")):  # fmt: skip
        if field in values:
            parts.append(reader.listed(escaped(reader.name(dimension, c)) for c in values[field]))
    if "topic_share" in values:
        parts.append(_("of {share} of the contacts").format(share=percent("topic_share")))
    return " · ".join(parts)


def measures(
    reader: Reader, in_full: bool = False
) -> dict[str, tuple[str, Callable[[float], str]]]:
    """Measure -> its name and how its values are said; `in_full`: amounts to the last digit, for
    who compares them."""
    currency = queries.ask("staffing_queues")["currency"].iloc[0]
    hours = _("{n} h")
    money = reader.number if in_full else lambda value: reader.money(value, currency)
    cost = _("Cost to schedule")
    return {
        "contacts": (_("Contacts expected"), reader.number),
        "hours": (_("Hours to schedule"), lambda value: hours.format(n=reader.number(value, 1))),
        "peak": (_("Most people at once"), reader.number),
        "short_hours": (_("Hours short"), lambda value: hours.format(n=reader.number(value, 1))),
        "cost": (f"{cost} ({currency})" if in_full and currency else cost, money),
    }


def demand_words() -> dict[str, str]:
    """Headings of half hours of demand without and under a scenario."""
    return {
        "local_on": _("Day"),
        "local_slot": _("Half hour"),
        "before_mean": _("Contacts without it"),
        "before_q10": _("Without, 80% low"),
        "before_q90": _("Without, 80% high"),
        "mean": _("Contacts with it"),
        "q10": _("With, 80% low"),
        "q90": _("With, 80% high"),
    }


def plan_words() -> dict[str, str]:
    """Headings of a plan under a scenario."""
    return {
        "local_on": _("Day"),
        "local_slot": _("Half hour"),
        "expected_contacts": _("Contacts expected"),
        "required_agents": _("At their desks"),
        "required_scheduled": _("To schedule"),
        "scheduled_low": _("80% low"),
        "scheduled_high": _("80% high"),
        "scheduled_agents": _("Scheduled"),
        "gap": _("Short (−) or spare"),
        "miss_probability": _("Target missed, chance"),
    }


def effect_columns() -> dict[str, str]:
    """Headings of what a scenario comes to by queue."""
    currency = queries.ask("staffing_queues")["currency"].iloc[0] or ""
    what = {
        "contacts": _("Contacts"),
        "hours": _("Agent-hours to schedule"),
        "peak": _("Most at once"),
        "short_hours": _("Agent-hours short"),
        "cost": f"{_('Cost')} ({currency})" if currency else _("Cost"),
    }
    parts = {"before": _("without"), "after": _("with it"), "added": _("added")}
    return {
        f"{name}_{part}": f"{what[name]}, {told}" for name in what for part, told in parts.items()
    }


def beside_columns(one: str, two: str) -> dict[str, str]:
    """Headings of what two scenarios add."""
    what = {
        "contacts_added": _("Contacts added"),
        "hours_added": _("Agent-hours added"),
        "cost_added": _("Cost added"),
    }
    return {
        name + suffix: pair(told, whose)
        for name, told in what.items()
        for suffix, whose in (("", one), ("_other", two))
    }
