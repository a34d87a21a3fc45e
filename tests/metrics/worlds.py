"""Desks drawn at random, with what makes real ones hard: merges, links, notes, reopenings, ties.

A world ends at its data cut: what came later is not in its tables, so that many waits and windows
are still open. Gaps between instants are often exactly a threshold of a rule.
"""

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import holidays

Tables = dict[str, list[dict]]
"""Rows of raw tables; a value is text, a number, an instant, or None."""

DAYS = 24
HOUR, DAY = 3600, 86_400
GAPS = (0, 1, 4, 5, 6, 30, 60, 61, 600, HOUR, 9 * HOUR, DAY, 72 * HOUR, 7 * DAY, 14 * DAY)
"""Seconds; among them every threshold of the rules, and of the desks below."""
TEXTS = {
    "customer": ["My withdrawal <transaction> is missing", "Where is my fee?", "here: <account>"],
    "agent": ["Could you send the transaction id?", "It has arrived.", "Please wait."],
    "bot": ["I am a bot."],
    "system": ["We have received your message."],
}


@dataclass(frozen=True)
class Hours:
    """Opening hours: `periods` of (local start or None, {weekday: [(from hour, to hour)]})."""

    zone: str
    country: str | None
    periods: list[tuple[datetime | None, dict[int, list[tuple[int, int]]]]]

    @cached_property
    def openings(self) -> list[tuple[datetime, datetime]]:
        """Every opening of two years in UTC, each cut where its period ends."""
        closed = holidays.country_holidays(self.country) if self.country else {}
        zone, found = ZoneInfo(self.zone), []
        ends = [start for start, _ in self.periods[1:]] + [datetime(2027, 12, 1)]
        for (start, week), end in zip(self.periods, ends, strict=True):
            day = date(2025, 11, 1)
            while day < date(2027, 1, 1):
                for first, last in [] if day in closed else week.get(day.weekday(), []):
                    midnight = datetime.combine(day, time())
                    opens, closes = (midnight + timedelta(hours=h) for h in (first, last))
                    opens, closes = max(opens, start or opens), min(closes, end)
                    if opens < closes:
                        found.append(tuple(_utc(at, zone) for at in (opens, closes)))
                day += timedelta(days=1)
        return sorted(found)

    @cached_property
    def usual_day(self) -> int:
        """Open seconds of the middle one of the days on which it opens."""
        spans = {}
        for start, end in self.openings:
            day = start.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(self.zone)).date()
            spans[day] = spans.get(day, 0) + _seconds(end - start)
        return sorted(spans.values())[len(spans) // 2]

    def is_open(self, at: datetime) -> bool:
        return any(start <= at < end for start, end in self.openings)

    def between(self, start: datetime, end: datetime) -> int:
        """Open seconds of `[start, end)`."""
        spans = (min(end, b) - max(start, a) for a, b in self.openings)
        return sum(max(0, _seconds(span)) for span in spans)


def _week(days, *spans) -> dict[int, list[tuple[int, int]]]:
    return {day: list(spans) for day in days}


CALENDARS = {
    "seoul": Hours("Asia/Seoul", "KR", [(None, _week(range(5), (9, 18)))]),
    "always": Hours("Asia/Seoul", None, [(None, _week(range(7), (0, 24)))]),
    "london": Hours("Europe/London", "GB", [(None, _week(range(5), (8, 12), (13, 17)))]),
    "night": Hours("America/New_York", None, [(None, _week(range(7), (22, 30)))]),
    "moving": Hours("Asia/Tokyo", None, [
        (None, _week(range(5), (10, 19))),
        (datetime(2026, 3, 18, 15), _week(range(1, 7), (9, 18))),
        (datetime(2026, 10, 28, 12), _week(range(7), (11, 20))),
    ]),
}  # fmt: skip

DESKS = [
    # channel, language, calendar, target seconds
    ("phone", "ko", "seoul", 30),
    ("phone", "*", "night", 60),
    ("live_chat", "*", "moving", 60),
    ("live_chat", "en", "always", 30),
    ("email", "ja", "london", 9 * HOUR),
    ("email", "*", "seoul", DAY),
    ("help_centre", "*", "moving", DAY),
]
"""None for social: nobody promises anything there."""
URGENT = {"live_chat": 5, "*": HOUR}
SOLVED = ("solved", "closed")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TOPICS = ["fees", "stolen_account", "kyc", "login", None]


@dataclass(frozen=True)
class World:
    """What was delivered of a desk until `cut`, and how its site is set up."""

    zone: str
    tables: Tables
    cut: datetime

    @property
    def settings(self) -> str:
        """support.toml."""
        lines = ["[site]", 'name = "Drawn"', f'zone = "{self.zone}"', "[rules]",
                 'excluded_tags = { spam = "spam" }']  # fmt: skip
        for name, hours in CALENDARS.items():
            lines += ["[[calendars]]", f'id = "{name}"', f'zone = "{hours.zone}"']
            lines += [f'holidays = "{hours.country}"'] if hours.country else []
            for start, week in hours.periods:
                lines.append("[[calendars.periods]]")
                lines += [f"from = {start.isoformat()}"] if start else []
                for day, spans in week.items():
                    told = ", ".join(f'"{_hour(a)}-{_hour(b)}"' for a, b in spans)
                    lines.append(f"{WEEKDAYS[day]} = [{told}]")
        for channel, language, calendar, within in DESKS:
            lines += ["[[desks]]", f'channel = "{channel}"', f'language = "{language}"',
                      f'calendar = "{calendar}"', f"within_seconds = {within}",
                      "target_share = 0.8", "handle_seconds = 300"]  # fmt: skip
        for channel, within in URGENT.items():
            lines += ["[[urgent]]", f'channel = "{channel}"', "target_share = 0.9",
                      f"within_seconds = {within}"]  # fmt: skip
        return "\n".join(lines)


def drawn(seed: int, contacts: int) -> World:
    """A world of about so many contacts, over a change of clocks, in one of three zones."""
    chance = random.Random(seed)
    zone = chance.choice(["Asia/Seoul", "Europe/London", "America/New_York"])
    start = chance.choice([datetime(2026, 3, 4), datetime(2026, 10, 14)])
    cut = start + timedelta(days=DAYS + chance.choice([0, 0, 3, 40]), seconds=chance.randrange(DAY))
    draw = _Draw(chance, start, cut)
    for number in range(contacts):
        chance.choices([draw.ticket, draw.chat, draw.call], (5, 4, 2))[0](f"zendesk:{number:04d}")
    for number in range(contacts // 2):
        draw.visit(f"ga4:{number:04d}")
    for number in range(contacts // 4):
        draw.review(f"klaus:{number:04d}")
    for agent in ("a1", "a2", "a3", "a4"):
        draw.shifts(agent)
    for day in range(0, DAYS, 3):
        draw.report(day)
    draw.row("contacts", contact_id="cut", created_at=cut, tags="spam", requester_id="nobody")
    draw.merges()
    return World(zone, {name: rows for name, rows in draw.tables.items() if rows}, cut)


def renamed(row: dict) -> dict:
    """The same of another contact, customer and agent."""
    return {
        key: renamed_id(value) if key.endswith("_id") or key == "merged_into" else value
        for key, value in row.items()
    }


def renamed_id(name: str | None) -> str | None:
    system, colon, own = (name or "").rpartition(":")
    return name and f"{system}{colon}twin-{own}"


class _Draw:
    def __init__(self, chance: random.Random, start: datetime, cut: datetime) -> None:
        self.chance, self.start, self.cut = chance, start, cut
        names = ("contacts", "contact_clocks", "messages", "status_events", "sessions", "surveys",
                 "article_events", "reviews", "agent_states", "schedules")  # fmt: skip
        self.tables: Tables = {name: [] for name in names}

    def row(self, table: str, **cells) -> dict:
        """Added unless its own instant is after the cut."""
        self.tables[table].append(cells)
        return cells

    def gap(self) -> timedelta:
        chance = self.chance
        seconds = chance.choice(GAPS)
        return timedelta(seconds=seconds if chance.random() < 0.4 else chance.randint(0, seconds))

    def came(self) -> datetime:
        at = self.start + timedelta(seconds=self.chance.randrange(DAYS * DAY))
        return at.replace(minute=0, second=0) if self.chance.random() < 0.2 else at

    def contact(self, contact: str, kind: str, channel: str, at: datetime, **more) -> dict:
        chance = self.chance
        cells = {
            "contact_id": contact, "kind": kind, "channel": channel, "created_at": at,
            "language": chance.choice(["ko", "en", "ja"]), "topic": chance.choice(TOPICS),
            "team": chance.choice(["Seoul", "Dublin"]), "agent_id": f"a{chance.randint(1, 4)}",
            "requester_id": chance.choice([None, *(f"r{n}" for n in range(30))]),
            "tags": "spam" if chance.random() < 0.03 else None,
            "direction": "outbound" if chance.random() < 0.03 else "inbound",
            "status": "open", "linked_contact_id": None, "merged_into": None,
            "handed_over_at": None,
            "priority": chance.choice(["urgent", "high", None, None, None, None]),
        } | more  # fmt: skip
        return self.row("contacts", **cells)

    def says(self, contact: str, at: datetime, role: str, is_public: bool = True) -> None:
        if at <= self.cut:
            number = sum(row["contact_id"] == contact for row in self.tables["messages"][-40:])
            self.row("messages", message_id=f"{contact}-{number:03d}", contact_id=contact,
                     sent_at=at, author_role=role, is_public=is_public,
                     text=self.chance.choice(TEXTS[role]))  # fmt: skip

    def ticket(self, contact: str, at: datetime | None = None, **more) -> None:
        chance, at = self.chance, at or self.came()
        if at > self.cut:
            return
        channel = chance.choice(["email", "email", "help_centre", "social"])
        kind = "social" if channel == "social" else "ticket"
        row = self.contact(contact, kind, channel, at, **more)
        speaks = at + (self.gap() if chance.random() < 0.2 else timedelta(0))
        roles = ["customer"] if chance.random() < 0.9 else ["agent", "customer"]
        roles += chance.choices(["customer", "agent", "bot", "system", "note"], (6, 6, 1, 1, 2),
                                k=chance.randint(0, 7))  # fmt: skip
        for role in roles if chance.random() < 0.95 else []:
            self.says(contact, speaks, "agent" if role == "note" else role, role != "note")
            speaks += self.gap()
        clocks = {"contact_id": contact, "teams_count": chance.choice([None, 1, 2, 3]),
                  "replies_count": chance.choice([None, 0, 1, 2])}  # fmt: skip
        row["status"] = self.work(contact, at)
        if chance.random() < 0.25:
            clocks |= self.clocked(contact)
        self.row("contact_clocks", **clocks)
        if chance.random() < 0.03:
            row["status"] = "deleted"
        self.opinions(contact, at)

    def clocked(self, contact: str) -> dict:
        """The same history as a helpdesk without one tells it."""
        changes = [row for row in self.tables["status_events"] if row["contact_id"] == contact]
        kept = [row for row in self.tables["status_events"] if row["contact_id"] != contact]
        self.tables["status_events"] = kept
        turns = [(row["to_status"] in SOLVED) - (row["from_status"] in SOLVED) for row in changes]
        solves = [row["changed_at"] for row, turn in zip(changes, turns, strict=True) if turn > 0]
        return {
            "first_solved_at": min(solves, default=None),
            "solved_at": max(solves, default=None),
            "reopens_count": turns.count(-1),
        }

    def work(self, contact: str, at: datetime) -> str:
        chance, status = self.chance, "new"
        for _ in range(chance.randint(0, 8)):
            at += max(self.gap(), timedelta(seconds=1))
            if at > self.cut or (status == "closed" and chance.random() < 0.8):
                break
            following = chance.choices(["open", "pending", "hold", "solved", "closed"],
                                       (3, 2, 1, 4, 1))[0]  # fmt: skip
            if following != status:
                self.row("status_events", contact_id=contact, changed_at=at, from_status=status,
                         to_status=following)  # fmt: skip
                status = following
        return status

    def chat(self, contact: str) -> None:
        chance, at = self.chance, self.came()
        row = self.contact(contact, "chat", "live_chat", at, status="closed")
        has_bot, is_contained = chance.random() < 0.5, chance.random() < 0.3
        self.says(contact, at, "customer")
        if has_bot:
            for role in ["bot", *chance.choices(["customer", "bot"], k=chance.randint(0, 3))]:
                at += timedelta(seconds=chance.randint(1, 20))
                self.says(contact, at, role)
        if not (has_bot and is_contained):
            at += timedelta(seconds=has_bot)
            if has_bot and at <= self.cut:
                row["handed_over_at"] = at
            self.queue(contact, at, chance.choice(["answered", "answered", "abandoned"]))
            self.becomes_a_ticket(row, at)
        self.opinions(contact, at)

    def becomes_a_ticket(self, row: dict, at: datetime) -> None:
        """Some sessions go on in a ticket, of their own or, later, of an earlier session."""
        if self.chance.random() < 0.3:
            ticket, later = row["contact_id"] + "t", at + self.gap()
            earlier = [
                other["linked_contact_id"]
                for other in self.tables["contacts"]
                if other["linked_contact_id"]
                and other["requester_id"] == row["requester_id"] is not None
            ]
            if earlier:
                row["linked_contact_id"] = self.chance.choice(earlier)
            elif later <= self.cut:
                row["linked_contact_id"] = ticket
                self.ticket(
                    ticket, later, requester_id=row["requester_id"], tags=None, direction="inbound"
                )

    def call(self, contact: str) -> None:
        at = self.came()
        row = self.contact(contact, "call", "phone", at, status="closed")
        outcome = self.chance.choices(
            ["answered", "abandoned", "callback", "voicemail"], (6, 3, 1, 1)
        )[0]
        self.queue(contact, at + timedelta(seconds=self.chance.choice([0, 0, 20])), outcome)
        self.becomes_a_ticket(row, at)
        self.opinions(contact, at)

    def queue(self, contact: str, at: datetime, outcome: str) -> None:
        chance = self.chance
        wait = min(chance.choice([3, 4, 5, 6, 30, 31, 60, 61, 200]), _seconds(self.cut - at))
        if wait < 0:
            return
        until = at + timedelta(seconds=wait)
        is_answered = outcome == "answered"
        talk = chance.choice([20, 60, 300, 900, 1800]) if is_answered else None
        end = until + timedelta(seconds=talk or 0)
        if end > self.cut:
            return
        is_chat = contact_kind(self.tables, contact) == "chat"
        if not is_chat or chance.random() < 0.85:
            self.row("sessions", contact_id=contact, queue_entered_at=at, wait_seconds=wait,
                     outcome=outcome, answered_at=until if is_answered else None,
                     abandoned_at=until if outcome == "abandoned" else None, ended_at=end,
                     talk_seconds=talk, wrap_seconds=chance.choice([0, 10, 60]) if talk else None,
                     transfers_count=chance.choice([0, 0, 0, 1, 2]) if talk else None)  # fmt: skip
        if is_answered and is_chat:
            said = until
            while said < end:
                self.says(contact, said, chance.choice(["agent", "agent", "customer"]))
                said += timedelta(seconds=chance.randint(1, 400))

    def opinions(self, contact: str, at: datetime) -> None:
        chance = self.chance
        if chance.random() < 0.4:
            return
        scale, least, most = chance.choice(
            [("1-5", 1, 5), ("1-5", 1, 5), ("good_bad", 0, 1), ("nps", 0, 10), ("ces", 1, 7)]
        )
        sent = at + self.gap()
        for number in range(chance.choice([1, 1, 2, 3])):
            answered = sent + self.gap()
            is_rated = chance.random() < 0.7 and answered <= self.cut
            if sent > self.cut:
                return
            aspects = ("professionalism", "speed", "problem_solving")
            self.row(
                "surveys", survey_id=f"{contact}-{number}", contact_id=contact,
                sent_at=sent if chance.random() < 0.9 else None,
                scale=scale, score=chance.randint(least, most) if is_rated else None,
                answered_at=answered if is_rated else None,
                **{aspect: chance.randint(1, 5) if is_rated and scale == "1-5"
                   and chance.random() < 0.8 else None for aspect in aspects},
            )  # fmt: skip
            sent += self.gap() if chance.random() < 0.5 else timedelta(0)

    def merges(self) -> None:
        """Some tickets of the same customers were merged into later ones."""
        tickets = [row for row in self.tables["contacts"] if row.get("kind") == "ticket"]
        for row in tickets:
            others = [
                other for other in tickets
                if other["requester_id"] == row["requester_id"] is not None
                and other is not row
                and other["merged_into"] is None
            ]  # fmt: skip
            is_target = any(each["merged_into"] == row["contact_id"] for each in tickets)
            if others and not is_target and self.chance.random() < 0.12:
                row["merged_into"] = self.chance.choice(others)["contact_id"]
                row["status"] = "closed"

    def visit(self, event: str) -> None:
        chance, at = self.chance, self.came()
        visitor = chance.choice([None, *(f"r{n}" for n in range(40))])
        for number in range(chance.choice([1, 1, 2, 4])):
            if at > self.cut:
                return
            kind = chance.choice(["search", "view", "view", "vote"])
            results = chance.choice([0, 3, 8, None]) if kind == "search" else None
            self.row(
                "article_events", event_id=f"{event}-{number}", event=kind, happened_at=at,
                events_count=1, visitor_id=visitor, language_raw=chance.choice(["ko", "en"]),
                query="fee" if kind == "search" else None, results_count=results,
                clicks_count=min(results, chance.randint(0, 1)) if results is not None else None,
                contacts_count=None,
            )  # fmt: skip
            at += timedelta(minutes=chance.choice([1, 10, 29, 30, 31]))

    def report(self, day: int) -> None:
        """What the help centre's own report counts of a day, without visitors."""
        chance, at = self.chance, self.start + timedelta(days=day, hours=4)
        for number, kind in enumerate(["view", "search", "search"]):
            if chance.random() < 0.6:
                count, is_search = chance.randint(2, 60), kind == "search"
                self.row(
                    "article_events", event_id=f"guide:{day}-{number}", event=kind, happened_at=at,
                    events_count=count, visitor_id=None, language_raw="ko",
                    query="fee" if is_search else None,
                    results_count=chance.choice([0, 4]) if is_search else None,
                    clicks_count=chance.randint(0, count) if is_search else None,
                    contacts_count=chance.choice([None, 0, 1]) if is_search else None,
                )  # fmt: skip

    def review(self, review: str) -> None:
        chance = self.chance
        contacts = [row["contact_id"] for row in self.tables["contacts"]]
        whole = {
            "review_id": review, "contact_id": chance.choice([*contacts, "zendesk:nobody"]),
            "reviewed_at": min(self.came(), self.cut),
            "drawn": chance.choice(["random", "random", "random", "targeted", "calibration"]),
            "selection_probability": chance.choice([None, 0.01, 0.1, 0.25]),
        }  # fmt: skip
        for category in chance.sample(["tone", "policy", "accuracy"], chance.randint(1, 3)):
            least, most = chance.choice([(0, 1), (0, 4), (1, 5)])
            score = chance.choice([None, *range(least, most + 1)])
            self.row("reviews", **whole, category=category, score=score, score_min=least,
                     score_max=most, weight=chance.choice([0, 1, 1, 2, 3]),
                     is_critical=str(chance.random() < 0.2).lower())  # fmt: skip

    def shifts(self, agent: str) -> None:
        """Days of states, one after the other; on other days a schedule."""
        chance = self.chance
        for day in range(DAYS):
            at = self.start + timedelta(days=day, minutes=chance.choice([0, 0, 10, 600]))
            end = at + timedelta(hours=chance.choice([1, 2, 7]))
            desk = {"channel": chance.choice(["phone", "live_chat", "email"]),
                    "language": chance.choice(["ko", "en", "ja"])}  # fmt: skip
            if day % 4 == 0:
                taken = {(r["channel"], r["language"], r["starts_at"])
                         for r in self.tables["schedules"]}  # fmt: skip
                if (desk["channel"], desk["language"], at) not in taken:
                    self.row("schedules", **desk, starts_at=at, ends_at=end,
                             agents=chance.choice([0, 1, 2.5]))  # fmt: skip
            while day % 4 == 2 and at < end:
                until = at + timedelta(seconds=chance.choice([1, 20, 600, 1800, 2000, HOUR]))
                state = chance.choice(["handling", "wrap", "available", "away"])
                told = desk if chance.random() < 0.7 else dict.fromkeys(desk)
                self.row("agent_states", agent_id=agent, state=state, starts_at=at, ends_at=until,
                         **told)  # fmt: skip
                at = until + (self.gap() if chance.random() < 0.1 else timedelta(0))


def contact_kind(tables: Tables, contact: str) -> str:
    return next(r["kind"] for r in reversed(tables["contacts"]) if r["contact_id"] == contact)


def _utc(at: datetime, zone: ZoneInfo) -> datetime:
    return at.replace(tzinfo=zone).astimezone(ZoneInfo("UTC")).replace(tzinfo=None)


def _seconds(span: timedelta) -> int:
    return round(span.total_seconds())


def _hour(hour: int) -> str:
    return "24:00" if hour == 24 else f"{hour % 24:02d}:00"
