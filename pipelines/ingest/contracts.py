"""The contract between export files and the warehouse: the raw tables and their columns.

`ingest` writes Parquet files of exactly these columns (plus `_load_id` and `_line`);
`warehouse` reads nothing else. Types are DuckDB's. Instants are naive UTC timestamps
(`_at`), durations whole seconds (`_seconds`); NULL means "not observed or does not apply",
never 0, 1900 or the epoch. A vendor's own duration is named `vendor_*`: it is compared,
and used only where no timestamps exist.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column of a raw table."""

    name: str
    type: str
    meaning: str
    required: bool = False


@dataclass(frozen=True)
class Table:
    """One raw table: `grain` says what one row is, `key` what makes it unique,
    `version` which column tells a newer delivery of the same row from an older one."""

    name: str
    grain: str
    key: tuple[str, ...]
    version: str | None
    columns: tuple[Column, ...]

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


KINDS = ("ticket", "chat", "call", "social")
DIRECTIONS = ("inbound", "outbound", "internal")
STATUSES = ("new", "open", "pending", "hold", "solved", "closed", "deleted", "unknown")
AUTHOR_ROLES = ("customer", "agent", "bot", "system")
LANGUAGE_SOURCES = ("declared", "detected", "queue", "user_profile", "unknown")
SESSION_OUTCOMES = ("answered", "abandoned", "callback", "voicemail", "unknown")
AGENT_STATE_KINDS = ("available", "handling", "wrap", "away")
RELATION_KINDS = ("merged_into", "linked_to")
SCALES = ("good_bad", "1-3", "1-5", "1-7", "1-10", "0-10", "0-1", "signed", "nps", "ces")
"""What a score is of: satisfaction on the range named, `nps` (0-10: would you recommend us?) or
`ces` (1-7: how easy was it? 7 is the easiest). Two questions are two scales, whatever numbers
they share."""
CHANGE_KINDS = (
    "staffing", "training", "macro", "article", "bot", "routing", "process", "tool", "policy",
)  # fmt: skip
"""Market events that are changes of our own: they last from `starts_at` on, and their effect is
measured, where other events pass."""
DRAWN = ("random", "targeted", "calibration")
"""Why a contact was reviewed: by a random draw, for a reason (a complaint), or once more."""

EXCLUSIONS = {
    "merged": "merged into another contact, which is counted",
    "spam": "spam",
    "test": "a test, or a line the telephone system itself made",
    "duplicate": "an older delivery of a row that came again",
    "agent_initiated": "started by an agent, not by a customer",
    "internal": "between colleagues, or made by a machine for itself",
    "follow_up": "the vendor's follow-up of a closed contact",
    "linked": "the same matter as another contact, which is counted",
    "deleted": "deleted in the helpdesk",
}
"""Why a received contact is not counted. Every reason is a column of the ledger."""


def _columns(*rows: tuple) -> tuple[Column, ...]:
    return tuple(Column(*row) for row in rows)


