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
    """Who answers one channel in one language; "*" stands for any that no other desk names.

    patience_seconds   mean time until who waits hangs up; None: estimated from those who did
    slowdown_share     by how much each further chat at once lengthens an agent's chats
    minimum_agents     at their desks while it is open, however few contacts come
    promise_open_days  deferrable channels: days of opening within which work is done
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
    concurrency: int
    shrinkage: float
    max_occupancy: float
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
        shifts=_shifts(path, content.get("shifts", {})),
        urgent=tuple(_urgent(path, entry) for entry in content.get("urgent", ())),
        currency=site.get("currency"),
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


def _urgent(path: Path, entry: dict) -> UrgentTarget:
    try:
        target = UrgentTarget(**entry)
    except TypeError as error:
        raise SettingsError(f"{path}: [[urgent]]: {error}") from None
    if not (0 < target.target_share < 1 and target.within_seconds > 0):
        raise SettingsError(
            f"{path}: [[urgent]] {target.channel}: target_share is a share between 0 and 1,"
            " within_seconds above 0"
        )
    return target


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


def _shifts(path: Path, entry: dict) -> Shifts:
    try:
        shifts = Shifts(**{k: tuple(v) if isinstance(v, list) else v for k, v in entry.items()})
    except TypeError as error:
        raise SettingsError(f"{path}: [shifts]: {error}") from None
    halves = (*shifts.lengths_hours, *shifts.break_after_hours, shifts.break_hours)
    if (
        not shifts.lengths_hours
        or not shifts.break_after_hours
        or any(hours < 0 or (2 * hours) % 1 for hours in (*halves, shifts.start_every_hours))
        or not 0 < min(shifts.lengths_hours) <= max(shifts.lengths_hours) <= 24
        or shifts.start_every_hours <= 0
    ):
        raise SettingsError(
            f"{path}: [shifts]: hours are given in half hours, at least one length of at most 24"
        )
    if not 1 <= shifts.days_in_a_row <= 7 or not 0 < shifts.weekly_hours <= 168:
        raise SettingsError(
            f"{path}: [shifts]: days_in_a_row is 1 to 7, weekly_hours above 0 and at most 168"
        )
    return shifts


def _desk(path: Path, position: int, entry: dict) -> Desk:
    days = max(1, -(-int(entry.get("within_seconds", 0)) // 86_400))
    assumed = {
        "concurrency": 1,
        "shrinkage": 0.0,
        "max_occupancy": 1.0,
        "promise_open_days": days,
    }
    given = {**entry, "staffed_to": str(entry.get("staffed_to", "expected"))}
    try:
        desk = Desk(**{**assumed, **given})
    except TypeError as error:
        raise SettingsError(f"{path}: desk {position}: {error}") from None
    where = f"{path}: desk {desk.channel}/{desk.language}"
    if not (0 < desk.target_share < 1 and 0 <= desk.shrinkage < 1 and 0 < desk.max_occupancy <= 1):
        raise SettingsError(
            f"{where}: target_share, shrinkage and max_occupancy are shares between 0 and 1"
        )
    if not _is_staffing_rule(desk.staffed_to):
        raise SettingsError(
            f'{where}: staffed_to is {desk.staffed_to!r}; it must be "expected", "mean", or a'
            " quantile between 0 and 1"
        )
    known = (desk.patience_seconds, desk.headcount, desk.concurrency, desk.handle_seconds)
    if min(value for value in known if value is not None) <= 0:
        raise SettingsError(
            f"{where}: patience_seconds, headcount, concurrency and handle_seconds are above 0"
        )
    least = (desk.slowdown_share, desk.minimum_agents, desk.promise_open_days, desk.hour_cost or 0)
    if min(least) < 0:
        raise SettingsError(
            f"{where}: slowdown_share, minimum_agents, promise_open_days and hour_cost are 0 or"
            " more"
        )
    return desk


def _is_staffing_rule(text: str) -> bool:
    try:
        return text in ("expected", "mean") or 0 < float(text) < 1
    except ValueError:
        return False
