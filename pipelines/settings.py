"""What a site sets: support.toml read into frozen values, checked on the way in.

The file is found by argument, else SUPPORT_QUALITY_SETTINGS, else `support.toml` in the
current folder, else the one shipped at the project's root.
"""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipelines.errors import SettingsError, ZoneError
from pipelines.hand_written import Limits, check_keys, entry, read_toml, value

PROJECT_ROOT = Path(__file__).resolve().parent.parent
REFERENCE_DIR = PROJECT_ROOT / "data" / "reference"
SAMPLES_DIR = PROJECT_ROOT / "data" / "samples"
DEFAULT_WAREHOUSE = PROJECT_ROOT / "data" / "warehouse"
"""Where builds are looked for and put, unless a reader names another folder."""

LANGUAGE_ORDER = ("declared", "detected", "queue", "user_profile")

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_GROUPS = {
    "daily": range(7),
    "weekdays": range(5),
    "weekends": range(5, 7),
    **{name: range(i, i + 1) for i, name in enumerate(_WEEKDAYS)},
}


def _is_half_hours(hours: float) -> bool:
    return (2 * hours) % 1 == 0


_ABOVE_0 = "above 0", lambda value: value > 0
_BREAK = "half hours, 0 or more", lambda hours: hours >= 0 and _is_half_hours(hours)
_LIMITS: Limits = {
    "target_share": ("above 0 and below 1", lambda share: 0 < share < 1),
    "shrinkage": ("0 or more and below 1", lambda share: 0 <= share < 1),
    "max_occupancy": ("above 0 and at most 1", lambda share: 0 < share <= 1),
    "critical_share": ("0 to 1", lambda share: 0 <= share <= 1),
    "within_seconds": _ABOVE_0,
    "handle_seconds": _ABOVE_0,
    "patience_seconds": _ABOVE_0,
    "concurrency": _ABOVE_0,
    "headcount": _ABOVE_0,
    "promise_open_days": _ABOVE_0,
    "lengths_hours": (
        "half hours, above 0 and at most 24",
        lambda hours: 0 < hours <= 24 and _is_half_hours(hours),
    ),
    "start_every_hours": (
        "half hours, above 0",
        lambda hours: hours > 0 and _is_half_hours(hours),
    ),
    "break_hours": _BREAK,
    "break_after_hours": _BREAK,
    "weekly_hours": ("above 0 and at most 168", lambda hours: 0 < hours <= 168),
    "days_in_a_row": ("1 to 7", lambda days: 1 <= days <= 7),
}


@dataclass(frozen=True)
class Shift:
    """An opening of one weekday, in local seconds after its midnight, `[start, end)`.

    `end_second` exceeds 86,400 where the shift ends after midnight."""

    weekday: int
    start_second: int
    end_second: int


@dataclass(frozen=True)
class Period:
    """Shifts in force from local `starts` on (None: since ever) until the next period starts."""

    starts: datetime | None
    shifts: tuple[Shift, ...]


@dataclass(frozen=True)
class Calendar:
    """Opening hours of a desk: local shifts of `zone`, closed on `holidays` of a country."""

    id: str
    zone: str
    holidays: str | None
    periods: tuple[Period, ...]


@dataclass(frozen=True)
class Desk:
    """Who answers one channel in one language; "*" stands for any that no other desk names.

    patience_seconds   mean time until who waits hangs up; None: estimated from those who did
    slowdown_share     by how much each further chat at once lengthens an agent's chats
    minimum_agents     at their desks while it is open, however few contacts come
    promise_open_days  deferrable channels: business days within which contacts are answered
    staffed_to         "expected" service level over all that may come, "mean" of the forecast, or
                       a quantile of it such as "0.9"
    gives_spare_time   agents of this live desk help with deferrable work of their language
    hour_cost          of a paid agent hour, in the site's currency; None is not known
    headcount          people there are; None is as many as it takes
    """

    channel: str
    language: str
    calendar: str
    target_share: float
    within_seconds: int
    handle_seconds: int
    concurrency: int = 1
    shrinkage: float = 0.0
    max_occupancy: float = 1.0
    patience_seconds: float | None = None
    slowdown_share: float = 0.0
    minimum_agents: int = 1
    promise_open_days: int = 1
    staffed_to: str = "expected"
    gives_spare_time: bool = False
    hour_cost: float | None = None
    headcount: int | None = None


@dataclass(frozen=True)
class UrgentTarget:
    """How fast urgent contacts of one channel are answered, day and night; "*" stands for any
    channel without a line of its own. Seconds of calendar time: what does harm while it waits
    does so outside opening hours too."""

    channel: str
    target_share: float
    within_seconds: int


@dataclass(frozen=True)
class Shifts:
    """Shifts that contracts know; lengths include the unpaid break."""

    lengths_hours: tuple[float, ...] = (4.5, 9.0)
    start_every_hours: float = 1.0
    break_hours: float = 1.0
    break_after_hours: tuple[float, ...] = (4.0,)
    rest_hours: float = 11.0
    weekly_hours: float = 40.0
    days_in_a_row: int = 6


