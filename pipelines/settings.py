"""What a site sets: support.toml read into frozen values, checked on the way in.

The file is found by argument, else SUPPORT_QUALITY_SETTINGS, else `support.toml` in the
current folder, else the one shipped at the project's root.
"""

import os
import tomllib
from dataclasses import dataclass, field
from datetime import datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipelines.errors import SettingsError, ZoneError

PROJECT_ROOT = Path(__file__).resolve().parent.parent
REFERENCE_DIR = PROJECT_ROOT / "data" / "reference"
SAMPLES_DIR = PROJECT_ROOT / "data" / "samples"

LANGUAGE_ORDER = ("declared", "detected", "queue", "user_profile")

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_GROUPS = {
    "daily": range(7),
    "weekdays": range(5),
    "weekends": range(5, 7),
    **{name: range(i, i + 1) for i, name in enumerate(_WEEKDAYS)},
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
    """Who answers one channel in one language; "*" stands for any that no other desk names."""

    channel: str
    language: str
    calendar: str
    target_share: float
    within_seconds: int
    handle_seconds: int
    concurrency: int
    shrinkage: float
    max_occupancy: float


@dataclass(frozen=True)
class Rules:
    """Thresholds of the metric definitions that a site may set."""

    short_abandon_seconds: int = 5
    resolution_follow_up_days: int = 7
    reopen_window_days: int = 7
    left_before_reply_hours: int = 72
    survey_window_days: int = 14
    excluded_tags: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Settings:
    """A site's settings, as read from `path`."""

    path: Path
    name: str
    zone: str
    rules: Rules
    calendars: tuple[Calendar, ...]
    desks: tuple[Desk, ...]
    corrections: Path = REFERENCE_DIR / "corrections.csv"
    """Known errors of providers, corrected while they last."""
    language_order: tuple[str, ...] = LANGUAGE_ORDER
    """Which source of a contact's language is believed first; one left out is not used."""


def load_settings(path: Path | None = None) -> Settings:
    """Read support.toml.

    Raises SettingsError (what, where, remedy) or ZoneError for a zone that does not exist.
    """
    path = path or _settings_path()
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(f"{path}: no such file; pass --settings FILE") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: not valid TOML: {error}") from None
    site = content.get("site", {})
    calendars = tuple(_calendar(path, entry) for entry in content.get("calendars", ()))
    desks = tuple(_desk(path, i, entry) for i, entry in enumerate(content.get("desks", ()), 1))
    known = {calendar.id for calendar in calendars}
    for desk in desks:
        if desk.calendar not in known:
            raise SettingsError(
                f"{path}: desk {desk.channel}/{desk.language} names the calendar"
                f" '{desk.calendar}', which is not there; known: {', '.join(sorted(known))}"
            )
    try:
        rules = Rules(**content.get("rules", {}))
    except TypeError as error:
        raise SettingsError(f"{path}: [rules]: {error}") from None
    return Settings(
        path=path,
        name=site.get("name", "Support"),
        zone=check_zone(site.get("zone", "Asia/Seoul"), str(path)),
        rules=rules,
        calendars=calendars,
        desks=desks,
        corrections=path.parent / site["corrections"]
        if "corrections" in site
        else REFERENCE_DIR / "corrections.csv",
        language_order=_language_order(path, content.get("languages", {})),
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


def _language_order(path: Path, entry: dict) -> tuple[str, ...]:
    order = tuple(entry.get("order", LANGUAGE_ORDER))
    if set(entry) - {"order"} or len(set(order)) < len(order) or set(order) - {*LANGUAGE_ORDER}:
        raise SettingsError(
            f"{path}: [languages]: write order = [...] with each of"
            f" {', '.join(LANGUAGE_ORDER)} at most once"
        )
    return order


def _settings_path() -> Path:
    named = os.environ.get("SUPPORT_QUALITY_SETTINGS")
    if named:
        return Path(named)
    here = Path("support.toml")
    return here if here.exists() else PROJECT_ROOT / "support.toml"


def _calendar(path: Path, entry: dict) -> Calendar:
    where = f"{path}: calendar '{entry.get('id', '?')}'"
    if "id" not in entry or "zone" not in entry or not entry.get("periods"):
        raise SettingsError(f"{where}: needs id, zone and at least one [[calendars.periods]]")
    periods = tuple(_period(where, period) for period in entry["periods"])
    starts = [period.starts for period in periods[1:]]
    if None in starts or starts != sorted(starts):
        raise SettingsError(f"{where}: every period after the first needs `from`, in time order")
    return Calendar(entry["id"], check_zone(entry["zone"], where), entry.get("holidays"), periods)


def _period(where: str, entry: dict) -> Period:
    shifts = []
    for key, spans in entry.items():
        if key == "from":
            continue
        if key not in _DAY_GROUPS:
            raise SettingsError(f"{where}: unknown day '{key}'; use {', '.join(_DAY_GROUPS)}")
        for span in spans:
            start, end = _span(where, span)
            shifts += [Shift(weekday, start, end) for weekday in _DAY_GROUPS[key]]
    starts = entry.get("from")
    if starts is not None and not isinstance(starts, datetime):
        starts = datetime.combine(starts, time())
    return Period(starts, tuple(sorted(shifts, key=lambda s: (s.weekday, s.start_second))))


def _span(where: str, text: str) -> tuple[int, int]:
    try:
        start, end = (
            int(h) * 3600 + int(m) * 60 for h, m in (p.split(":") for p in text.split("-"))
        )
    except ValueError:
        raise SettingsError(f"{where}: '{text}' is not an opening such as 09:00-18:00") from None
    if not (0 <= start < 86_400 and 0 <= end <= 86_400):
        raise SettingsError(f"{where}: '{text}' leaves the day; write 22:00-02:00 for a night")
    return start, end if end > start else end + 86_400


def _desk(path: Path, position: int, entry: dict) -> Desk:
    try:
        desk = Desk(**{"concurrency": 1, "shrinkage": 0.0, "max_occupancy": 1.0, **entry})
    except TypeError as error:
        raise SettingsError(f"{path}: desk {position}: {error}") from None
    if not (0 < desk.target_share < 1 and 0 <= desk.shrinkage < 1 and 0 < desk.max_occupancy <= 1):
        raise SettingsError(
            f"{path}: desk {desk.channel}/{desk.language}: target_share, shrinkage and"
            " max_occupancy are shares between 0 and 1"
        )
    return desk
