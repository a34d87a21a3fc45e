"""What the codes of rules, dates and reasons are called."""

from __future__ import annotations

from dashboard import refusals
from dashboard.i18n import text as _


def systems() -> dict[str, str]:
    """Whose rule it is."""
    return {
        "zendesk": "Zendesk",
        "intercom": "Intercom",
        "freshdesk": "Freshdesk",
        "chatwoot": "Chatwoot",
        "any_reply": _("Bots count as replies"),
    }


def statistics() -> dict[str, str]:
    """How observations become one number."""
    return {
        "count": _("count"),
        "daily_mean": _("mean per day"),
        "share": _("share"),
        "mean": _("mean"),
        "median": _("median"),
        "p90": _("90th percentile"),
        "last": _("last value"),
        "ratio": _("ratio of totals"),
        "km_median": _("median, the unfinished included (Kaplan-Meier)"),
        "km_p90": _("90th percentile, the unfinished included (Kaplan-Meier)"),
    }


def units() -> dict[str, str]:
    """What a value counts."""
    return {
        "contacts": _("contacts"),
        "events": _("events"),
        "contacts per 1,000 views": _("contacts per 1,000 views"),
        "points 0-100": _("points from 0 to 100"),
        "points 1-5": _("points from 1 to 5"),
        "points 1-7": _("points from 1 to 7"),
        "points -100 to 100": _("points from -100 to 100"),
        "requests": _("requests"),
        "seconds": _("seconds"),
        "share": _("share"),
    }


def reason(code: str | None) -> str:
    """A reason of the differences in words; several stand in a row."""
    known = reasons()
    return " · ".join(known.get(part, part) for part in (code or "").split(", ") if part)


def reasons() -> dict[str, str]:
    """Why two rules count a contact differently: what the other rule does."""
    return {
        "starts_at_first_message": _("starts with the customer's first message"),
        "starts_at_creation": _("starts with the creation"),
        "starts_at_handover": _("starts with the bot's hand-over"),
        "starts_at_merged_arrival": _("starts with the arrival of a merged contact"),
        "starts_elsewhere": _("starts at another instant"),
        "stops_at_first_reply": _("stops at the first human reply"),
        "stops_at_bot_reply": _("stops at a bot's answer"),
        "stops_at_first_agent_message": _("stops at the agent's opening message"),
        "stops_at_next_agent_message": _("stops at the agent's second message"),
        "stops_at_first_solve": _("stops at the first solve"),
        "stops_at_last_solve": _("stops at the last solve"),
        "stops_at_closing": _("stops at the closing"),
        "stops_at_last_update": _("stops at the last change"),
        "stops_elsewhere": _("stops at another instant"),
        "opening_hours": _("counts opening hours only"),
        "calendar_time": _("counts the closed hours too"),
        "other_schedule": _("counts by another schedule"),
        "whole_minutes": _("counts whole minutes"),
        "whole_hours_apart": _("whole hours apart: a zone or a clock change"),
        "other_day": _("counts it on another day"),
        "each_occurrence_counts": _("counts every occurrence, not the last alone"),
        "no_ticket": _("counts tickets only"),
        "no_offered": _("counts what reached people only"),
        "no_customer_message": _("needs a message of the customer"),
        "no_any_reply": _("needs a reply whose time is known"),
        "no_reply": _("needs a human reply"),
        "no_reply_time": _("needs a reply whose time is known"),
        "no_agent_message": _("needs a message of an agent"),
        "no_later_agent_message": _("needs an agent's message after the creation"),
        "no_assignment": _("needs an agent or a team"),
        "no_solve": _("needs a solve"),
        "no_solved_now": _("needs to be solved now"),
        "no_known_reopening": _("needs to know when it was reopened"),
        "no_reopen_window_over": _("waits until the reopen window is over"),
        "no_status_history": _("needs a status history"),
        "without_on_hold": _("leaves out the time on hold"),
        "with_pending": _("counts the time in pending too"),
        "whole_resolution": _("counts the whole time to the last solve"),
        "no_calendar": _("needs opening hours"),
        "answered_in_time": _("answered in time"),
        "answered_late": _("answered late"),
        "left_at_once": _("left at once"),
        "left_in_time": _("left within the target"),
        "left_late": _("left after the target"),
        "still_waiting": _("neither answered nor left"),
        "reopened_in_window": _("reopened within the window"),
        "reopened_later": _("reopened later"),
        "never_reopened": _("never reopened"),
        "last_rating": _("last rating"),
        "earlier_rating": _("an earlier rating of the same contact"),
        "late_rating": _("a rating after the window"),
        "rating_without_time": _("a rating without a time"),
        "unknown": _("not known"),
        **refusals.ledger_words(),
    }
