"""What if: named changes to a forecast, kept as text that people can read, share and repeat.

A scenario is a name and a list of effects; `applied` gives the forecast frame with all of them
and leaves the one it was given alone; `moved` lets one begin on another day. Every effect is a
factor on the contacts of the half hours and queues that it touches (a new language adds contacts
instead), so a mean and its quantiles move together. Kinds and what they ask for:

surge       a market move: `size` (0.8: 80 % more) at `starts_at`, fading to half every
            `half_life_hours`, over after `ends_at` if given
campaign    `size` more from `starts_at` to `ends_at`, in all hours between them alike
outage      `size` more from `starts_at` to `ends_at`, and a share `backlog` of those contacts
            again in the `backlog_hours` after it, as many more in each of them
deflection  a bot or an article takes a `share` of the contacts of a topic from `starts_at` on,
            growing to all of it over `ramp_days`
language    `contacts_per_day` in all in `language`, which has no queue yet, shaped like `like` on
            the same channels, from `starts_at` on

Every kind may be narrowed: `channels`, `languages` and `topics` (lists). A queue moves by the share
of its contacts that the topics make up: a surge of 80 % in deposits, which are 30 % of its
contacts, is 24 % more. `topic_share` says that share instead, alike for all queues. Times are UTC
instants.
"""

import json
import tomllib
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from pipelines.errors import InputError
from pipelines.forecasts.base import Floats

_HOURS = 0.5  # of one row
_NARROWED = {"channels": list, "languages": list, "topics": list, "topic_share": float}
_KINDS: dict[str, tuple[dict[str, type], dict[str, type]]] = {  # what is needed, what may be
    "surge": (
        {"size": float, "starts_at": datetime, "half_life_hours": float},
        {"ends_at": datetime},
    ),
    "campaign": ({"size": float, "starts_at": datetime, "ends_at": datetime}, {}),
    "outage": (
        {"size": float, "starts_at": datetime, "ends_at": datetime},
        {"backlog": float, "backlog_hours": float},
    ),
    "deflection": ({"share": float, "starts_at": datetime}, {"ramp_days": float}),
    "language": (
        {"contacts_per_day": float, "language": str, "like": str, "starts_at": datetime},
        {},
    ),
}
_SHARES = ("share", "topic_share", "backlog")
_POSITIVE = ("half_life_hours", "backlog_hours", "contacts_per_day")
_MOST = {"size": 100.0, "contacts_per_day": 1e6}
_INSTANTS = ("starts_at", "ends_at")
_LONGEST_NAME, _LONGEST_NOTE = 80, 2000


@dataclass(frozen=True)
class Effect:
    """One change: its kind, and the values that the kind asks for."""

    kind: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Scenario:
    """A named list of effects, applied one after the other; `note` says why it exists."""

    name: str
    effects: tuple[Effect, ...]
    note: str = ""


def name_key(name: str) -> str:
    """What names are told apart by: "Bitcoin 100K" and "bitcoin 100k " are one, whatever their
    case and Unicode form."""
    return unicodedata.normalize("NFKC", name.strip()).casefold()


def from_dict(content: Mapping[str, Any]) -> Scenario:
    """A checked scenario of `{"name": ..., "note": ..., "effects": [{"kind": ...}, ...]}`.

    Raises
    ------
    InputError
        Something is missing, unknown or out of range; the message names the effect, the field
        and what would do.
    """
    name = content.get("name")
    if not isinstance(name, str) or not name.strip():
        raise InputError('a scenario needs a name: name = "..."', "scenario_name_missing")
    if len(name.strip()) > _LONGEST_NAME or not name.strip().isprintable():
        raise InputError(
            f"a scenario's name is one line of at most {_LONGEST_NAME} characters",
            "scenario_name_long",
            most=_LONGEST_NAME,
        )
    if unknown := sorted(set(content) - {"name", "note", "effects"}):
        raise InputError(
            f"scenario {name}: unknown {unknown[0]!r}; known: name, note, effects",
            "scenario_unknown_field",
            field=unknown[0],
        )
    effects = content.get("effects")
    if not isinstance(effects, list) or not effects:
        raise InputError(
            f"scenario {name}: needs at least one effect: [[effects]]", "scenario_no_effects"
        )
    checked = tuple(
        _effect(each, _Place(name, number)) for number, each in enumerate(effects, start=1)
    )
    note = content.get("note", "")
    if not isinstance(note, str) or len(note) > _LONGEST_NOTE:
        raise InputError(
            f"scenario {name}: note is a text of at most {_LONGEST_NOTE:,} characters",
            "scenario_note_long",
            most=_LONGEST_NOTE,
        )
    return Scenario(name.strip(), checked, note)