@dataclass(frozen=True)
class Rules:
    """Thresholds of the metric definitions that a site may set."""

    short_abandon_seconds: int = 5
    resolution_follow_up_days: int = 7
    reopen_window_days: int = 7
    left_before_reply_hours: int = 72
    repeat_window_days: int = 7
    survey_window_days: int = 14
    visit_gap_minutes: int = 30
    deflection_hours: int = 72
    bot_repeat_days: int = 7
    critical_share: float = 0.5
    excluded_tags: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Site:
    """The section [site]."""

    name: str = "Support"
    zone: str = "Asia/Seoul"
    currency: str | None = None
    corrections: str | None = None


@dataclass(frozen=True)
class _Languages:
    """The section [languages]."""

    order: tuple[str, ...] = LANGUAGE_ORDER


@dataclass(frozen=True)
class Settings:
    """A site's settings, as read from `path`."""

    path: Path
    name: str
    zone: str
    rules: Rules
    calendars: tuple[Calendar, ...]
    desks: tuple[Desk, ...]
    shifts: Shifts = Shifts()
    urgent: tuple[UrgentTarget, ...] = ()
    """None: urgent contacts have the targets of their desks."""
    currency: str | None = None
    """Of `hour_cost`: an ISO 4217 code such as KRW."""
    corrections: Path = REFERENCE_DIR / "corrections.csv"
    """Known errors of providers, corrected while they last."""
    language_order: tuple[str, ...] = LANGUAGE_ORDER
    """Which source of a contact's language is believed first; one left out is not used."""


def load_settings(path: Path | None = None) -> Settings:
    """Read support.toml; every key is optional but those without which a desk has no meaning.

    Raises SettingsError (file, section, key, remedy): an unknown key is an error, never ignored.
    ZoneError for a zone that does not exist.
    """
    path = path or _settings_path()
    content = read_toml(path, "pass --settings FILE")
    sections = ("site", "rules", "languages", "shifts", "urgent", "calendars", "desks")
    check_keys(str(path), content, sections)
    site = entry(_Site, f"{path}: [site]", content.get("site", {}), _LIMITS)
    calendars = tuple(
        _calendar(f"{path}: [[calendars]] {_said(each, 'id')}", each)
        for each in _entries(path, content, "calendars")
    )
    desks = tuple(
        _desk(f"{path}: [[desks]] {_said(each, 'channel', 'language')}", each)
        for each in _entries(path, content, "desks")
    )
    urgent = tuple(
        entry(UrgentTarget, f"{path}: [[urgent]] {_said(each, 'channel')}", each, _LIMITS)
        for each in _entries(path, content, "urgent")
    )
    _once(f"{path}: [[calendars]]", (calendar.id for calendar in calendars))
    _once(f"{path}: [[desks]]", (f"{desk.channel}/{desk.language}" for desk in desks))
    _once(f"{path}: [[urgent]]", (target.channel for target in urgent))
    known = sorted(calendar.id for calendar in calendars)
    for desk in desks:
        if desk.calendar not in known:
            raise SettingsError(
                f"{path}: [[desks]] {desk.channel}/{desk.language}: there is no calendar"
                f" '{desk.calendar}'; known: {', '.join(known)}"
            )
    return Settings(
        path=path,
        name=site.name,
        zone=check_zone(site.zone, f"{path}: [site]"),
        rules=entry(Rules, f"{path}: [rules]", content.get("rules", {}), _LIMITS),
        calendars=calendars,
        desks=desks,
        shifts=_shifts(f"{path}: [shifts]", content.get("shifts", {})),
        urgent=urgent,
        currency=site.currency,
        corrections=_corrections(path, site.corrections),
        language_order=_language_order(f"{path}: [languages]", content.get("languages", {})),
    )


def check_zone(zone: str, where: str) -> str:
    """The IANA name itself; raises ZoneError where no such zone exists."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, IsADirectoryError):
        raise ZoneError(
            f"{where}: unknown time zone '{zone}'; give an IANA name such as Asia/Seoul"
        ) from None
    return zone


def check_encoding(encoding: str, where: str) -> str:
    """Python's name of a text encoding itself; raises SettingsError where it knows none."""
    try:
        "".encode(encoding)
    except LookupError:
        raise SettingsError(
            f"{where}: unknown encoding '{encoding}'; give a name such as cp949 or utf-16"
        ) from None
    return encoding


def public_holidays(place: str, years: Iterable[int], where: str) -> set[date]:
    """The days that a country ("KR") or a region of one ("DE-BY") is closed for in these years.

    Raises SettingsError where no holidays are known for it.
    """
    import holidays  # 0.1 s, and only calendars with holidays need it

    country, _, region = place.partition("-")
    try:
        return set(holidays.country_holidays(country, subdiv=region or None, years=years))
    except NotImplementedError:
        raise SettingsError(
            f"{where}: no holidays are known for '{place}'; give an ISO country such as KR or DE-BY"
        ) from None


