"""Mapping files: what a user writes to tell what an export's columns mean.

One TOML file per export, named with `--mapping`, or found by itself as
`mappings/<name>.toml` beside the export, or beside a folder around it that is loaded:
`mappings/calls.toml` is for `calls.csv` and for `calls_2026-03-02.csv`, if no longer name fits (see
`mapping_in`). Every key is
optional but where noted; an unknown key, field or column name is an error, never ignored.

    source = "call_log"        # call_log, survey, schedule, market_events, zendesk_csv, ...
                               # required for call_log, tickets, messages, status_events and
                               # survey, else recognised by the header
    system = "bank"            # prefix of the ids: contact `bank:<id>`; required likewise
    contact_system = "zendesk" # survey: the system whose contacts it asks about
    linked_system = "zendesk"  # the system that linked_contact_id belongs to
    zone = "Asia/Jerusalem"    # IANA zone of times written without an offset; required unless
                               # every time has one, or `--zone` is given (this key wins over it)
    date_format = "%y%m%d"     # of the `date` field; default ISO: 2026-03-02
    time_formats = ["%d.%m.%Y %H:%M"]  # tried in turn for full times; default: 2026-03-02 09:00,
                               # 2026-03-02T09:00:05.123+09:00, 02-03-2026 09:00 (day first).
                               # A format without an hour tells days: each starts at midnight
    contacts_from_messages = true  # messages: there is no other file that tells the contacts
    interval_minutes = 30      # schedule: length of a row's interval where there is no ends_at

    [file]                     # how the text is written; whatever is not told is detected
    encoding = "cp949"
    separator = "\\t"
    quote = ""                 # default '"'; "" = nothing is quoted
    header = false             # default true; false requires `columns`
    columns = ["id", "date"]   # names of the columns of a file without a header line
    skip_lines = 2             # lines before the header line

    [columns]                  # field = column of the file: its header text; in JSON the path of
                               # its keys, "stats.resolved_at"; "_line": the number of the line
    id = ["date", "line", "call_id"]               # several columns: joined by "-"
    created_at = "entered"                         # a full time, or a clock if `date` is given
    date = "date"                                  # the day that the clocks belong to
    wait_seconds = { column = "wait", unit = "milliseconds" }
    talk_seconds = { from = "answered", to = "hung_up" }  # difference of two times or clocks
    updated_at = { column = "changed", unit = "epoch" }
    contact_id = { column = "case_id", first = 15 }       # only the first 15 characters
    agent_id = { column = "agent", pseudonym = true }     # a person's name: never kept as it is

    [missing]                  # texts that mean "not there", besides the empty text
    "*" = ["-", "NULL"]        # in any column
    answered = ["0:00:00"]     # in this column of the file

    [constants]                # field = the same text on every row
    channel = "phone"

    [values.language]          # field: text in the file = text instead; "*" = every other text
    PE = "en"

    [values.status]            # to: new, open, pending, hold, solved, closed, deleted, unknown
    "In Bearbeitung" = "open"

    [outcomes]                 # call_log, required: what the texts of the `outcome` column mean
    answered = ["AGENT"]
    abandoned = ["HANG"]       # also: callback, voicemail; any other text -> unknown

    [exclude.test]             # a reason of contracts.EXCLUSIONS: rows that are not contacts,
    outcome = ["PHANTOM"]      # column of the file = texts (case ignored; `Tags`: one of its tags)

    [scale]                    # survey, and tickets with a score: required
    name = "1-5"               # one of contracts.SCALES; nps and ces are questions of their own
    best = 1                   # the best score; default the highest. Turned round if the lowest
    [scale.values]             # texts in the file = numbers on that scale, before turning round
    "Very good" = 1

Units of `_seconds` fields: seconds (default), minutes, hours, days, milliseconds, clock
(`1:02:03` or `02:03`). A clock that is more than 12 hours before the row's `created_at`
belongs to the next day, so calls that pass midnight are whole. Units of `_at` fields, where they
are no texts: epoch (seconds since 1970), epoch_milliseconds, epoch_microseconds, object_id (an
id whose first 8 hexadecimal digits are epoch seconds).

Fields of each source (* required):

- call_log: id*, created_at* (entered the system), date, menu_left_at, queue_entered_at,
  queue_left_at, answered_at, ended_at, updated_at, wait_seconds, talk_seconds, hold_seconds,
  wrap_seconds, transfers_count, outcome*, direction (inbound, outbound, internal), channel,
  language, topic, team, agent_id, requester_id, priority, tags, subject, linked_contact_id
- tickets: id*, created_at*, kind (ticket, chat, call, social), status, channel, direction,
  language, language_source, topic, team, agent_id, requester_id, priority, tags, subject, text
  (the customer's first message), linked_contact_id, merged_into, updated_at, first_inbound_at,
  handed_over_at, first_assigned_at, assigned_at, first_replied_at, first_solved_at, solved_at,
  closed_at, reopens_count, replies_count, the vendor_..._seconds of contracts.CONTACT_CLOCKS;
  where the row holds a rating: score, comment, survey_sent_at, survey_answered_at
- messages: contact_id*, sent_at, message_id, author (customer, agent, bot, system), author_id,
  is_public (yes/no, true/false, Y/N, 1/0, public/private; default yes), text; with
  contacts_from_messages also created_at (required where there is no sent_at), and every other
  field of tickets but id, text, the rating, counts and durations
- status_events: contact_id*, changed_at*, status*, and every other field of tickets but id, text
  and the rating; the contact's latest row tells them
- zammad, hubspot, salesforce: as tickets, servicenow: as status_events. Their own columns are
  known; what is told here comes before it, line by line
- amazon_connect: language and topic are names of contact attributes; [exclude] looks at `Queue`,
  `Channel` and `InitiationMethod`
- talkdesk: none; [scale] of its scores (default 1-5), [exclude] looks at `team`
- survey: id*, contact_id, contact_system, sent_at, answered_at, updated_at, date, score*,
  professionalism, speed, problem_solving, comment, language
- reviews: review_id*, contact_id*, contact_system, reviewer_id, category*, score (empty: does not
  apply), score_min (default 0), score_max*, weight (default 1), is_critical (default no), drawn*
  (random, targeted, calibration), selection_probability, reviewed_at*, updated_at, date; known by
  their own names
- schedule: channel*, language*, starts_at*, ends_at, agents*, date
- agent_states: agent_id*, state*, starts_at*, ends_at*, channel, language, team, date;
  [values.state] tells the system's own words as available, handling, wrap or away
- market_events: event_id*, kind*, title, starts_at*, ends_at*, known_at, and what it concerns:
  channel, language, topic (canonical; empty: all)
- zendesk_csv: its own columns are known by their headers; language, topic and requester_id may
  be told, [exclude] looks at any column
- zendesk_json: language and topic are numbers of custom fields; [values.team] names groups by
  their number; [exclude] looks at `via` and `tags`
- zendesk_chat: none; [exclude] looks at `tags` and `department_name`
- freshdesk_json, intercom_json, chatwoot_json: language and topic name a custom field (Freshdesk's
  cf_..., else a custom attribute); [values.team] names teams by their number, [values.status]
  Freshdesk's own statuses; [exclude] looks at tags and source, status, type (Freshdesk), tags and
  source.type, delivered_as (Intercom), labels and channel, team (Chatwoot)
- freshdesk_csv: like zendesk_csv; [values.status] tells the account's own statuses,
  [values.survey] the words of its survey as -3 to 3
- channel_io: none; [exclude] looks at `tags`, `teamId`, `state` and `mediumType`
"""

