"""Why rows were refused, what checks found, why a build is missing or stale: in the reader's words.

Loads and builds write these in English, with the columns of the export in them. A sentence is
known again by its form; one of no known form stays as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from dashboard.formats import Reader
from dashboard.i18n import pair
from dashboard.i18n import text as _

N_ = str

# The first form that fits says it: what is more special stands before what is less.
_FORMS = tuple(
    (re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(form))), form)
    for form in (
        N_("{what} is missing, or no time"),
        N_("{what} is missing or no time"),
        N_("{what} is missing or no number"),
        N_("{what} is missing ({why})"),
        N_("{what} are missing, or no time"),
        N_("{what} is missing"),
        N_("{what} is negative"),
        N_("{what} are negative"),
        N_("a message is dated before its chat"),
        N_("{what} is dated before {other}"),
        N_("{what} is before {other}"),
        N_("{what} is not after {other}"),
        N_("{what} is not above {other}"),
        N_("{what} is longer than {other}"),
        N_("{what} is over a week"),
        N_("{what} is after 2100"),
        N_("{what} is in scientific notation"),
        N_("{what} does not exist in {zone}: clocks went forward"),
        N_("{what} is not a score of the scale {other}"),
        N_("{what} is off the scale {other}"),
        N_("{what} is off its scale"),
        N_("{what} is none of {other}"),
        N_("{what} is neither {one} nor {other}"),
        N_("{what} is not a list"),
        N_("{what} is not an object"),
        N_("{what} is not a number"),
        N_("{what} is not a time"),
        N_("{what} is no time"),
        N_("{what} is not a duration"),
        N_("{what} is not whole seconds"),
        N_("{what} is impossibly large"),
        N_("{what} is too large a number"),
        N_("{what} is not a known word"),
        N_("{what} is not HH:MM:SS"),
        N_("{what} is not in microseconds"),
        N_("{what} is no number from {low} to {high}"),
        N_("{what} is not {other}, as of the records before: another scale"),
        N_("{what} is missing, and who wrote it"),
        N_("{what} carries no offset, and no zone was told"),
        N_("{what} has no id"),
        N_("{what} has no time"),
        N_("id of chat or thread missing"),
        N_("neither {one} nor {other}"),
        N_("no link to a conversation"),
        N_("no post of it has a time"),
        N_("no time tells when it began"),
        N_("the agent is connected before the contact is queued"),
        N_("the call ended before it began"),
        N_("the call ends before it starts"),
        N_("a duration is over a week: it is no fraction of a day"),
        N_("the day is not a day"),
        N_("the survey's answer is no known word"),
        N_("logged out: no paid time"),
        N_("fewer than {n} columns"),
        N_("more than {n} columns"),
        N_("a quote is not closed properly"),
        N_("longer than 16 MB"),
        N_("not a JSON object"),
        N_("the header again"),
        N_("a line of totals"),
        N_("a footer line"),
        N_("an empty row"),
        N_("a preview of the survey, no customer's answer"),
        N_("a test of the survey, no customer's answer"),
        N_("spam by Qualtrics' judgement"),
        N_("not reviewed yet"),
        N_("nothing to do until score and reviewed_at are filled in, then load the file"),
        N_("correct the row in the helpdesk, or export it again, and load the new file"),
        N_("correct the line in a text editor, or export again, and load the new file"),
        N_("export the file again: this line is cut off or damaged"),
        N_("nothing to do: the line is left out"),
        N_("nothing to do: the person asked for it"),
        N_("nothing to do where the conversation was deleted"),
        N_("else export again"),
        N_("nothing to do"),
        N_("a spreadsheet ruined the id: export again and don't save the file in one"),
        N_(
            "a spreadsheet ruined it: export again and don't save the file in one, or list it in"
            " [missing]"
        ),
        N_("check the zone (--zone or the mapping's zone) and load again"),
        N_("write it as 2026-03-02 09:00, or tell time_formats in the mapping"),
        N_("write it as YYYY-MM-DD HH:MM, or export again"),
        N_("write it as YYYY-MM-DD HH:MM, or tell time_formats in the mapping"),
        N_("export plain numbers, without separators, and load the new file"),
        N_("tell what it means, from -3 to 3, in {where} of the mapping"),
        N_("tell what it means in {where} of the mapping"),
        N_("tell it in {where} of the mapping"),
        N_("check [scale] name in the mapping"),
        N_("where 0 means not rated, tell it in [missing]"),
        N_("tell [scale] name in a mapping, and load again"),
        N_("ask for CSAT on the scale of 1 to 5, or leave the answer out"),
        N_("export one survey_type a file"),
        N_("tell the vendor: its records mix units"),
        N_("the newest delivery of this contact counts"),
        N_("{folder}: nothing is published there yet"),
        N_("run support-quality run FILES... --warehouse DIR, or support-quality demo"),
        N_("{file}: the published build can't be opened ({why})"),
        N_("run support-quality build"),
        N_("{n} newer delivery is loaded but not in this build"),
        N_("{n} newer deliveries are loaded but not in this build"),
        N_("the last run failed: {why}"),
        N_("{source} delivered nothing after {instant} UTC"),
    )
)

_EXCLUDED = re.compile(r"([a-z_]+), ([a-z]+)(?:, tags: (.*))?", re.DOTALL)
_PAIR = re.compile(r"(?:^|, )(\w+)=(.*?)(?=, \w+=|$)")


def refusal(text: object) -> str:
    """A reason or a remedy of the quarantine; several reasons stand one after the other."""
    if not isinstance(text, str):
        return ""
    return "; ".join(_told(part) for part in text.split("; "))


def _told(sentence: str) -> str:
    for form, words in _FORMS:
        if found := form.fullmatch(sentence):
            return _(words).format(**found.groupdict())
    return sentence


def excluded(detail: object, reader: Reader) -> str:
    """What a contact that is left out is: 'phone, closed, tags: spam' in the reader's words."""
    if isinstance(detail, str) and (found := _EXCLUDED.fullmatch(detail)):
        channel, status, tags = found.groups()
        told = f"{reader.name('channel', channel)}, {reader.name('status', status)}"
        return told + (", " + _("tags: {tags}").format(tags=tags) if tags else "")
    return refusal(detail)


