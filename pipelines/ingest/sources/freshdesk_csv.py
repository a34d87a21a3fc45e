"""Freshdesk's CSV export of tickets, and Freshservice's: the same headers in other capitals.

- Times are local times of the account's zone without an offset: the zone must be told.
- "First response time (in hrs)" is written HH:MM:SS and counts BUSINESS hours; "Initial response
  time" is the instant. It may be empty although the instants exist: nothing is made up from it.
  A negative one is no observation and left out; the instants stand. "Resolution time (in hrs)"
  is business hours too, for which there is nothing to compare with: it is not kept.
- Headers may repeat, where an account named a custom field like a standard one: the first counts,
  since standard columns come first.
- Language and topic: the columns that a mapping names, else those of the usual names; the topic is
  else the ticket's type. Custom statuses are unknown unless [values.status] tells them.
- The survey is a word; when it was given is not in the export. It yields to the ratings of the
  API. The words of other scales are told in [values.survey] as a number from -3 to 3.
- Who wrote what is not in the export: `Agent interactions` are the replies, and the first of
  them was at the initial response time.

unverified: the words of Source and Survey results, of the usual waiting statuses, and which
columns Freshservice shares beyond those named in its documentation.
"""

from pipelines.ingest.checks import Check, not_a_record, ruined_id
from pipelines.ingest.probe import Probe
from pipelines.ingest.sources.base import Reading, Source, Stream, stream
from pipelines.ingest.sources.records import declared_language, direction_sql
from pipelines.ingest.tables import normalised
from pipelines.ingest.times import happened_sql, instant_sql, local_sql, zoned_sql
from pipelines.ingest.vocabulary import words_sql
from pipelines.sql import literal

_TIMES = {
    "created_at": ("created time",),
    "updated_at": ("last update time", "last updated time"),
    "replied_at": ("initial response time",),
    "solved_at": ("resolved time",),
    "closed_at": ("closed time",),
}
_TEXTS = {
    "id": ("ticket id",),
    "subject": ("subject",),
    "status": ("status",),
    "priority": ("priority",),
    "channel": ("source",),
    "type": ("type",),
    "agent": ("agent",),
    "team": ("group",),
    "tags": ("tags",),
    "survey": ("survey results", "survey result"),
    "business": ("first response time (in hrs)",),
    "replies": ("agent interactions",),
    "requester": ("contact id", "requester id", "email", "requester email"),
    "language": ("language", "locale", "언어", "言語"),
    "topic": ("topic", "issue type", "category", "문의 유형"),
}
_TOLD = ("language", "topic", "requester_id")
_SIGNATURE = frozenset({"ticket id", "created time", "status"})
_HINTS = frozenset(
    {"due by time", "resolved time", "closed time", "last update time", "initial response time",
     "first response time (in hrs)", "resolution time (in hrs)", "agent interactions",
     "customer interactions", "resolution status", "first response status"}
)  # fmt: skip
_OTHERS = (
    "due by time", "time tracked", "resolution time (in hrs)", "customer interactions",
    "resolution status", "first response status", "product", "full name", "email", "contact id",
)  # fmt: skip
_STATUSES = {
    "open": "open", "pending": "pending", "resolved": "solved", "closed": "closed",
    "waiting on customer": "pending", "waiting on third party": "pending",
}  # fmt: skip
_ANSWERS = {
    "extremely happy": "3", "very happy": "2", "happy": "1", "neutral": "0", "unhappy": "-1",
    "very unhappy": "-2", "extremely unhappy": "-3",
}  # fmt: skip
_MISSING = ("", "-", "--", "No Agent", "No Group", "Not Applicable")
_NULL = "CAST(NULL AS VARCHAR)"


def _recognises(probe: Probe) -> bool:
    headers = probe.header_set
    return headers >= _SIGNATURE and len(headers & _HINTS) >= 3


def _seconds(clock: str) -> str:
    """SQL of the seconds of HH:MM:SS; hours may be many. NULL for a negative one."""
    parts = f"regexp_extract({clock}, '^([0-9]+):([0-9]{{2}}):([0-9]{{2}})$', ['h', 'm', 's'])"
    return (
        f"(try_cast({parts}.h AS BIGINT) * 3600 + try_cast({parts}.m AS BIGINT) * 60"
        f" + try_cast({parts}.s AS BIGINT))"
    )