import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from pipelines.errors import SettingsError
from pipelines.hand_written import read_toml
from pipelines.ingest.contracts import EXCLUSIONS, SCALES, SESSION_OUTCOMES, STATUSES
from pipelines.settings import check_encoding, check_zone

UNITS = ("seconds", "minutes", "hours", "days", "milliseconds", "clock")
TIME_UNITS = ("epoch", "epoch_milliseconds", "epoch_microseconds", "object_id")
ANY = "*"
LINE = "_line"

_TOP_KEYS = (
    "source", "system", "contact_system", "linked_system", "zone", "date_format", "time_formats",
    "contacts_from_messages", "interval_minutes", "file", "columns", "missing", "constants",
    "values", "outcomes", "exclude", "scale",
)  # fmt: skip
_FIELD_KEYS = {"column", "unit", "first", "pseudonym"}
_STATUS_FIELDS = {"status", "from_status"}
_FILE_KEYS = ("encoding", "separator", "quote", "header", "columns", "skip_lines")


@dataclass(frozen=True)
class Field:
    """Where a field's value stands: one column, several joined by "-", or the seconds from one
    time column to another (`is_difference`). `unit`: None where it is not told; `first`: so many
    characters of it count; `is_name`: a pseudonym stands for it."""

    columns: tuple[str, ...]
    unit: str | None = None
    is_difference: bool = False
    first: int | None = None
    is_name: bool = False