CONTACTS = Table(
    "contacts",
    "one delivery of one ticket, chat, call or social thread",
    ("contact_id",),
    "updated_at",
    _columns(
        ("contact_id", "VARCHAR", "`<system>:<source_id>`, the key everywhere", True),
        ("source", "VARCHAR", "the system the id belongs to: zendesk, zendesk_chat, ...", True),
        ("source_id", "VARCHAR", "the id as the export writes it", True),
        ("kind", "VARCHAR", "one of KINDS", True),
        ("channel", "VARCHAR", "canonical channel where the source knows it, else NULL"),
        ("channel_raw", "VARCHAR", "the channel as the export writes it"),
        ("direction", "VARCHAR", "one of DIRECTIONS", True),
        ("language", "VARCHAR", "canonical language where the source knows it, else NULL"),
        ("language_raw", "VARCHAR", "the language as the export writes it"),
        ("language_source", "VARCHAR", "one of LANGUAGE_SOURCES"),
        ("topic", "VARCHAR", "canonical topic where the source knows it, else NULL"),
        ("topic_raw", "VARCHAR", "the issue type as the export writes it"),
        ("status", "VARCHAR", "one of STATUSES", True),
        ("status_raw", "VARCHAR", "the status as the export writes it"),
        ("priority", "VARCHAR", "as the export writes it, lower case"),
        ("tags", "VARCHAR", "tags joined by single spaces"),
        ("team", "VARCHAR", "group or department; its name, or its number in teams"),
        ("agent_id", "VARCHAR", "the agent the contact belongs to last"),
        ("requester_id", "VARCHAR", "keyed pseudonym of the customer"),
        ("subject", "VARCHAR", "masked subject"),
        ("created_at", "TIMESTAMP", "when the helpdesk made the contact", True),
        ("updated_at", "TIMESTAMP", "when the export last changed the row"),
        ("first_inbound_at", "TIMESTAMP", "the customer's first message, where known"),
        ("handed_over_at", "TIMESTAMP", "when a bot handed over to the human queue"),
        ("merged_into", "VARCHAR", "contact_id of the contact this one was merged into"),
        ("linked_contact_id", "VARCHAR", "contact_id of the same matter in another system"),
        ("exclusion", "VARCHAR", "a key of EXCLUSIONS, NULL where it counts"),
    ),
)

CONTACT_CLOCKS = Table(
    "contact_clocks",
    "one delivery of the helpdesk's own instants and durations of one contact",
    ("contact_id",),
    "updated_at",
    _columns(
        ("contact_id", "VARCHAR", "the contact", True),
        ("updated_at", "TIMESTAMP", "when the export last changed the row"),
        ("first_assigned_at", "TIMESTAMP", "first assigned to an agent"),
        ("assigned_at", "TIMESTAMP", "last assigned to an agent"),
        ("first_solved_at", "TIMESTAMP", "first solve, where the export tells it"),
        ("solved_at", "TIMESTAMP", "last solve"),
        ("closed_at", "TIMESTAMP", "closed for good"),
        ("reopens_count", "BIGINT", "times reopened"),
        ("replies_count", "BIGINT", "public replies by agents"),
        ("teams_count", "BIGINT", "teams that have had it so far, the first one included"),
        ("vendor_first_response_seconds", "BIGINT", "vendor's first reply time, calendar"),
        ("vendor_first_response_business_seconds", "BIGINT", "vendor's, business hours"),
        ("vendor_first_resolution_seconds", "BIGINT", "vendor's, calendar"),
        ("vendor_full_resolution_seconds", "BIGINT", "vendor's, calendar"),
        ("vendor_requester_wait_seconds", "BIGINT", "vendor's, calendar"),
        ("vendor_agent_wait_seconds", "BIGINT", "vendor's, calendar"),
        ("vendor_on_hold_seconds", "BIGINT", "vendor's, calendar"),
    ),
)

MESSAGES = Table(
    "messages",
    "one message or note",
    ("message_id",),
    None,
    _columns(
        ("message_id", "VARCHAR", "`<system>:<id>`", True),
        ("contact_id", "VARCHAR", "the contact", True),
        ("sent_at", "TIMESTAMP", "when it was sent; NULL: an export without message times"),
        ("author_id", "VARCHAR", "agent id, or the customer's pseudonym"),
        ("author_role", "VARCHAR", "one of AUTHOR_ROLES; NULL: look the author up in people"),
        ("is_public", "BOOLEAN", "false for internal notes", True),
        ("text", "VARCHAR", "masked text"),
    ),
)

STATUS_EVENTS = Table(
    "status_events",
    "one change of a contact's status",
    ("contact_id", "changed_at", "to_status"),
    None,
    _columns(
        ("contact_id", "VARCHAR", "the contact", True),
        ("changed_at", "TIMESTAMP", "when", True),
        ("from_status", "VARCHAR", "one of STATUSES"),
        ("to_status", "VARCHAR", "one of STATUSES", True),
    ),
)