def _read(reading: Reading) -> list[Stream]:
    zone, table, mapping = reading.require_zone(), reading.probe.table, reading.mapping

    def text(name: str) -> str:
        field = "requester_id" if name == "requester" else name
        if field in _TOLD and field in mapping.columns:
            return reading.column(mapping.columns[field].columns[0], f"[columns] {field}")
        return table.column(*_TEXTS[name]) or _NULL

    times = {name: column for name, h in _TIMES.items() if (column := table.column(*h))}
    rows = f"""
        SELECT *, {", ".join(f"{text(name)} AS {name}_text" for name in _TEXTS)},
            {", ".join(f"{column} AS {name}_text" for name, column in times.items())},
            {reading.exclusion(tag_headers=("tags",))} AS exclusion_told
        FROM {table.rows_sql(_MISSING)}"""
    formats = mapping.time_formats
    rows = f"""
        SELECT *, {", ".join(f"{local_sql(f'{n}_text', formats)} AS {n}_local" for n in times)}
        FROM ({rows})"""

    def instant(name: str, not_before: str | None = None) -> str:
        zoned = zoned_sql(f"{name}_local", zone, not_before)
        return happened_sql(f"coalesce({zoned}, {instant_sql(f'{name}_text')})")

    rows = f"SELECT *, {instant('created_at')} AS created_at FROM ({rows})"
    later = [name for name in _TIMES if name != "created_at"]
    answers = _ANSWERS | {normalised(k): v for k, v in mapping.values.get("survey", {}).items()}
    rows = f"""
        SELECT *, {
        ", ".join(
            f"{instant(n, 'created_at') if n in times else 'CAST(NULL AS TIMESTAMP)'} AS {n}"
            for n in later
        )
    },
            coalesce(exclusion_told, CASE WHEN lower(channel_text) = 'outbound email'
                THEN 'agent_initiated' END) AS exclusion,
            {words_sql("lower(trim(survey_text))", answers, "NULL")} AS answer,
            try_cast(answer AS DOUBLE) AS score
        FROM ({rows})"""
    contact = reading.id("id_text")
    fills = {
        "contacts": {
            "contact_id": contact,
            "source": literal(reading.system),
            "source_id": "id_text",
            "kind": "'ticket'",
            "channel_raw": "channel_text",
            "direction": direction_sql("exclusion"),
            **declared_language(reading.composed("language_text")),
            "topic_raw": reading.composed("coalesce(topic_text, type_text)"),
            "status": reading.status("status_text", _STATUSES),
            "status_raw": "status_text",
            "priority": "lower(priority_text)",
            "tags": r"regexp_replace(replace(trim(tags_text), ' ', '_'), '_*,_*', ' ', 'g')",
            "team": reading.composed("team_text"),
            "agent_id": "agent_text",
            "requester_id": reading.pseudonym("requester_text"),
            "subject": reading.masked("subject_text"),
            "created_at": "created_at",
            "updated_at": "updated_at",
            "exclusion": "exclusion",
        },
        "contact_clocks": {
            "contact_id": contact,
            "updated_at": "updated_at",
            "solved_at": "coalesce(solved_at, closed_at)",
            "closed_at": "closed_at",
            "replies_count": "try_cast(replies_text AS BIGINT)",
            "vendor_first_response_seconds": "date_diff('second', created_at, replied_at)",
            "vendor_first_response_business_seconds": _seconds("business_text"),
        },
        "surveys": {
            "survey_id": contact,
            "contact_id": contact,
            "updated_at": "updated_at",
            "scale": "'signed'",
            "score_raw": "survey_text",
            "score": "score",
        },
    }
    return [
        stream(
            "contacts",
            rows,
            fills,
            checks=_checks(times, zone, later),
            raw=table.text_sql(),
            received_on="created_at_local",
            when={"surveys": "survey_text IS NOT NULL"},
        )
    ]


def _checks(times: dict[str, str], zone: str, later: list[str]) -> list[Check]:
    """What is refused of a row; titles are the usual headers."""
    written = instant_sql("created_at_text")
    checks = [
        *not_a_record("c1", "id_text", "Ticket ID"),
        Check("id_text IS NULL", "Ticket ID is missing"),
        ruined_id("id_text", "Ticket ID"),
        Check("created_at_text IS NULL", "Created time is missing"),
        Check(
            f"coalesce(created_at_local, {written}) < TIMESTAMP '1971-01-01'",
            "Created time is missing (written as 1900-01-01, the epoch or the like)",
        ),
        Check("status_text IS NULL", "Status is missing"),
        Check("try_cast(replies_text AS BIGINT) < 0", "Agent interactions are negative"),
        Check(
            "survey_text IS NOT NULL AND coalesce(score NOT BETWEEN -3 AND 3, true)",
            "the survey's answer is no known word",
            "tell what it means, from -3 to 3, in [values.survey] of the mapping",
        ),
        Check(
            "business_text IS NOT NULL"
            " AND NOT regexp_full_match(business_text, '-?[0-9]+:-?[0-9]{2}:-?[0-9]{2}')",
            "First response time (in hrs) is not HH:MM:SS",
        ),
    ]
    for name in times:
        title = _TIMES[name][0].capitalize()
        checks += [
            Check(
                f"{name}_text IS NOT NULL AND {name}_local IS NULL AND {name} IS NULL",
                f"{title} is not a time",
                "write it as YYYY-MM-DD HH:MM, or tell time_formats in the mapping",
            ),
            Check(
                f"{name}_local >= TIMESTAMP '1971-01-01' AND {name} IS NULL",
                f"{title} does not exist in {zone}: clocks went forward",
                "check the zone (--zone or the mapping's zone) and load again",
            ),
        ]
        if name in later:
            checks.append(Check(f"{name} < created_at", f"{title} is before Created time"))
    return checks


SOURCE = Source(
    name="freshdesk_csv",
    system="freshdesk",
    main_table=lambda probe: "contacts",
    recognises=_recognises,
    read=_read,
    fields=(*_TOLD, "status", "survey"),
    usual_columns=tuple(
        dict.fromkeys(
            (*(h[0] for h in _TIMES.values()), *(h[0] for h in list(_TEXTS.values())[:12]),
             *_OTHERS)
        )
    ),
)  # fmt: skip
