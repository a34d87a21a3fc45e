"""What goes wrong while planning, said in the reader's words."""

from __future__ import annotations

from dashboard.formats import Reader
from dashboard.i18n import pair
from dashboard.i18n import text as _
from dashboard.planning import scenario_words
from pipelines.errors import SupportQualityError

_PERCENT = ("size", "share", "backlog", "topic_share")


def trouble(error: SupportQualityError, zone: str, reader: Reader) -> str:
    """Why something can't be planned, or a scenario kept, in the reader's words; as the error
    itself says it where no words are known."""
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
        "too_many_agents": _("This takes more than {most} agents, too many to reckon with."),
        "no_hiring_plan": _("No plan of hiring was found for these figures."),
    }
    if error.code not in forms:
        return str(error)
    given = error.values
    field = given.get("field", "")
    said = {name: str(value) for name, value in given.items()}
    said["field"] = scenario_words.labels().get(field, field)
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
    place = of.format(n=given["effect"], kind=scenario_words.kinds().get(given["kind"], ""))
    return pair(place, told)