SESSIONS = Table(
    "sessions",
    "one delivery of one live session: a call, or a chat",
    ("contact_id",),
    "updated_at",
    _columns(
        ("contact_id", "VARCHAR", "the contact", True),
        ("updated_at", "TIMESTAMP", "when the export last changed the row"),
        ("queue_entered_at", "TIMESTAMP", "joined the human queue; NULL: never reached it"),
        ("answered_at", "TIMESTAMP", "an agent took it"),
        ("abandoned_at", "TIMESTAMP", "the customer left before an answer"),
        ("ended_at", "TIMESTAMP", "end of the session"),
        ("outcome", "VARCHAR", "one of SESSION_OUTCOMES", True),
        ("wait_seconds", "BIGINT", "in the human queue until answer or leaving"),
        ("talk_seconds", "BIGINT", "conversation"),
        ("hold_seconds", "BIGINT", "on hold"),
        ("wrap_seconds", "BIGINT", "after-contact work"),
        ("transfers_count", "BIGINT", "hand-overs between agents or teams"),
    ),
)

SURVEYS = Table(
    "surveys",
    "one delivery of one survey, answered or not",
    ("survey_id",),
    "updated_at",
    _columns(
        (
            "survey_id",
            "VARCHAR",
            "`<system>:<id>`; the contact_id where the contact's own record tells of it",
            True,
        ),
        ("contact_id", "VARCHAR", "the contact it asks about, where known"),
        ("updated_at", "TIMESTAMP", "when the export last changed the row"),
        ("sent_at", "TIMESTAMP", "when it was offered"),
        ("answered_at", "TIMESTAMP", "when it was answered; NULL: not (yet)"),
        ("scale", "VARCHAR", "one of SCALES; NULL while unanswered"),
        ("score_raw", "VARCHAR", "the answer as the export writes it"),
        ("score", "DOUBLE", "the answer as a number on its own scale; good 1, bad 0"),
        ("professionalism", "BIGINT", "1-5"),
        ("speed", "BIGINT", "1-5"),
        ("problem_solving", "BIGINT", "1-5"),
        ("comment", "VARCHAR", "masked comment"),
        ("language_raw", "VARCHAR", "language of the survey as written"),
    ),
)

REVIEWS = Table(
    "reviews",
    "one delivery of one category's score of one quality review",
    ("review_id", "category"),
    "updated_at",
    _columns(
        ("review_id", "VARCHAR", "`<system>:<id>`", True),
        ("contact_id", "VARCHAR", "the contact reviewed", True),
        ("reviewer_id", "VARCHAR", "who reviewed it"),
        ("category", "VARCHAR", "what was judged, as the scorecard names it", True),
        ("score", "DOUBLE", "points given; NULL: the category does not apply"),
        ("score_min", "DOUBLE", "fewest points possible", True),
        ("score_max", "DOUBLE", "most points possible", True),
        ("weight", "DOUBLE", "weight of the category within the review", True),
        ("is_critical", "BOOLEAN", "failing it fails the whole review", True),
        ("drawn", "VARCHAR", "one of DRAWN", True),
        ("selection_probability", "DOUBLE", "chance that the random draw had to take it"),
        ("reviewed_at", "TIMESTAMP", "when", True),
        ("updated_at", "TIMESTAMP", "when the export last changed the row"),
    ),
)

PEOPLE = Table(
    "people",
    "one delivery of one user of the helpdesk",
    ("person_id",),
    "updated_at",
    _columns(
        ("person_id", "VARCHAR", "agent id, or the customer's pseudonym", True),
        ("role", "VARCHAR", "one of AUTHOR_ROLES", True),
        ("language_raw", "VARCHAR", "the profile's locale: a default, not a fact"),
        ("updated_at", "TIMESTAMP", "when the export last changed the row"),
    ),
)

METRIC_EVENTS = Table(
    "metric_events",
    "one event of one of the helpdesk's own clocks",
    ("event_id",),
    None,
    _columns(
        ("event_id", "VARCHAR", "`<system>:<id>`", True),
        ("contact_id", "VARCHAR", "the contact", True),
        ("metric", "VARCHAR", "reply_time, requester_wait_time, agent_work_time, ...", True),
        ("instance", "BIGINT", "which run of that clock, from 1"),
        ("event", "VARCHAR", "activate, pause, fulfill, breach, ...", True),
        ("happened_at", "TIMESTAMP", "when", True),
    ),
)

