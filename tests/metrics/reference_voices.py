"""What customers think, what bots and the help centre did: the rest of reference.py."""

from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta

from tests.metrics.reference import Metric

SURVEY, BOT = timedelta(days=14), timedelta(days=7)
DEFLECTION, PAUSE = timedelta(hours=72), timedelta(minutes=30)
SATISFIED = {"1-5": 4, "good_bad": 1}
FAVOURABLE = SATISFIED | {"ces": 5, "nps": 9}

METRICS: dict[str, Metric] = {}


def metric(function: Metric) -> Metric:
    METRICS[function.__name__] = function
    return function


def ratings(desk):
    """Answers within the window: counted contact, scale -> surveys in the order of answers."""
    found = defaultdict(list)
    for c in desk.contacts:
        for s in (s for row in c.talked for s in desk.of("surveys", row["contact_id"])):
            if s["answered_at"] and (not s["sent_at"] or s["answered_at"] - s["sent_at"] <= SURVEY):
                found[c, s["scale"]].append(s)
    for told in found.values():
        told.sort(key=lambda s: (s["answered_at"], s["survey_id"]))
    return found


def last_rating(scale: str, value: Callable) -> Metric:
    def of_each(desk):
        for (c, asked), told in ratings(desk).items():
            if asked == scale:
                yield c.id, desk.day(told[-1]["answered_at"]), value(told[-1]["score"])

    return of_each


METRICS["csat"] = last_rating("1-5", lambda score: int(score >= 4))
METRICS["csat_score"] = last_rating("1-5", lambda score: score)
METRICS["good_share"] = last_rating("good_bad", lambda score: score)
METRICS["ces_share"] = last_rating("ces", lambda score: int(score >= 5))
METRICS["ces_score"] = last_rating("ces", lambda score: score)
METRICS["nps"] = last_rating("nps", lambda score: 100 * ((score >= 9) - (score <= 6)))


def aspect(name: str) -> Metric:
    def of_each(desk):
        for (c, scale), told in ratings(desk).items():
            if scale == "1-5" and told[-1][name] is not None:
                yield c.id, desk.day(told[-1]["answered_at"]), told[-1][name]

    return of_each


for name in ("professionalism", "speed", "problem_solving"):
    METRICS[f"{name}_score"] = aspect(name)


def turned(before: bool) -> Metric:
    def of_each(desk):
        for (c, scale), told in ratings(desk).items():
            if scale in SATISFIED:
                well = [s["score"] >= SATISFIED[scale] for s in told]
                has_turned = before in well and (not before) in well[well.index(before) :]
                yield c.id, desk.day(told[-1]["answered_at"]), int(has_turned)

    return of_each


METRICS["good_to_bad_share"] = turned(True)
METRICS["bad_to_good_share"] = turned(False)


@metric
def survey_response_share(desk):
    for c in desk.contacts:
        for s in (s for row in c.talked for s in desk.of("surveys", row["contact_id"])):
            if s["sent_at"] and desk.cut - s["sent_at"] >= SURVEY:
                answered = s["answered_at"] and s["answered_at"] - s["sent_at"] <= SURVEY
                yield c.id, desk.day(s["sent_at"]), int(bool(answered))


def bot_chats(desk):
    """Chats with a bot: rated well or badly or not (None), left on an unanswered question."""
    rated = ratings(desk)
    for c in desk.contacts:
        if c.has_bot:
            told = [(found[-1]["score"], least) for scale, least in FAVOURABLE.items()
                    if (found := rated.get((c, scale)))]  # fmt: skip
            well = all(score >= least for score, least in told) if told else None
            left = c.is_contained and not well and c.said[-1][1] == "customer"
            yield c, well, left


@metric
def bot_contained_share(desk):
    return ((c.id, c.day, int(c.is_contained)) for c, _, _ in bot_chats(desk))


@metric
def bot_left_share(desk):
    return ((c.id, c.day, int(left)) for c, _, left in bot_chats(desk))


@metric
def bot_resolved_share(desk):
    for c, well, left in bot_chats(desk):
        customer = c.row["requester_id"]
        if desk.cut - c.arrived >= BOT and customer:
            again = any(
                timedelta(0) < o.arrived - c.arrived < BOT
                for o in desk.by_requester[customer]
                if o is not c
            )
            silent = not left and well is None and not again
            yield c.id, c.day, int(c.is_contained and bool(well or silent))


def visits(desk):
    """Events of known visitors without a pause of more than half an hour: visitor, events."""
    by_visitor = defaultdict(list)
    for row in desk.world.tables["article_events"]:
        if row["visitor_id"] and row["event"] in ("search", "view"):
            by_visitor[row["visitor_id"]].append(row)
    for visitor, rows in by_visitor.items():
        visit = []
        for row in sorted(rows, key=lambda row: row["happened_at"]):
            if visit and row["happened_at"] - visit[-1]["happened_at"] > PAUSE:
                yield visitor, visit
                visit = []
            visit.append(row)
        yield visitor, visit


@metric
def deflection_share(desk):
    for visitor, visit in visits(desk):
        start, end = visit[0]["happened_at"], visit[-1]["happened_at"]
        if desk.cut - end >= DEFLECTION:
            came = [c.arrived for c in desk.by_requester[visitor]]
            yield None, desk.day(start), int(not any(start <= a < end + DEFLECTION for a in came))


def searches(desk):
    """Each with its day; of a day that a report counts, the report's alone."""
    told = [row for row in desk.world.tables["article_events"] if row["event"] == "search"]
    reports = [row for row in told if row["event_id"].startswith("guide")]
    reported = {desk.day(row["happened_at"]) for row in reports}
    for row in told:
        day = desk.day(row["happened_at"])
        if row in reports or day not in reported:
            yield row, day


@metric
def search_no_result_share(desk):
    for row, day in searches(desk):
        if row["results_count"] is not None:
            missed = row["events_count"] if row["results_count"] == 0 else 0
            yield None, day, (missed, row["events_count"])


@metric
def search_no_click_share(desk):
    for row, day in searches(desk):
        if row["clicks_count"] is not None:
            yield None, day, (row["events_count"] - row["clicks_count"], row["events_count"])


@metric
def search_contact_share(desk):
    for row, day in searches(desk):
        at = row["happened_at"]
        if row["contacts_count"] is not None:
            yield None, day, (row["contacts_count"], row["events_count"])
        elif row["visitor_id"] and desk.cut - at >= DEFLECTION:
            came = [c.arrived for c in desk.by_requester[row["visitor_id"]]]
            yield None, day, (int(any(at <= a < at + DEFLECTION for a in came)), 1)