def ledger_words() -> dict[str, str]:
    """What the columns of the books are called."""
    return {
        "source": _("Source"),
        "file": _("File"),
        "day": _("Day"),
        "received": _("Received"),
        "counted": _("Counted"),
        "quarantined": _("Quarantined"),
        "merged": _("Merged into another"),
        "spam": _("Spam"),
        "test": _("Test"),
        "duplicate": _("Delivered again"),
        "agent_initiated": _("Started by an agent"),
        "internal": _("Internal"),
        "follow_up": _("Follow-up"),
        "linked": _("Linked to another"),
        "deleted": _("Deleted"),
    }


def finding(text: str, reader: Reader) -> str:
    """What a check found: 'source=zendesk, contacts=2' as 'Source: zendesk · Contacts: 2'."""
    told = []
    for name, value in _PAIR.findall(text):
        kind, words = _named(name)
        told.append(pair(words, kind(value, reader)))
    return " · ".join(told) or text


def _named(name: str) -> tuple[Callable[[str, Reader], str], str]:
    """How a column of a check's rows is said, and what it is called."""
    return {
        "source": (_same, _("Source")),
        "system": (_same, _("System")),
        "file": (_same, _("File")),
        "day": (_same, _("Day")),
        "state": (_state, _("State")),
        "table_name": (_same, _("Table")),
        "column_name": (_same, _("Column")),
        "channel": (lambda value, reader: reader.name("channel", value), _("Channel")),
        "language": (lambda value, reader: reader.name("language", value), _("Language")),
        "declared": (lambda value, reader: reader.language(value), _("Declared")),
        "detected": (lambda value, reader: reader.language(value), _("Detected")),
        "channel_raw": (_same, _("Channel in the export")),
        "language_raw": (_same, _("Language in the export")),
        "topic_raw": (_same, _("Topic in the export")),
        "status_raw": (_same, _("State in the export")),
        "contacts": (_number, _("Contacts")),
        "solved": (_number, _("Solved")),
        "first_solve_untold": (_number, _("First solve not told")),
        "day_before": (_same, _("Day before it")),
        "contacts_from_then_on": (_number, _("Contacts from then on")),
        "usual": (_number, _("Usual")),
        "received": (_number, _("Received")),
        "refused": (_number, _("Quarantined")),
        "loaded": (_number, _("Loaded")),
        "matched": (_number, _("Rows found")),
        "reasons": (lambda value, reader: refusal(value), _("Reason")),
        "last_at": (_same, _("Newest data (UTC)")),
        "local_minute": (_same, _("Minute of the hour")),
        "percent": (_same, _("Per cent")),
        "share": (lambda value, reader: reader.share(float(value)), _("Share")),
    }.get(name, (_same, name.replace("_", " ")))


def _same(value: str, reader: Reader) -> str:
    return value


def _state(value: str, reader: Reader) -> str:
    return {"new": _("new"), "vanished": _("no longer there")}.get(value, value)


def _number(value: str, reader: Reader) -> str:
    try:
        return reader.compact(float(value))
    except ValueError:
        return value
