"""Every metric once more, slowly: in plain Python, one contact after the other.

Written from the definitions (METRICS.md's words, as each metric's header tells them), not from the
SQL that it is held against. A metric is a function of a desk that yields its observations: contact
(None where it is of none), day, value.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from math import floor
from zoneinfo import ZoneInfo

from tests.metrics.reading import SOLVED, Contact, Desk, seconds

SHORT = 5
FOLLOW_UP, REOPEN, REPEAT = (timedelta(days=7),) * 3
LEFT = timedelta(hours=72)
NEEDS_DETAIL = ("fees", "stolen_account", "kyc")
ASKS = "Could you send the transaction id?"

Metric = Callable[[Desk], Iterator[tuple[str | None, date, float]]]
METRICS: dict[str, Metric] = {}


def metric(function: Metric) -> Metric:
    METRICS[function.__name__] = function
    return function


@metric
def contacts(desk):
    return ((c.id, c.day, 1) for c in desk.contacts)


@metric
def first_response_seconds(desk):
    for c in desk.offered:
        if c.replied:
            yield c.id, c.day, seconds(c.replied - c.arrived)


@metric
def first_response_business_seconds(desk):
    for c in desk.offered:
        if c.replied and c.hours:
            yield c.id, c.day, c.hours.between(c.arrived, c.replied)


@metric
def urgent_first_response_seconds(desk):
    for c in desk.offered:
        if c.replied and c.urgent:
            yield c.id, c.day, seconds(c.replied - c.arrived)


@metric
def first_response_censored_seconds(desk):
    for c in desk.offered:
        if c.is_told:
            ended = c.session and len(c.rated) == 1 and c.session["ended_at"]
            end = c.replied or c.left or ended or desk.cut
            yield c.id, c.day, seconds(end - c.arrived)


@metric
def unanswered_share(desk):
    told = (c for c in desk.offered if c.is_answered is not None)
    return ((c.id, c.day, int(not c.is_answered)) for c in told)


@metric
def out_of_hours_share(desk):
    for c in desk.contacts:
        if c.hours:
            yield c.id, c.day, int(not c.hours.is_open(c.arrived))


@metric
def urgent_out_of_hours_share(desk):
    for c in desk.contacts:
        if c.hours and c.urgent:
            yield c.id, c.day, int(not c.hours.is_open(c.arrived))


def answered_within(days: int) -> Metric:
    def share(desk):
        for c in desk.offered:
            if c.channel == "email" and c.is_told:
                limit = days * c.hours.usual_day
                if c.hours.between(c.arrived, desk.cut) > limit:
                    spent = c.replied and c.hours.between(c.arrived, c.replied)
                    yield c.id, c.day, int(spent is not None and spent <= limit)

    return share


for n in (1, 2, 3):
    METRICS[f"email_answered_{n}_day{'s' if n > 1 else ''}_share"] = answered_within(n)


def followed(desk):
    """Of desks with a target T that is over: T, wait if answered, if left."""
    for c in desk.taken:
        if c.target is not None and c.is_told and seconds(desk.cut - c.queued) > c.target:
            left = c.queue_wait if c.outcome == "abandoned" else None
            yield c, c.target, c.speed, left


def within(wait: int | None, limit: int) -> bool:
    return wait is not None and wait <= limit


@metric
def service_level(desk):
    for c, target, answered, left in followed(desk):
        if not within(left, target):
            yield c.id, c.day, int(within(answered, target))


@metric
def service_level_sl1(desk):
    for c, target, answered, left in followed(desk):
        yield c.id, c.day, int(within(answered, target) or within(left, target))


@metric
def service_level_sl2(desk):
    for c, target, answered, _ in followed(desk):
        if answered is not None:
            yield c.id, c.day, int(answered <= target)


@metric
def service_level_sl3(desk):
    return ((c.id, c.day, int(within(wait, t))) for c, t, wait, _ in followed(desk))


@metric
def service_level_sl5(desk):
    for c, target, answered, left in followed(desk):
        yield c.id, c.day, int(within(answered, target) or (left is not None and left < SHORT))


@metric
def urgent_answered_share(desk):
    for c in desk.offered:
        if c.urgent and c.is_told and seconds(desk.cut - c.arrived) > c.urgent_target:
            waited = c.replied and seconds(c.replied - c.arrived)
            yield c.id, c.day, int(within(waited, c.urgent_target))


@metric
def speed_of_answer_seconds(desk):
    return ((c.id, c.day, c.speed) for c in desk.taken if c.speed is not None)


@metric
def queue_wait_seconds(desk):
    return ((c.id, c.day, c.queue_wait) for c in desk.taken if c.queue_wait is not None)


@metric
def abandoned_share(desk):
    for c in desk.taken:
        if c.session:
            yield c.id, c.day, int(c.outcome == "abandoned")


@metric
def net_abandoned_share(desk):
    for c in desk.taken:
        if c.session and not (c.outcome == "abandoned" and c.queue_wait < SHORT):
            yield c.id, c.day, int(c.outcome == "abandoned")


@metric
def left_before_reply_share(desk):
    for c in desk.offered:
        is_messages = not c.session and c.row["kind"] != "call"
        if is_messages and c.talk and desk.cut - c.arrived > LEFT:
            is_late = c.replied is None or c.replied - c.arrived > LEFT
            asked_again = sum(role == "customer" for _, role in c.talk) > 1
            yield c.id, c.day, int(is_late and not asked_again)


def runs(desk):
    """Each run of customer messages after the first reply: contact, start, reply or None."""
    for c in desk.offered:
        start = None
        for at, role in c.talk:
            if c.replied is None or (at <= c.replied and role == "customer"):
                continue
            if role == "customer" and start is None:
                start = at
            elif role == "agent" and start is not None:
                yield c, start, at
                start = None
        if start is not None:
            yield c, start, None


@metric
def next_reply_seconds(desk):
    for c, start, reply in runs(desk):
        if reply:
            yield c.id, desk.day(start), seconds(reply - start)


@metric
def next_reply_censored_seconds(desk):
    for c, start, reply in runs(desk):
        if reply or (c.ticket or c.row)["status"] not in SOLVED:
            yield c.id, desk.day(start), seconds((reply or desk.cut) - start)


def in_statuses(*statuses: str) -> Metric:
    def spent(desk):
        for c in desk.contacts:
            if c.is_resolved and c.history and c.solves:
                since, total = (c.ticket or c.row)["created_at"], 0
                for at, before, _ in c.history:
                    if at <= c.solves[-1]:
                        total += seconds(at - since) if before in statuses else 0
                        since = at
                yield c.id, desk.day(c.solves[-1]), total

    return spent


METRICS["requester_wait_seconds"] = in_statuses("new", "open", "hold")
METRICS["agent_wait_seconds"] = in_statuses("pending")
METRICS["agent_work_seconds"] = in_statuses("new", "open")
METRICS["on_hold_seconds"] = in_statuses("hold")


@metric
def resolve_events(desk):
    return ((c.id, desk.day(at), 1) for c in desk.contacts for at in c.solves)


@metric
def reopen_events(desk):
    return ((c.id, desk.day(at), 1) for c in desk.contacts for at in c.reopenings)


@metric
def first_resolution_seconds(desk):
    for c in desk.contacts:
        if c.solves and c.solves[0] >= c.arrived:
            yield c.id, desk.day(c.solves[0]), seconds(c.solves[0] - c.arrived)


@metric
def full_resolution_seconds(desk):
    for c in desk.contacts:
        if c.solves and c.is_resolved and c.solves[-1] >= c.arrived:
            yield c.id, desk.day(c.solves[-1]), seconds(c.solves[-1] - c.arrived)


@metric
def resolution_censored_seconds(desk):
    for c in desk.contacts:
        if c.keeps_status:
            end = c.solves[0] if c.solves else desk.cut
            if end >= c.arrived:
                yield c.id, c.day, seconds(end - c.arrived)


@metric
def resolved_share(desk):
    for c in desk.contacts:
        if c.keeps_status and desk.cut - c.arrived >= FOLLOW_UP:
            yield c.id, c.day, int(c.is_resolved)


@metric
def reopened_share(desk):
    for c in desk.contacts:
        if c.solves and desk.cut - c.solves[0] >= REOPEN:
            # clocks do not tell when it was reopened: at the latest, before the last solve
            latest = c.solves[1:] if c.clocks else c.reopenings
            again = c.reopenings and latest and latest[0] - c.solves[0] <= REOPEN
            if again or not (c.clocks and c.reopenings):
                yield c.id, desk.day(c.solves[0]), int(bool(again))


def followed_customers(desk):
    """Contacts of known customers and topics whose window is over, and whether they came back."""
    for c in desk.contacts:
        topic, customer = c.topic, c.row["requester_id"]
        if topic and customer:
            end = (c.solves[0] if c.solves else c.arrived) + REPEAT
            others = [o.arrived for o in desk.by_requester[customer]
                      if o is not c and o.topic == topic]  # fmt: skip
            if desk.cut >= end:
                yield c, any(c.arrived < at < end for at in others)


@metric
def repeated_share(desk):
    return ((c.id, c.day, int(again)) for c, again in followed_customers(desk))


@metric
def first_contact_resolved_share(desk):
    for c, again in followed_customers(desk):
        if c.keeps_status:
            yield c.id, c.day, int(bool(c.is_resolved) and not again)


@metric
def one_touch_share(desk):
    for c in desk.contacts:
        if c.is_resolved and c.solves and c.replies is not None:
            yield c.id, desk.day(c.solves[-1]), int(c.replies == 1)


@metric
def transferred_share(desk):
    for c in desk.offered:
        own = c.session["transfers_count"] if c.session else None
        told = [own] if own is not None else []
        for row in (row for row in c.talked if own is None or row is not c.row):
            clocks = desk.of("contact_clocks", row["contact_id"])
            told += [clock["teams_count"] - 1 for clock in clocks if clock["teams_count"]]
        if c.is_answered and told:
            yield c.id, c.day, int(sum(told) > 0)


@metric
def clarification_rounds(desk):
    for c in desk.offered:
        if c.is_answered and c.tells_words and c.asked:
            told = [m for row in c.talked for m in desk.of("messages", row["contact_id"])]
            asks = [m for m in told if m["author_role"] == "agent" and m["is_public"]
                    and m["text"] == ASKS]  # fmt: skip
            yield c.id, c.day, len(asks)


@metric
def complete_at_first_share(desk):
    for c in desk.offered:
        if c.tells_words and c.asked and c.topic in NEEDS_DETAIL:
            yield c.id, c.day, int(bool(c.given) and c.given <= (c.replied or desk.cut))


@metric
def handle_seconds(desk):
    """Talk, which an agent's chats at once share by the second, hold and after-contact work. Whole
    seconds: half a second is one (decision 75: 9.5 s count 10)."""
    talks = defaultdict(list)
    for row in desk.rows.values():
        for s in desk.of("sessions", row["contact_id"]):
            if row.get("kind") == "chat" and s["answered_at"]:
                talks[row["agent_id"]].append((s["answered_at"], s["ended_at"]))
    for c in desk.taken:
        if c.session and c.session["talk_seconds"] is not None:
            talk = c.session["talk_seconds"]
            if c.row["kind"] == "chat":
                start = c.session["answered_at"]
                moments = (start + timedelta(seconds=n) for n in range(talk))
                same = [span for span in talks[c.row["agent_id"]]
                        if span[0] < c.session["ended_at"] and span[1] > start]  # fmt: skip
                shared = Counter(sum(a <= at < b for a, b in same) for at in moments)
                talk = sum(Fraction(lasted, chats) for chats, lasted in shared.items())
            yield c.id, c.day, floor(talk + Fraction(1, 2)) + (c.session["wrap_seconds"] or 0)


@metric
def backlog(desk):
    """How many are open at the end of each day; a merged one until it is closed, or else, as a
    deleted one is, until the data cut: no instant tells of it."""
    fates = ("deleted", "merged")
    rows = [row for name, row in desk.rows.items() if desk.fates[name] in fates]
    gone = [c for row in rows if (c := Contact(desk, row, [row])).keeps_status]
    tracked = [c for c in desk.contacts if c.keeps_status]
    day = desk.day(min(c.row["created_at"] for c in tracked + gone))
    last = desk.day(desk.cut)
    while day <= last:
        midnight = datetime.combine(day + timedelta(days=1), time(), desk.zone)
        end = midnight.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)
        standing = [c for c in tracked if c.is_standing(end)]
        for c in gone if day < last else []:
            is_closed = c.row["merged_into"] and c.solves and c.solves[0] < end
            standing += [c] if c.is_standing(end) and not is_closed else []
        yield None, day, len(standing)
        day += timedelta(days=1)
