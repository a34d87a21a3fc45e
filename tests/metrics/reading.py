"""A drawn desk as a person with a pencil reads it: contact by contact, from its raw rows.

Which contacts count, when each arrived, was answered, solved: the instants that the metrics of
reference.py are counted between. Plain loops; nothing of the product is used.
"""

from collections import defaultdict
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from zoneinfo import ZoneInfo

from tests.metrics.worlds import CALENDARS, DESKS, URGENT, Hours, World

SOLVED = ("solved", "closed")


def seconds(span: timedelta) -> int:
    return round(span.total_seconds())


class Contact:
    """One counted contact; `matter` is it, what it is linked to and what was merged."""

    def __init__(self, desk: "Desk", row: dict, matter: list[dict]) -> None:
        self.desk, self.row, self.matter = desk, row, matter
        self.id, self.channel = row["contact_id"], row["channel"]
        self.is_live = row["kind"] in ("chat", "call")
        self.session = next(iter(desk.of("sessions", self.id)), None)

    @cached_property
    def ticket(self) -> dict | None:
        """What a live session became: the last ticket of its matter."""
        others = [row for row in self.matter if row["kind"] not in ("chat", "call")
                  and self.desk.fates[row["contact_id"]] == "linked"]  # fmt: skip
        others.sort(key=lambda row: row["contact_id"])  # of the same second the first by name
        return (
            max(others, key=lambda row: row["created_at"], default=None) if self.is_live else None
        )

    @cached_property
    def merged(self) -> list[dict]:
        """Contacts merged into this one, directly or through others."""
        return [
            row for row in self.matter if self.desk.merged_into(row) == self.id != row["contact_id"]
        ]

    @cached_property
    def said(self) -> list[tuple[datetime, str]]:
        """What was publicly said here; of one second the question comes before its answer."""
        return self.desk.said(self.id)

    @cached_property
    def talk(self) -> list[tuple[datetime, str]]:
        """The whole conversation, in the contacts of its matter and those merged into them; a call
        speaks when it is answered."""
        told = []
        for row in self.talked:
            begins = row["created_at"] if self.is_record(row) else datetime.min
            said = self.desk.said(row["contact_id"])
            told += [(at, role) for at, role in said if role != "customer" or at > begins]
            if all(role != "agent" for _, role in said):
                sessions = self.desk.of("sessions", row["contact_id"])
                told += [(s["answered_at"], "agent") for s in sessions if s["answered_at"]]
        return self.desk.in_order(told)

    @cached_property
    def talked(self) -> list[dict]:
        """Whose words are of this conversation."""
        ids = [row["contact_id"] for row in self.rated]
        merged = (row for row in self.matter if row["merged_into"])
        return [*self.rated, *(row for row in merged if self.desk.merged_into(row) in ids)]

    @cached_property
    def is_answered(self) -> bool | None:
        """Whether a human replied, where nobody says when too; None: not told."""
        if self.is_told:
            return self.replied is not None
        counts = [c["replies_count"] for c in self.desk.of("contact_clocks", self.id)]
        return next((count > 0 for count in counts if count is not None), None)

    @property
    def asked(self) -> bool:
        """The customer wrote in the conversation."""
        return any(role == "customer" for _, role in self.talk)

    @cached_property
    def tells_words(self) -> bool:
        """Not where it was a session of which nobody tells what was said."""
        return self.session is None or bool(self.said)

    @cached_property
    def given(self) -> datetime | None:
        """When the customer first gave a detail; what the record of a session holds was given in
        the session."""
        told = [
            m["sent_at"]
            for row in self.talked
            for m in self.desk.of("messages", row["contact_id"])
            if m["author_role"] == "customer" and "<" in m["text"]
            and (not self.is_record(row) or m["sent_at"] > row["created_at"])
        ]  # fmt: skip
        return min(told, default=None)

    def is_record(self, row: dict) -> bool:
        """Whether it is a ticket that a session became: it begins with what was said there."""
        return self.is_live and row in self.rated and row["kind"] not in ("chat", "call")

    @cached_property
    def arrived(self) -> datetime:
        """Of merged contacts the customer has waited since the first."""
        return min(self.desk.written(row) for row in [self.row, *self.merged])

    @cached_property
    def day(self) -> date:
        return self.desk.day(self.arrived)

    @cached_property
    def replied(self) -> datetime | None:
        """First public word of a human after the customer's, in what was merged too, or the answer
        of the session; of who did not leave, that in another contact of the matter."""
        told = [m for row in [self.row, *self.merged] for m in self.desk.said(row["contact_id"])]
        replies = [at for at, role in told if role == "agent" and at >= self.arrived]
        if self.left:
            return None
        if replies:
            return min(replies)
        if self.session and self.session["answered_at"]:
            return self.session["answered_at"]
        ids = [row["contact_id"] for row in self.rated if row is not self.row]
        others = []
        for name in ids:
            said = [at for at, role in self.desk.said(name) if role == "agent"]
            others += said or [s["answered_at"] for s in self.desk.of("sessions", name)]
        return min((at for at in others if at and at >= self.arrived), default=None)

    @property
    def rated(self) -> list[dict]:
        """Whose surveys are its own: of linked contacts the one that counts is rated."""
        fates = self.desk.fates
        return [r for r in self.matter if r is self.row or fates[r["contact_id"]] == "linked"]

    @cached_property
    def has_bot(self) -> bool:
        return self.row["kind"] == "chat" and any(role == "bot" for _, role in self.said)

    @cached_property
    def is_contained(self) -> bool:
        has_human = (
            any(role == "agent" for _, role in self.said)
            or self.session is not None
            or self.row["handed_over_at"] is not None
            or any(
                self.desk.fates[row["contact_id"]] == "linked"
                for row in self.matter
                if row is not self.row
            )
        )
        return self.has_bot and not has_human

    @cached_property
    def queued(self) -> datetime | None:
        if self.is_contained:
            return None
        if self.session:
            return self.session["queue_entered_at"]
        return self.row["handed_over_at"] or self.arrived

    @cached_property
    def outcome(self) -> str | None:
        return self.session["outcome"] if self.session else None

    @cached_property
    def left(self) -> datetime | None:
        return self.session["abandoned_at"] if self.session else None

    @cached_property
    def is_called_back(self) -> bool:
        """Left the queue without an answer, for a call-back or a machine."""
        return self.outcome in ("callback", "voicemail")

    @cached_property
    def queue_wait(self) -> int | None:
        """In the human queue until an answer, or until the customer left it."""
        if self.is_called_back:
            return self.session["wait_seconds"]
        answered = self.session and self.session["answered_at"]
        end = (answered or self.replied) if self.replied else self.left
        return seconds(end - self.queued) if end else None

    @cached_property
    def speed(self) -> int | None:
        """Until an answer in the queue."""
        return self.queue_wait if self.replied and not self.is_called_back else None

    @cached_property
    def is_told(self) -> bool:
        """Somebody tells whether it was answered."""
        return bool(self.said or self.session or self.replied)

    @cached_property
    def topic(self) -> str | None:
        """Its own, else that of another contact of its matter, the outcome first."""
        others = sorted(
            (row for row in self.rated if row is not self.row),
            key=lambda row: (
                row is not self.ticket,
                row["kind"] not in ("chat", "call"),
                row["created_at"],
                row["contact_id"],
            ),
        )
        return next((row["topic"] for row in [self.row, *others] if row["topic"]), None)

    @cached_property
    def urgent(self) -> bool:
        return self.row["topic"] == "stolen_account" or self.row["priority"] == "urgent"

    @cached_property
    def hours(self) -> Hours | None:
        return CALENDARS[self.promise[0]] if self.promise else None

    @cached_property
    def promise(self) -> tuple[str, int] | None:
        """Calendar and target of the desk that names channel and language most exactly."""
        found = {(d[0], d[1]): d[2:] for d in DESKS}
        language = self.row["language"]
        return found.get((self.channel, language)) or found.get((self.channel, "*"))

    @cached_property
    def target(self) -> int | None:
        if self.urgent:
            return self.urgent_target
        return self.promise[1] if self.promise else None

    @cached_property
    def urgent_target(self) -> int:
        return URGENT.get(self.channel, URGENT["*"])

    @cached_property
    def history(self) -> list[tuple[datetime, str, str]]:
        kept = self.ticket or self.row
        changes = self.desk.of("status_events", kept["contact_id"])
        return sorted((c["changed_at"], c["from_status"], c["to_status"]) for c in changes)

    @cached_property
    def keeps_status(self) -> bool:
        return not self.is_live or self.ticket is not None

    @cached_property
    def clocks(self) -> dict:
        """What a helpdesk without a history tells of its solves."""
        told = self.desk.of("contact_clocks", (self.ticket or self.row)["contact_id"])
        return {} if self.history or not told else told[0]

    @cached_property
    def solves(self) -> list[datetime]:
        if self.clocks:
            told = {self.clocks.get("first_solved_at"), self.clocks.get("solved_at")}
            return sorted(told - {None})
        return [at for at, a, b in self.history if b in SOLVED and a not in SOLVED]

    @cached_property
    def reopenings(self) -> list[datetime]:
        """Where nobody tells when, as late as it can have been."""
        if self.clocks:
            at = self.solves[-1] if self.is_resolved and self.solves else self.desk.cut
            return [at] * self.clocks.get("reopens_count", 0)
        return [at for at, a, b in self.history if a in SOLVED and b not in SOLVED]

    @cached_property
    def is_resolved(self) -> bool | None:
        if not self.keeps_status:
            return None
        return (self.ticket or self.row)["status"] in SOLVED

    def is_standing(self, end: datetime) -> bool:
        """Created before `end` and open then; reopened as late as it can have been."""
        if self.clocks:
            is_open = not self.is_resolved and self.desk.cut < end
            is_solved = self.solves and self.solves[0] < end
            return self.row["created_at"] < end and (is_open or not is_solved)
        reached = [after for at, _, after in self.history if at < end]
        return self.row["created_at"] < end and (not reached or reached[-1] not in SOLVED)

    @cached_property
    def replies(self) -> int | None:
        """Of all contacts of the matter."""
        counts = [self.desk.replies(row["contact_id"]) for row in self.talked]
        told = [count for count in counts if count is not None]
        return sum(told) if told else None


