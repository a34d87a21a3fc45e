"""What agents' time, reviewers and the help centre's views tell: the rest of reference.py.

A value of a ratio is a pair: what is divided, and what by.
"""

from collections import defaultdict
from datetime import datetime, timedelta
from fractions import Fraction
from math import floor

from tests.metrics import reference
from tests.metrics.reading import Desk, seconds
from tests.metrics.reference import Metric

HALF_HOUR = timedelta(minutes=30)
CRITICAL = Fraction(1, 2)

METRICS: dict[str, Metric] = {}


def metric(function: Metric) -> Metric:
    METRICS[function.__name__] = function
    return function


def scored(desk):
    """Random reviews of counted contacts, or of nobody known: contact, day, score 0-100, chance."""
    categories = defaultdict(list)
    for row in desk.world.tables.get("reviews", []):
        categories[row["review_id"]].append(row)
    counted = {row["contact_id"]: c for c in desk.contacts for row in c.talked}
    for rows in categories.values():
        first = rows[0]
        c = counted.get(first["contact_id"])
        if first["drawn"] != "random" or (c is None and first["contact_id"] in desk.rows):
            continue
        told = [
            (
                Fraction(row["score"] - row["score_min"], row["score_max"] - row["score_min"]),
                row["weight"],
                row["is_critical"] == "true",
            )
            for row in rows
            if row["score"] is not None
        ]
        weights = sum(weight for _, weight, _ in told)
        mean = sum(share * weight for share, weight, _ in told) / weights if weights else None
        has_failed = any(is_critical and share < CRITICAL for share, _, is_critical in told)
        if has_failed or mean is not None:
            name, day = c.id if c else first["contact_id"], desk.day(first["reviewed_at"])
            yield name, day, 0 if has_failed else 100 * mean, first["selection_probability"]


@metric
def iqs(desk):
    return ((name, day, float(score)) for name, day, score, _ in scored(desk))


@metric
def iqs_weighted(desk):
    for name, day, score, chance in scored(desk):
        if chance:
            yield name, day, (float(score) / chance, 1 / chance)


def by_half_hour(start: datetime, end: datetime):
    """Half hours that a stretch touches, and for how many seconds."""
    at = start.replace(minute=start.minute // 30 * 30, second=0)
    while at < end:
        yield at, seconds(min(end, at + HALF_HOUR) - max(start, at))
        at += HALF_HOUR


def spent(desk: Desk) -> dict[tuple, dict[str, int]]:
    """Half hour, agent, channel and language -> seconds in each state."""
    found = defaultdict(lambda: defaultdict(int))
    for row in desk.world.tables.get("agent_states", []):
        for at, lasted in by_half_hour(row["starts_at"], row["ends_at"]):
            key = at, row["agent_id"], row["channel"], row["language"]
            found[key][row["state"]] += lasted
    return found


@metric
def occupancy_share(desk):
    for (at, *_), told in spent(desk).items():
        handled = told["handling"] + told["wrap"]
        yield None, desk.day(at), (handled, handled + told["available"])


@metric
def utilisation_share(desk):
    for (at, *_), told in spent(desk).items():
        yield None, desk.day(at), (told["handling"] + told["wrap"], sum(told.values()))
    yield from scheduled(desk)


def scheduled(desk):
    """Of days without states, and of queues whose handle time is known at all: what was handled of
    those who came in a half hour, by what was scheduled in it."""
    handle = {name: value for name, _, value in reference.handle_seconds(desk)}
    handled, days = defaultdict(int), defaultdict(list)
    for c in desk.taken:
        queue = c.channel, c.row["language"]
        days[c.channel].append(c.day)
        days[queue].append(c.day)
        for at, _ in by_half_hour(c.arrived, c.arrived + timedelta(seconds=1)):
            handled[queue, at] += handle.get(c.id, 0)
        if c.id in handle:
            days[queue, "measured"].append(c.day)
    stated = {desk.day(at) for at, *_ in spent(desk)}
    planned = defaultdict(Fraction)
    for row in desk.world.tables.get("schedules", []):
        for at, lasted in by_half_hour(row["starts_at"], row["ends_at"]):
            planned[row["channel"], row["language"], at] += Fraction(row["agents"]) * lasted
    for (channel, language, at), paid in planned.items():
        queue, day = (channel, language), desk.day(at)
        if day in stated or not days[queue, "measured"]:
            continue
        if min(days[queue]) <= day <= max(days[channel]) and at <= desk.cut:
            yield None, day, (handled[queue, at], floor(paid + Fraction(1, 2)))


@metric
def contacts_per_thousand_views(desk):
    views = [row for row in desk.world.tables["article_events"] if row["event"] == "view"]
    reports = [row for row in views if row["event_id"].startswith("guide")]
    reported = {desk.day(row["happened_at"]) for row in reports}
    single = (row for row in views if desk.day(row["happened_at"]) not in reported)
    seen = [(desk.day(row["happened_at"]), row["events_count"]) for row in (*reports, *single)]
    first, last = min(seen)[0], max(seen)[0]
    for c in desk.contacts:
        if first <= c.day <= last:
            yield c.id, c.day, (1000, 0)
    for day, count in seen:
        yield None, day, (0, count)