def from_text(text: str) -> Scenario:
    """A scenario from its text, TOML or JSON.

    Raises InputError as `from_dict`, and for text that is neither.
    """
    try:
        if text.lstrip().startswith("{"):
            return from_dict(_with_instants(json.loads(text)))
        return from_dict(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, json.JSONDecodeError) as error:
        raise InputError(
            f"this is no scenario: {error}", "scenario_unreadable", why=str(error)
        ) from error


def to_dict(scenario: Scenario) -> dict[str, Any]:
    """The plain form; `from_dict` of it is the scenario again."""
    content: dict[str, Any] = {"name": scenario.name}
    if scenario.note:
        content["note"] = scenario.note
    content["effects"] = [{"kind": each.kind, **each.values} for each in scenario.effects]
    return content


def to_toml(scenario: Scenario) -> str:
    """The scenario as TOML; `from_text` of it is the scenario again."""
    lines = [f"name = {_written(scenario.name)}"]
    if scenario.note:
        lines.append(f"note = {_written(scenario.note)}")
    for effect in scenario.effects:
        lines += ["", "[[effects]]", f"kind = {_written(effect.kind)}"]
        lines += [f"{key} = {_written(value)}" for key, value in effect.values.items()]
    return "\n".join(lines) + "\n"


def to_json(scenario: Scenario) -> str:
    """The scenario as JSON, instants as ISO text; `from_text` of it is the scenario again."""
    return json.dumps(to_dict(scenario), ensure_ascii=False, indent=2, default=_instant_text) + "\n"


def starts_at(scenario: Scenario) -> datetime:
    """The instant (UTC) at which its first effect begins."""
    return min(effect.values["starts_at"] for effect in scenario.effects)


def moved(scenario: Scenario, to: datetime) -> Scenario:
    """The same scenario, beginning at `to` (with a zone): all its instants move together."""
    return _each_instant(scenario, lambda at: at + (to - starts_at(scenario)))


def moved_to_day(scenario: Scenario, day: date, zone: str) -> Scenario:
    """The same scenario, begun on a day of `zone`: all instants keep their times by its clocks."""
    clock = ZoneInfo(zone)
    by = day - starts_at(scenario).astimezone(clock).date()
    return _each_instant(scenario, lambda at: (at.astimezone(clock) + by).astimezone(UTC))


def _each_instant(scenario: Scenario, to: Callable[[datetime], datetime]) -> Scenario:
    effects = []
    for each in scenario.effects:
        values = {k: to(v) if isinstance(v, datetime) else v for k, v in each.values.items()}
        effects.append(Effect(each.kind, values))
    return replace(scenario, effects=tuple(effects))


def topics_of(scenario: Scenario) -> list[str]:
    """The topics that its effects are narrowed to, in alphabetical order."""
    return sorted({topic for each in scenario.effects for topic in each.values.get("topics", ())})