ARTICLES = Table(
    "articles",
    "one delivery of one help-centre article in one language",
    ("article_id", "language_raw"),
    "updated_at",
    _columns(
        ("article_id", "VARCHAR", "`<system>:<id>`", True),
        ("language_raw", "VARCHAR", "the article's locale as written", True),
        ("title", "VARCHAR", "title"),
        ("section", "VARCHAR", "section or collection"),
        ("topic_raw", "VARCHAR", "the issue type it is about, where told"),
        ("is_draft", "BOOLEAN", "not published"),
        ("is_outdated", "BOOLEAN", "a translation older than its source"),
        ("votes_count", "BIGINT", "votes so far"),
        ("votes_sum", "BIGINT", "votes up minus votes down so far"),
        ("created_at", "TIMESTAMP", "when it was made"),
        ("updated_at", "TIMESTAMP", "when the export last changed the row"),
    ),
)

ARTICLE_EVENTS = Table(
    "article_events",
    "one view, search or vote in the help centre, or one line of counts of them",
    ("event_id",),
    None,
    _columns(
        ("event_id", "VARCHAR", "`<system>:<id>`", True),
        ("event", "VARCHAR", "view, search or vote", True),
        ("happened_at", "TIMESTAMP", "when, or the start of the counted day", True),
        ("events_count", "BIGINT", "how many such events the line stands for", True),
        ("article_id", "VARCHAR", "the article viewed, voted on or clicked after a search"),
        ("visitor_id", "VARCHAR", "keyed pseudonym of the visitor"),
        ("language_raw", "VARCHAR", "locale as written"),
        ("query", "VARCHAR", "masked words searched for"),
        ("results_count", "BIGINT", "results of the search"),
        ("clicks_count", "BIGINT", "clicks on them"),
        ("contacts_count", "BIGINT", "contacts made after it, where the export tells"),
        ("is_helpful", "BOOLEAN", "of a vote"),
    ),
)

RELATIONS = Table(
    "relations",
    "what another record than its own tells of a contact",
    ("contact_id", "relation"),
    None,
    _columns(
        ("contact_id", "VARCHAR", "the contact that something is told of", True),
        ("relation", "VARCHAR", "one of RELATION_KINDS", True),
        ("other_contact_id", "VARCHAR", "the contact merged into, or linked to", True),
    ),
)

CONTACT_TAGS = Table(
    "contact_tags",
    "one tag of one contact, where a file tells tags apart from the contacts",
    ("contact_id", "tag"),
    None,
    _columns(
        ("contact_id", "VARCHAR", "the contact", True),
        ("tag", "VARCHAR", "the tag", True),
    ),
)

TEAMS = Table(
    "teams",
    "one delivery of one team's name, where contacts carry its number",
    ("team_id",),
    "updated_at",
    _columns(
        ("team_id", "VARCHAR", "`<system>:<number>`", True),
        ("name", "VARCHAR", "what people call it", True),
        ("updated_at", "TIMESTAMP", "when the export last changed the row"),
    ),
)

SCHEDULES = Table(
    "schedules",
    "agents of one desk in one interval",
    ("channel", "language", "starts_at"),
    None,
    _columns(
        ("channel", "VARCHAR", "canonical channel of the desk", True),
        ("language", "VARCHAR", "canonical language of the desk", True),
        ("starts_at", "TIMESTAMP", "start of the interval", True),
        ("ends_at", "TIMESTAMP", "end of the interval (not included)", True),
        ("agents", "DOUBLE", "agents scheduled", True),
    ),
)

AGENT_STATES = Table(
    "agent_states",
    "one stretch of time of one agent in one state",
    ("agent_id", "starts_at"),
    None,
    _columns(
        ("agent_id", "VARCHAR", "the agent", True),
        ("state", "VARCHAR", "one of AGENT_STATE_KINDS; who is logged out has no row", True),
        ("starts_at", "TIMESTAMP", "start of the stretch", True),
        ("ends_at", "TIMESTAMP", "end of the stretch (not included)", True),
        ("channel", "VARCHAR", "canonical channel worked on, where told"),
        ("language", "VARCHAR", "canonical language worked in, where told"),
        ("team", "VARCHAR", "team, where told"),
    ),
)

