"""When the desks of the invented exchange are open, minute by minute, and what they promise.

Written down a second time, by hand: what support.toml says and what the almanac says are holidays.
"""

from datetime import date, timedelta

import pandas as pd

FROM, UNTIL = date(2026, 7, 15), date(2026, 11, 18)
WORKDAYS = range(5)
EVERY_DAY = range(7)
KOREAN_HOLIDAYS = [
    "2026-07-17",  # Constitution Day
    "2026-08-15", "2026-08-17",  # Liberation Day and its substitute
    "2026-09-24", "2026-09-25", "2026-09-26",  # Chuseok
    "2026-10-03", "2026-10-05",  # National Foundation Day and its substitute
    "2026-10-09",  # Hangeul Day
]  # fmt: skip
JAPANESE_HOLIDAYS = [
    "2026-07-20",  # Marine Day
    "2026-08-11",  # Mountain Day
    "2026-09-21", "2026-09-22", "2026-09-23",  # Aged, a bridge day, Equinox
    "2026-10-12",  # Sports Day
    "2026-11-03",  # Culture Day
]  # fmt: skip
CALENDARS = {
    "always": ("Asia/Seoul", EVERY_DAY, [(0, 24)], []),
    "korea-long": ("Asia/Seoul", EVERY_DAY, [(8, 24)], []),
    "korea-day": ("Asia/Seoul", WORKDAYS, [(9, 18)], KOREAN_HOLIDAYS),
    "japan-day": ("Asia/Tokyo", WORKDAYS, [(10, 19)], JAPANESE_HOLIDAYS),
    "europe-day": ("Europe/London", WORKDAYS, [(8, 12), (13, 17)], []),
}
"""Calendar to zone, weekdays, hours and holidays."""

CALENDAR = """CASE
    WHEN channel = 'live_chat' AND language IN ('ko', 'en') THEN 'always'
    WHEN channel = 'live_chat' THEN 'korea-long'
    WHEN channel = 'phone' AND language = 'en' THEN 'europe-day'
    WHEN channel = 'phone' AND language = 'ja' THEN 'japan-day'
    ELSE 'korea-day'
END"""

# the call log tells the topic of answered calls only
IS_URGENT = "topic = 'stolen_account' AND (channel <> 'phone' OR first_reply_at IS NOT NULL)"
URGENT_TARGET = "CASE channel WHEN 'live_chat' THEN 120 WHEN 'phone' THEN 45 ELSE 1800 END"
TARGET = f"""CASE
    WHEN {IS_URGENT} THEN {URGENT_TARGET}
    WHEN channel = 'live_chat' THEN CASE WHEN language IN ('ko', 'en') THEN 60 ELSE 90 END
    WHEN channel = 'phone' THEN 20
    ELSE 86400
END"""

WITH_DESKS = f"""
    WITH desks AS (
        SELECT
            *,
            {CALENDAR} AS calendar,
            {TARGET} AS target,
            {URGENT_TARGET} AS urgent_target,
            {IS_URGENT} AS is_urgent,
            coalesce(first_reply_at, (SELECT data_cut_at FROM cut)) AS replied_or_cut_at
        FROM contacts
    )
    SELECT
        d.* EXCLUDE (calendar, replied_or_cut_at),
        NOT a.is_open AS is_out_of_hours,
        b.open_before + CAST(b.is_open AS INT) * (epoch(replied_or_cut_at) - epoch(b.minute))
            - a.open_before - CAST(a.is_open AS INT) * (epoch(arrived_at) - epoch(a.minute))
            AS open_seconds,
        e.open_before + CAST(e.is_open AS INT) * (epoch(u.data_cut_at) - epoch(e.minute))
            - a.open_before - CAST(a.is_open AS INT) * (epoch(arrived_at) - epoch(a.minute))
            AS open_seconds_at_cut
    FROM desks AS d
    CROSS JOIN cut AS u
    JOIN minutes AS a ON a.calendar = d.calendar AND a.minute = date_trunc('minute', arrived_at)
    JOIN minutes AS b
        ON b.calendar = d.calendar AND b.minute = date_trunc('minute', replied_or_cut_at)
    JOIN minutes AS e ON e.calendar = d.calendar AND e.minute = date_trunc('minute', u.data_cut_at)
"""
"""`contacts` with target, urgent_target, is_urgent, is_out_of_hours of their desk, and
open_seconds from the arrival to the first reply, or the cut; open_seconds_at_cut, to the cut."""


def minutes() -> pd.DataFrame:
    """calendar, minute (UTC), is_open, and the open seconds before that minute."""
    utc = pd.date_range(FROM, UNTIL + timedelta(days=1), freq="min", tz="UTC")
    walked = []
    for calendar, (zone, weekdays, hours, holidays) in CALENDARS.items():
        local = utc.tz_convert(zone)
        is_open = local.day_of_week.isin(weekdays) & ~local.tz_localize(None).normalize().isin(
            pd.to_datetime(holidays)
        )
        is_open &= sum((local.hour >= opens) & (local.hour < closes) for opens, closes in hours) > 0
        found = pd.DataFrame({"minute": utc.tz_localize(None), "is_open": is_open})
        found["open_before"] = 60 * (found["is_open"].cumsum() - found["is_open"])
        walked.append(found.assign(calendar=calendar))
    return pd.concat(walked, ignore_index=True)