def applied(
    forecast: pd.DataFrame, scenario: Scenario, topic_shares: pd.DataFrame | None = None
) -> pd.DataFrame:
    """The forecast as it would be, with `volume`: by how much its contacts were multiplied.

    forecast: half hours with channel, language, starts_at (UTC, naive), `mean` and any
    quantile columns (q025 ... q975). A new language adds rows, after all others.
    topic_shares: channel, language, topic, share of the queue's contacts; asked for where the
    scenario names topics. A queue without a row for a topic has none of it.

    Raises
    ------
    InputError
        A language takes the shape of one that is not in the forecast, or has a queue already;
        or topics are named and their shares are not known.
    """
    answer = forecast.assign(volume=1.0)
    for effect in scenario.effects:
        if effect.kind == "language":
            answer = _with_language(answer, effect.values)
            if topic_shares is not None:  # it asks about what the one it is like does
                alike = topic_shares[topic_shares["language"] == effect.values["like"]]
                alike = alike.assign(language=effect.values["language"])
                topic_shares = pd.concat([topic_shares, alike], ignore_index=True)
            continue
        excess = _EXCESS[effect.kind](answer, effect.values)
        share = _share_concerned(answer, effect.values, topic_shares)
        factor = np.where(_touched(answer, effect.values), np.maximum(0, 1 + share * excess), 1.0)
        for column in ("volume", *_contact_columns(answer)):
            answer[column] = answer[column] * factor
    return answer


def _share_concerned(forecast: pd.DataFrame, values, topic_shares) -> Floats | float:
    """Of each row's contacts, the share that the effect is about."""
    if "topics" not in values:
        return values.get("topic_share", 1.0)
    if topic_shares is None:
        raise InputError("a scenario of topics needs their shares of each queue")
    concerned = topic_shares[topic_shares["topic"].isin(values["topics"])]
    shares = concerned.groupby(["channel", "language"])["share"].sum()
    queues = pd.MultiIndex.from_frame(forecast[["channel", "language"]])
    return np.minimum(shares.reindex(queues).fillna(0.0).to_numpy(dtype=float), 1.0)


# Each tells the mean of a half hour, of which an effect may touch a part, or fade or grow in it.


def _surge(forecast, values) -> Floats:
    begins, ends = _hours_within(forecast, values["starts_at"], _lasted(values))
    rate = np.log(2) / values["half_life_hours"]
    fading = np.exp(-rate * begins) * -np.expm1(-rate * (ends - begins)) / (rate * _HOURS)
    return values["size"] * fading


def _campaign(forecast, values) -> Floats:
    return values["size"] * _share_within(forecast, values["starts_at"], _lasted(values))


def _outage(forecast, values) -> Floats:
    lasted, hours = _lasted(values), values.get("backlog_hours", 0.0)
    during = _share_within(forecast, values["starts_at"], lasted)
    if not values.get("backlog"):
        return values["size"] * during
    after = _share_within(forecast, values["ends_at"], hours)
    # Those of a night come back by day, when they are a smaller part of what comes. What is not
    # forecast (it is past) counts as the hours after it.
    beside = _contacts_an_hour(forecast, during) / _contacts_an_hour(forecast, after)
    beside = np.where(np.isfinite(beside), beside, 1.0)
    return values["size"] * (during + values["backlog"] * lasted / hours * beside * after)


def _contacts_an_hour(forecast, share: Floats) -> Floats:
    """[rows] mean contacts an hour of the row's queue, over the parts of its half hours told."""
    parts = forecast[["channel", "language"]].assign(contacts=forecast["mean"] * share, share=share)
    whole = parts.groupby(["channel", "language"])[["contacts", "share"]].transform("sum")
    return (whole["contacts"] / whole["share"] / _HOURS).to_numpy()


def _deflection(forecast, values) -> Floats:
    ramp = 24 * values.get("ramp_days", 0.0)

    def at_full_share(hours):
        """Hours that those since its start come to, the ones on the ramp counted by its height."""
        on_ramp = np.minimum(hours, ramp)
        return hours - on_ramp + (on_ramp**2 / (2 * ramp) if ramp > 0 else 0)

    begins, ends = _hours_within(forecast, values["starts_at"])
    return -values["share"] * (at_full_share(ends) - at_full_share(begins)) / _HOURS


_EXCESS: dict[str, Callable[..., Floats]] = {
    "surge": _surge,
    "campaign": _campaign,
    "outage": _outage,
    "deflection": _deflection,
}