MARKET_EVENTS = Table(
    "market_events",
    "one known event of the market or of the exchange itself",
    ("event_id",),
    None,
    _columns(
        ("event_id", "VARCHAR", "key", True),
        (
            "kind",
            "VARCHAR",
            "surge, listing, maintenance, withdrawal_halt, campaign, outage; or of CHANGE_KINDS",
            True,
        ),
        ("title", "VARCHAR", "what happened"),
        ("starts_at", "TIMESTAMP", "start", True),
        ("ends_at", "TIMESTAMP", "end (not included)", True),
        (
            "known_at",
            "TIMESTAMP",
            "since when it was known; earlier forecasts ignore it",
        ),
        ("channel", "VARCHAR", "canonical channel that it concerns; NULL: all"),
        ("language", "VARCHAR", "canonical language that it concerns; NULL: all"),
        ("topic", "VARCHAR", "canonical topic that it concerns; NULL: all"),
    ),
)

DETECTED_LANGUAGES = Table(
    "detected_languages",
    "what one author wrote in one contact, as one load delivered it",
    ("contact_id", "author_id"),
    None,
    _columns(
        ("contact_id", "VARCHAR", "the contact", True),
        ("author_id", "VARCHAR", "NULL: a customer; else look the author up in people"),
        ("language", "VARCHAR", "ISO 639-1, zh-CN or zh-TW; und where the evidence is thin", True),
        ("letters", "BIGINT", "letters it rests on, a CJK character being three", True),
        ("is_message", "BOOLEAN", "false: told from the subject", True),
    ),
)
"""Made from loads between loading and building, and kept beside the raw store."""

MESSAGE_DETAILS = Table(
    "message_details",
    "one message that asks for details or holds some, as one load delivered it; and one row"
    " without a message for each system whose messages have text",
    ("message_id",),
    None,
    _columns(
        ("system", "VARCHAR", "the contact's system", True),
        ("message_id", "VARCHAR", "the message; NULL: the load has texts of this system"),
        ("contact_id", "VARCHAR", "its contact"),
        ("sent_at", "TIMESTAMP", "when it was sent"),
        ("author_id", "VARCHAR", "looked up in people where the role is NULL"),
        ("author_role", "VARCHAR", "one of AUTHOR_ROLES; NULL: look the author up"),
        ("is_request", "BOOLEAN", "asks for an account, transaction, order or screenshot"),
        ("is_detail", "BOOLEAN", "holds one"),
    ),
)
"""Made from loads between loading and building, and kept beside the raw store."""

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        CONTACTS, CONTACT_CLOCKS, MESSAGES, STATUS_EVENTS, SESSIONS,
        SURVEYS, REVIEWS, PEOPLE, METRIC_EVENTS, ARTICLES, ARTICLE_EVENTS, RELATIONS, CONTACT_TAGS,
        TEAMS, SCHEDULES, AGENT_STATES, MARKET_EVENTS,
    )
}  # fmt: skip
"""Every raw table, in the order data is understood."""

VOCABULARY: dict[str, dict[str, tuple[str, ...]]] = {
    "contacts": {
        "kind": KINDS,
        "direction": DIRECTIONS,
        "status": STATUSES,
        "language_source": LANGUAGE_SOURCES,
        "exclusion": tuple(EXCLUSIONS),
    },
    "messages": {"author_role": AUTHOR_ROLES},
    "status_events": {"from_status": STATUSES, "to_status": STATUSES},
    "sessions": {"outcome": SESSION_OUTCOMES},
    "surveys": {"scale": SCALES},
    "reviews": {"drawn": DRAWN},
    "people": {"role": AUTHOR_ROLES},
    "relations": {"relation": RELATION_KINDS},
    "agent_states": {"state": AGENT_STATE_KINDS},
}
"""Table -> column -> the words that it may hold, where they are our own."""