def _settings_path() -> Path:
    named = os.environ.get("SUPPORT_QUALITY_SETTINGS")
    if named:
        return Path(named)
    here = Path("support.toml")
    return here if here.exists() else PROJECT_ROOT / "support.toml"


def _entries(path: Path, content: dict, section: str) -> list[dict]:
    entries = content.get(section, [])
    if not isinstance(entries, list) or not all(isinstance(each, dict) for each in entries):
        raise SettingsError(f"{path}: {section}: write each under a line [[{section}]] of its own")
    return entries


def _said(table: dict, *names: str) -> str:
    """What a table of the file calls itself, for messages."""
    return "/".join(str(table.get(name, "?")) for name in names)


def _once(where: str, names: Iterable[str]) -> None:
    seen = set()
    for name in names:
        if name in seen:
            raise SettingsError(f"{where} {name} is there twice; keep one")
        seen.add(name)


def _corrections(path: Path, told: str | None) -> Path:
    if told is None:
        return REFERENCE_DIR / "corrections.csv"
    found = path.parent / told
    if not found.is_file():
        raise SettingsError(
            f"{path}: [site]: corrections: there is no file {found}; the path counts from the"
            " folder of the settings"
        )
    return found


def _language_order(where: str, table: Any) -> tuple[str, ...]:
    order = entry(_Languages, where, table, _LIMITS).order
    if len(set(order)) < len(order) or set(order) - {*LANGUAGE_ORDER}:
        raise SettingsError(
            f"{where}: write order = [...] with each of {', '.join(LANGUAGE_ORDER)} at most once"
        )
    return order


def _calendar(where: str, table: dict) -> Calendar:
    check_keys(where, table, ("id", "zone", "holidays", "periods"))
    told = {
        name: value(f"{where}: {name}", str, table[name])
        for name in ("id", "zone", "holidays")
        if name in table
    }
    entries = table.get("periods")
    if not {"id", "zone"} <= told.keys() or not isinstance(entries, list) or not entries:
        raise SettingsError(f"{where}: needs id, zone and at least one [[calendars.periods]]")
    periods = tuple(_period(where, period) for period in entries)
    starts = [period.starts for period in periods[1:]]
    if None in starts or starts != sorted(starts):
        raise SettingsError(f"{where}: every period after the first needs `from`, in time order")
    zone = check_zone(told["zone"], where)
    if "holidays" in told:
        public_holidays(told["holidays"], (), where)
    return Calendar(told["id"], zone, told.get("holidays"), periods)


def _period(where: str, table: Any) -> Period:
    check_keys(where, table, ("from", *_DAY_GROUPS))
    shifts = []
    for days in _DAY_GROUPS.keys() & table.keys():
        for span in value(f"{where}: {days}", tuple[str, ...], table[days]):
            start, end = _span(where, span)
            shifts += [Shift(weekday, start, end) for weekday in _DAY_GROUPS[days]]
    return Period(
        _starts(where, table.get("from")),
        tuple(sorted(shifts, key=lambda s: (s.weekday, s.start_second))),
    )


def _starts(where: str, told: Any) -> datetime | None:
    if type(told) is date:
        return datetime.combine(told, time())
    if told is not None and (not isinstance(told, datetime) or told.tzinfo is not None):
        raise SettingsError(
            f"{where}: from must be a local day or time, without quotes and offset, such as"
            f" 2026-03-01 or 2026-03-01T09:00:00, not {told}"
        )
    return told


def _span(where: str, text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d\d?):([0-5]\d)-(\d\d?):([0-5]\d)", text)
    if found is None:
        raise SettingsError(f"{where}: '{text}' is not an opening such as 09:00-18:00")
    hours, minutes, end_hours, end_minutes = map(int, found.groups())
    start, end = hours * 3600 + minutes * 60, end_hours * 3600 + end_minutes * 60
    if start >= 86_400 or end > 86_400:
        raise SettingsError(f"{where}: '{text}' leaves the day; write 22:00-02:00 for a night")
    return start, end if end > start else end + 86_400


def _shifts(where: str, table: Any) -> Shifts:
    shifts = entry(Shifts, where, table, _LIMITS)
    for name in ("lengths_hours", "break_after_hours"):
        if not getattr(shifts, name):
            raise SettingsError(f"{where}: {name} needs at least one number")
    return shifts


def _desk(where: str, table: dict) -> Desk:
    rule = table.get("staffed_to", "expected")
    if not _is_staffing_rule(rule):
        raise SettingsError(
            f'{where}: staffed_to must be "expected", "mean", or a quantile above 0 and below 1,'
            f" not {rule!r}"
        )
    desk = entry(Desk, where, {**table, "staffed_to": str(rule)}, _LIMITS)
    if "promise_open_days" in table:
        return desk
    return replace(desk, promise_open_days=max(1, -(-desk.within_seconds // 86_400)))


def _is_staffing_rule(rule: Any) -> bool:
    try:
        return rule in ("expected", "mean") or 0 < float(rule) < 1
    except (TypeError, ValueError):
        return False