def _with_language(forecast: pd.DataFrame, values) -> pd.DataFrame:
    from scipy.stats import poisson  # half a second, of every command otherwise

    model = forecast[forecast["language"] == values["like"]]
    spoken = forecast[forecast["language"] == values["language"]]
    if "channels" in values:
        model = model[model["channel"].isin(values["channels"])]
        spoken = spoken[spoken["channel"].isin(values["channels"])]
    if len(spoken):
        raise InputError(
            f"language {values['language']}: {spoken['channel'].iloc[0]} has a queue in it already;"
            " a campaign makes it busier",
            "scenario_language_there",
            language=values["language"],
            channel=spoken["channel"].iloc[0],
        )
    days = model["local_on"] if "local_on" in model else model["starts_at"].dt.floor("D")
    per_day = model["mean"].sum() / max(1, days.nunique())
    if per_day <= 0:
        raise InputError(
            f"language {values['language']}: no contacts in {values['like']!r} to take the shape"
            f" of; like must be one of {', '.join(sorted(forecast['language'].unique()))}",
            "scenario_language_like",
            like=values["like"],
        )
    added = model.assign(language=values["language"], volume=1.0)
    has_begun = _share_within(model, values["starts_at"])
    mean = model["mean"] * values["contacts_per_day"] / per_day * has_begun
    # A queue nobody has seen is as unsure as counts are (Poisson); unknown where its like's are.
    for column in _contact_columns(added):
        if column != "mean":
            quantile = poisson.ppf(float(f"0.{column[1:]}"), mean.to_numpy())
            added[column] = np.where(model[column].isna(), np.nan, quantile)
    return pd.concat([forecast, added.assign(mean=mean)], ignore_index=True)


def _touched(forecast: pd.DataFrame, values) -> np.ndarray:
    touched = np.ones(len(forecast), dtype=bool)
    for field_name, column in (("channels", "channel"), ("languages", "language")):
        if field_name in values:
            touched &= forecast[column].isin(values[field_name]).to_numpy()
    return touched


def _contact_columns(forecast: pd.DataFrame) -> list[str]:
    return [each for each in forecast if each == "mean" or (each[0] == "q" and each[1:].isdigit())]


def _hours_within(forecast, first: datetime, lasting: float = np.inf) -> tuple[Floats, Floats]:
    """Hours after `first` at which each half hour begins and ends, kept to 0 .. `lasting`."""
    hours = (forecast["starts_at"].to_numpy() - _instant(first)) / np.timedelta64(1, "h")
    return np.clip(hours, 0, lasting), np.clip(hours + _HOURS, 0, lasting)


def _share_within(forecast, first: datetime, lasting: float = np.inf) -> Floats:
    """Share of each half hour that lies in the hours after `first`, of which there are so many."""
    begins, ends = _hours_within(forecast, first, lasting)
    return (ends - begins) / _HOURS


def _lasted(values) -> float:
    """Hours from its start to its end; without one there is none."""
    ends_at = values.get("ends_at")
    return (ends_at - values["starts_at"]).total_seconds() / 3600 if ends_at else np.inf


def _instant(at: datetime) -> np.datetime64:
    return np.datetime64(at.astimezone(UTC).replace(tzinfo=None), "us")


@dataclass(frozen=True)
class _Place:
    """Where in a scenario something is wrong."""

    scenario: str
    effect: int
    kind: str = ""

    def refused(self, told: str, code: str, field: str = "", **values: Any) -> InputError:
        of_kind = f" ({self.kind})" if self.kind else ""
        return InputError(
            f"scenario {self.scenario}, effect {self.effect}{of_kind}: {told}",
            f"scenario_{code}",
            **{"effect": self.effect, "kind": self.kind, "field": field} | values,
        )