@dataclass(frozen=True)
class FileFormat:
    """How the text of a file is written; None: detect it."""

    encoding: str | None = None
    separator: str | None = None
    quote: str = '"'
    has_header: bool = True
    columns: tuple[str, ...] = ()
    skip_lines: int = 0


@dataclass(frozen=True)
class Scale:
    """A survey's scale; `best` is the score that means the most satisfied."""

    name: str
    best: float
    values: dict[str, float] = field(default_factory=dict)

    @property
    def bounds(self) -> tuple[float, float]:
        """Lowest and highest score of the scale."""
        return scale_bounds(self.name)

    @property
    def is_reversed(self) -> bool:
        return self.best == self.bounds[0]


@dataclass(frozen=True)
class Mapping:
    """A mapping file's content, checked; an empty one where none was given."""

    path: Path | None = None
    source: str | None = None
    system: str | None = None
    contact_system: str | None = None
    linked_system: str | None = None
    zone: str | None = None
    date_format: str | None = None
    time_formats: tuple[str, ...] = ()
    contacts_from_messages: bool = False
    interval_minutes: int | None = None
    file: FileFormat = FileFormat()
    columns: dict[str, Field] = field(default_factory=dict)
    missing: dict[str, tuple[str, ...]] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    outcomes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    exclude: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)
    scale: Scale | None = None

    @property
    def headers(self) -> tuple[str, ...]:
        """Every column of the file that the mapping names."""
        told = [header for field in self.columns.values() for header in field.columns]
        told += [header for header in self.missing if header != ANY]
        told += [header for rule in self.exclude.values() for header in rule]
        return tuple(header for header in dict.fromkeys(told) if header != LINE)

    def over(self, defaults: "Mapping") -> "Mapping":
        """This mapping where it tells something, else `defaults`; tables line by line."""

        def beneath(mine: dict, other: dict) -> dict:
            # the user's lines first: their texts are looked up before the vendor's
            return mine | {key: value for key, value in other.items() if key not in mine}

        def merged(name: str) -> Any:
            mine, other = getattr(self, name), getattr(defaults, name)
            if not isinstance(mine, dict):
                return mine if mine != getattr(_UNTOLD, name) else other
            if name in ("values", "exclude"):
                keys = beneath(mine, other)
                return {key: beneath(mine.get(key, {}), other.get(key, {})) for key in keys}
            return beneath(mine, other)

        told = {field.name: merged(field.name) for field in fields(Mapping)}
        for name in self.constants.keys() - self.columns.keys():
            told["columns"].pop(name, None)
        return Mapping(**told)

    def require(self, known: tuple[str, ...], required: tuple[str, ...]) -> None:
        """Check the field names against what the source knows.

        Raises SettingsError for an unknown field, or a required one that is not told."""
        told = {**self.columns, **self.constants}
        for section, names in (
            ("columns", self.columns), ("constants", self.constants), ("values", self.values),
        ):  # fmt: skip
            for name in names:
                if name not in known:
                    raise SettingsError(
                        f"{self.path}: [{section}] {name}: no such field; known: {', '.join(known)}"
                    )
        for name in required:
            if name not in told:
                raise SettingsError(
                    f'{self.path}: [columns] {name} is required; write {name} = "<column>"'
                )


_UNTOLD = Mapping()


def scale_bounds(name: str) -> tuple[float, float]:
    """Lowest and highest score of a scale of contracts.SCALES."""
    named = {
        "good_bad": (0.0, 1.0),
        "signed": (-3.0, 3.0),
        "nps": (0.0, 10.0),
        "ces": (1.0, 7.0),
    }
    if name in named:
        return named[name]
    low, high = name.split("-")
    return float(low), float(high)


def read_mapping(path: Path) -> Mapping:
    """Read and check one mapping file.

    Raises SettingsError naming the file, the key and the remedy, or ZoneError for a zone that
    does not exist."""
    return _Checker(path).mapping(read_toml(path, "pass --mapping FILE"))


