"""How scenarios are said: their effects as sentences, their measures, the headings of tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from dashboard import queries
from dashboard.formats import Reader, escaped
from dashboard.i18n import pair
from dashboard.i18n import text as _


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