class Desk:
    """A world, read row by row."""

    def __init__(self, world: World) -> None:
        self.world, self.cut, self.zone = world, world.cut, ZoneInfo(world.zone)
        self._by_contact: dict[str, dict[str, list[dict]]] = {}
        for table in ("messages", "status_events", "sessions", "surveys", "contact_clocks"):
            grouped = self._by_contact[table] = defaultdict(list)
            for row in world.tables.get(table, []):
                grouped[row["contact_id"]].append(row)

    def of(self, table: str, contact: str) -> list[dict]:
        return self._by_contact[table].get(contact, [])

    def day(self, at: datetime) -> date:
        return at.replace(tzinfo=ZoneInfo("UTC")).astimezone(self.zone).date()

    def said(self, contact: str) -> list[tuple[datetime, str]]:
        return self.in_order([(m["sent_at"], m["author_role"])
                              for m in self.of("messages", contact) if m["is_public"]])  # fmt: skip

    @staticmethod
    def in_order(told: list[tuple[datetime, str]]) -> list[tuple[datetime, str]]:
        order = ("customer", "bot", "agent", "system")
        return sorted(told, key=lambda m: (m[0], order.index(m[1])))

    def replies(self, contact: str) -> int | None:
        """Runs of the agent's messages, what machines say by themselves not parting them; an
        answered session in which no agent wrote is one. Without messages the helpdesk counts."""
        roles = [role for _, role in self.said(contact) if role != "system"]
        runs = [role for before, role in pairwise([None, *roles]) if role != before]
        if "agent" not in runs and any(s["answered_at"] for s in self.of("sessions", contact)):
            return 1
        told = (clocks["replies_count"] for clocks in self.of("contact_clocks", contact))
        return runs.count("agent") if roles else next(told, None)

    def written(self, row: dict) -> datetime:
        """The customer's first message, else the creation."""
        said = self.said(row["contact_id"])
        return next((at for at, role in said if role == "customer"), row["created_at"])

    @cached_property
    def rows(self) -> dict[str, dict]:
        return {row["contact_id"]: row for row in self.world.tables["contacts"]}

    def merged_into(self, row: dict) -> str:
        while row.get("merged_into"):
            row = self.rows[row["merged_into"]]
        return row["contact_id"]

    @cached_property
    def matters(self) -> list[list[dict]]:
        """What is linked or merged, through others too, is one matter."""
        matter = {name: [row] for name, row in self.rows.items()}
        for name, row in self.rows.items():
            for other in (row.get("merged_into"), row.get("linked_contact_id")):
                if other and matter[name] is not matter[other]:
                    matter[name] += matter[other]
                    for member in matter[other]:
                        matter[member["contact_id"]] = matter[name]
        return list({id(rows): rows for rows in matter.values()}.values())

    @cached_property
    def fates(self) -> dict[str, str | None]:
        """contact_id -> why it is not counted; of a matter the first session counts, or contact."""
        found = {}
        for matter in self.matters:
            standing = []
            for row in matter:
                own = (
                    "deleted" if row.get("status") == "deleted"
                    else "merged" if row.get("merged_into")
                    else "spam" if row.get("tags") == "spam"
                    else "agent_initiated" if row.get("direction") == "outbound"
                    else None
                )  # fmt: skip
                found[row["contact_id"]] = own
                standing += [row] if own is None else []
            standing.sort(key=lambda row: (row["kind"] not in ("chat", "call"), row["created_at"],
                                           row["contact_id"]))  # fmt: skip
            found |= {row["contact_id"]: "linked" for row in standing[1:]}
        return found

    @cached_property
    def contacts(self) -> list[Contact]:
        """Those that count."""
        return [
            Contact(self, row, matter)
            for matter in self.matters
            for row in matter
            if self.fates[row["contact_id"]] is None
        ]

    @cached_property
    def offered(self) -> list[Contact]:
        return [c for c in self.contacts if not c.is_contained]

    @cached_property
    def taken(self) -> list[Contact]:
        """What humans are asked to take: what is offered, and further sessions of a matter."""
        further = (
            Contact(self, row, [row])
            for name, row in self.rows.items()
            if self.fates[name] == "linked" and row["kind"] in ("chat", "call")
        )
        return self.offered + [c for c in further if not c.is_contained]

    @cached_property
    def by_requester(self) -> dict[str, list[Contact]]:
        found = defaultdict(list)
        for c in self.contacts:
            if c.row["requester_id"]:
                found[c.row["requester_id"]].append(c)
        return found