def mapping_in(folder: Path, export: Path) -> Mapping | None:
    """The mapping that a folder holds for an export, if any.

    It is the one with the longest name that the export's name begins with, so that `calls.toml`
    is for `calls_2026-03-02.csv` too; else the one named after the export's own folder. Case is
    ignored."""
    name, parent = export.name.casefold(), export.resolve().parent.name.casefold()
    files = sorted(folder.glob("*.toml"), key=lambda path: len(path.stem), reverse=True)
    for path in files:
        rest = name.removeprefix(path.stem.casefold())
        if rest != name and not rest[:1].isalnum():
            return read_mapping(path)
    return next((read_mapping(p) for p in files if p.stem.casefold() == parent), None)


def vendor_mapping(vendor: str, text: str) -> Mapping:
    """The mapping that a vendor's export needs no user for, written like a mapping file."""
    return _Checker(Path(vendor)).mapping(tomllib.loads(text))


class _Checker:
    """Turns parsed TOML into a Mapping; every complaint names file, key and remedy."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def fail(self, key: str, problem: str) -> SettingsError:
        return SettingsError(f"{self.path}: {key}: {problem}")

    def mapping(self, content: dict[str, Any]) -> Mapping:
        self.known("", content, _TOP_KEYS)
        zone = self.text("zone", content.get("zone"))
        from_messages = content.get("contacts_from_messages", False)
        if not isinstance(from_messages, bool):
            raise self.fail("contacts_from_messages", "must be true or false")
        minutes = content.get("interval_minutes")
        if minutes is not None and (type(minutes) is not int or minutes <= 0):
            raise self.fail("interval_minutes", "must be a whole number of minutes above 0")
        return Mapping(
            path=self.path,
            **{
                key: self.name(key, content.get(key))
                for key in ("source", "system", "contact_system", "linked_system")
            },
            zone=check_zone(zone, f"{self.path}: zone") if zone else None,
            date_format=self.text("date_format", content.get("date_format")),
            time_formats=self.texts("time_formats", content.get("time_formats", [])),
            contacts_from_messages=from_messages,
            interval_minutes=minutes,
            file=self.file(self.table("file", content.get("file", {}))),
            columns={
                name: self.field(f"[columns] {name}", value)
                for name, value in self.table("columns", content.get("columns", {})).items()
            },
            missing=self.lists("missing", content),
            constants=self.translations("constants", content.get("constants", {})),
            values=self.values(content),
            outcomes=self.outcomes(content),
            exclude=self.exclude(content),
            scale=self.scale(content.get("scale")),
        )

    def known(self, section: str, content: dict, keys: tuple[str, ...]) -> None:
        for key in content:
            if key not in keys:
                where = f"[{section}] {key}" if section else key
                raise self.fail(where, f"unknown key; known: {', '.join(keys)}")

    def table(self, key: str, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self.fail(f"[{key}]", "must be a table of `name = value` lines")
        return value

    def text(self, key: str, value: Any) -> str | None:
        if value is not None and not isinstance(value, str):
            raise self.fail(key, f"must be a text in quotes, not {value!r}")
        return value

    def name(self, key: str, value: Any) -> str | None:
        text = self.text(key, value)
        if text is not None and not text.replace("_", "").replace("-", "").isalnum():
            raise self.fail(key, f"'{text}' may hold letters, digits, - and _ only")
        return text

    def texts(self, key: str, value: Any) -> tuple[str, ...]:
        if isinstance(value, str):
            value = [value]
        if not isinstance(value, list) or not all(isinstance(v, (str, int)) for v in value):
            raise self.fail(key, 'must be a list of texts such as ["a", "b"]')
        return tuple(str(v) for v in value)

    def lists(self, key: str, content: dict) -> dict[str, tuple[str, ...]]:
        table = self.table(key, content.get(key, {}))
        return {name: self.texts(f"[{key}] {name}", value) for name, value in table.items()}

    def translations(self, key: str, value: Any) -> dict[str, str]:
        table = self.table(key, value)
        for name, text in table.items():
            if not isinstance(text, (str, int)):
                raise self.fail(f"[{key}] {name}", f"must be a text in quotes, not {text!r}")
        return {name: str(text) for name, text in table.items()}

    def field(self, key: str, value: Any) -> Field:
        if isinstance(value, str):
            return Field((value,))
        if isinstance(value, list) and value:
            return Field(self.texts(key, value))
        if isinstance(value, dict) and set(value) == {"from", "to"}:
            if key.endswith("_seconds"):
                return Field((str(value["from"]), str(value["to"])), is_difference=True)
            raise self.fail(key, "only a _seconds field can be a difference")
        if isinstance(value, dict) and "column" in value and set(value) <= _FIELD_KEYS:
            unit, first = value.get("unit"), value.get("first")
            units = TIME_UNITS if key.endswith("_at") else UNITS
            if unit is not None and unit not in units:
                raise self.fail(key, f"unknown unit '{unit}'; known: {', '.join(units)}")
            if first is not None and (type(first) is not int or first < 1):
                raise self.fail(key, "first must be a whole number of characters")
            is_name = value.get("pseudonym", False)
            if not isinstance(is_name, bool):
                raise self.fail(key, "pseudonym must be true or false")
            return Field((str(value["column"]),), unit, first=first, is_name=is_name)
        raise self.fail(
            key, 'must be "column", ["a", "b"], { column = , unit = } or { from = , to = }'
        )

    def values(self, content: dict) -> dict[str, dict[str, str]]:
        values = {
            name: self.translations(f"values.{name}", value)
            for name, value in self.table("values", content.get("values", {})).items()
        }
        for name in _STATUS_FIELDS & values.keys():
            for text, status in values[name].items():
                if status not in STATUSES:
                    known = ", ".join(STATUSES)
                    raise self.fail(f"[values.{name}] {text}", f"no status '{status}'; {known}")
        return values

    def file(self, content: dict) -> FileFormat:
        self.known("file", content, _FILE_KEYS)
        separator = self.text("[file] separator", content.get("separator"))
        if separator is not None and len(separator) != 1:
            raise self.fail("[file] separator", 'must be one character, such as "," or "\\t"')
        quote = self.text("[file] quote", content.get("quote", '"'))
        if len(quote) > 1:
            raise self.fail("[file] quote", "must be one character, or empty for none")
        has_header = content.get("header", True)
        columns = self.texts("[file] columns", content.get("columns", []))
        if not isinstance(has_header, bool):
            raise self.fail("[file] header", "must be true or false")
        if not has_header and not columns:
            raise self.fail("[file] columns", "is required where header = false")
        skip = content.get("skip_lines", 0)
        if type(skip) is not int or skip < 0:
            raise self.fail("[file] skip_lines", "must be a whole number, 0 or more")
        encoding = self.text("[file] encoding", content.get("encoding"))
        if encoding is not None:
            check_encoding(encoding, f"{self.path}: [file] encoding")
        return FileFormat(encoding, separator, quote, has_header, columns, skip)

    def outcomes(self, content: dict) -> dict[str, tuple[str, ...]]:
        outcomes = self.lists("outcomes", content)
        self.known("outcomes", outcomes, SESSION_OUTCOMES)
        return outcomes

    def exclude(self, content: dict) -> dict[str, dict[str, tuple[str, ...]]]:
        reasons = self.table("exclude", content.get("exclude", {}))
        self.known("exclude", reasons, tuple(EXCLUSIONS))
        return {
            reason: {
                column: self.texts(f"[exclude.{reason}] {column}", texts)
                for column, texts in self.table(f"exclude.{reason}", rule).items()
            }
            for reason, rule in reasons.items()
        }

    def scale(self, content: Any) -> Scale | None:
        if content is None:
            return None
        table = self.table("scale", content)
        self.known("scale", table, ("name", "best", "values"))
        name = table.get("name")
        if name not in SCALES:
            raise self.fail("[scale] name", f"is required; one of {', '.join(SCALES)}")
        low, high = scale_bounds(name)
        best = table.get("best", high)
        if best not in (low, high):
            raise self.fail("[scale] best", f"must be {low:g} or {high:g}")
        values = self.table("scale.values", table.get("values", {}))
        for text, number in values.items():
            if not isinstance(number, (int, float)) or not low <= number <= high:
                raise self.fail(f"[scale.values] {text}", f"must be between {low:g} and {high:g}")
        return Scale(name, float(best), {text: float(n) for text, n in values.items()})