def _effect(content: Any, place: _Place) -> Effect:
    if not isinstance(content, Mapping) or content.get("kind") not in _KINDS:
        given = content.get("kind") if isinstance(content, Mapping) else content
        raise place.refused(
            f"unknown kind {given!r}; known: {', '.join(_KINDS)}", "unknown_kind", given=given
        )
    kind = content["kind"]
    needed, optional = _KINDS[kind]
    optional = {**optional, **(_NARROWED if kind != "language" else {"channels": list})}
    known = {**needed, **optional}
    place = replace(place, kind=kind)
    for key in content:
        if key != "kind" and key not in known:
            raise place.refused(f"unknown {key!r}; known: {', '.join(known)}", "unknown_field", key)
    for key in needed:
        if key not in content:
            raise place.refused(f"{key} is missing", "missing", key)
    values = {
        key: _value(content[key], wanted, key, place)
        for key, wanted in known.items()
        if key in content
    }
    _check(values, place)
    return Effect(kind, values)


def _value(given: Any, wanted: type, key: str, place: _Place) -> Any:
    if wanted is float and isinstance(given, int | float) and not isinstance(given, bool):
        if not np.isfinite(given):
            raise place.refused(f"{key} is {given}, not a number", "not_number", key)
        return float(given)
    if wanted is datetime and isinstance(given, datetime):
        if given.tzinfo is None:
            raise place.refused(
                f"{key} is {given} without a zone; write 2026-03-02T09:00:00Z", "not_instant", key
            )
        return given.astimezone(UTC)
    is_list = wanted is list and isinstance(given, list) and len(given) > 0
    if is_list and all(isinstance(each, str) for each in given):
        return list(given)
    if wanted is str and isinstance(given, str) and given:
        return given
    told, code = {
        float: ("a number", "not_number"),
        datetime: ("an instant such as 2026-03-02T09:00:00Z", "not_instant"),
        list: ("a list of names, not empty", "not_names"),
        str: ("a name", "not_name"),
    }[wanted]
    raise place.refused(f"{key} is {given!r}; it must be {told}", code, key)


def _check(values: Mapping[str, Any], place: _Place) -> None:
    def refuse(key: str, told: str, code: str, **more: Any) -> None:
        given = values[key]
        raise place.refused(f"{key} is {given:g}; {told}", code, key, value=given, **more)

    for key in _SHARES:
        if key in values and not 0 <= values[key] <= 1:
            refuse(key, "a share lies in 0 to 1", "share")
    for key, most in _MOST.items():
        if values.get(key, 0) > most:
            refuse(key, f"it can't be above {most:,.0f}", "above", most=most)
    if "topics" in values and "topic_share" in values:
        raise place.refused(
            "topics have shares of their own; leave topic_share out", "topic_share", "topic_share"
        )
    for key in _POSITIVE:
        if key in values and values[key] <= 0:
            refuse(key, "it must be above 0", "not_positive")
    if values.get("ramp_days", 0) < 0:
        refuse("ramp_days", "it can't be below 0", "negative")
    if values.get("size", 0) < -1:
        refuse("size", "no more than all can be lost (-1)", "lost")
    if "ends_at" in values and values["ends_at"] <= values["starts_at"]:
        raise place.refused(f"ends_at {values['ends_at']} is not after starts_at", "ends_before")
    if ("backlog" in values) != ("backlog_hours" in values):
        raise place.refused(
            "backlog and backlog_hours go together", "backlog_alone", "backlog_hours"
        )


def _with_instants(content: Any) -> Any:
    """JSON has no instants: ISO text in their place is read as one, anything else stays."""
    if not isinstance(content, dict) or not isinstance(content.get("effects"), list):
        return content
    return content | {
        "effects": [
            {k: _read_instant(v) if k in _INSTANTS else v for k, v in each.items()}
            if isinstance(each, dict)
            else each
            for each in content["effects"]
        ]
    }


def _read_instant(value: Any) -> Any:
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _instant_text(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _written(value: Any) -> str:
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        escaped = "".join(c if c >= " " and c != "\x7f" else f"\\u{ord(c):04x}" for c in escaped)
        return f'"{escaped}"'
    if isinstance(value, list):
        return f"[{', '.join(_written(each) for each in value)}]"
    if isinstance(value, datetime):
        return _instant_text(value)
    return repr(float(value))
