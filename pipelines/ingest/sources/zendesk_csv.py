"""Zendesk's full CSV export (Manage -> Reports): tickets, one a row, any subset of its columns.

Columns are found by header. Times are local times of the account's zone, to the minute, with
no offset: the zone must be told. The export says nothing of who wrote what; first replies
exist only as the vendor's minutes.

Surveys: a satisfaction of Offered is a survey sent and not answered; Good, Bad or 1-5 is an
answered one. The export has no time of either: both are taken to be when the ticket was solved
(else last updated), so an answer counts as given within any window. Not Offered and blank mean
that none was sent. Where the same ticket's rating stands in Zendesk's satisfaction_ratings, that
one counts.
"""

from pipelines.ingest.checks import RUINED_REMEDY, Check, judged_sql, not_a_record, ruined_id
from pipelines.ingest.numbers import Commas, commas_by_column, number_checks, number_sql
from pipelines.ingest.probe import Probe
from pipelines.ingest.sources.base import Fill, Reading, Source, Stream
from pipelines.ingest.tables import normalised
from pipelines.ingest.times import happened_sql, instant_sql, local_sql, seconds_sql, zoned_sql

_TIMES = {
    "created_at": "created at",
    "updated_at": "updated at",
    "assigned_at": "assigned at",
    "first_assigned_at": "initially assigned at",
    "solved_at": "solved at",
}
_COUNTS = {
    "reopens_count": ("reopens", 1),
    "replies_count": ("replies", 1),
    "teams_count": ("group stations", 1),
}
_MINUTES = {
    "vendor_first_response_seconds": "first reply time in minutes",
    "vendor_first_response_business_seconds": "first reply time in minutes within business hours",
    "vendor_first_resolution_seconds": "first resolution time in minutes",
    "vendor_full_resolution_seconds": "full resolution time in minutes",
    "vendor_requester_wait_seconds": "requester wait time in minutes",
    "vendor_agent_wait_seconds": "agent wait time in minutes",
    "vendor_on_hold_seconds": "on hold time in minutes",
}
_NUMBERS = {**_COUNTS, **{name: (header, 60) for name, header in _MINUTES.items()}}
_TEXTS = {
    "channel_raw": "via",
    "status_raw": "status",
    "tags": "tags",
    "team": "group",
}
_REQUESTER = ("requester id", "requester external id", "requester email")
_CUSTOM = {  # what accounts call the fields that Zendesk does not have by itself
    "language_raw": ("language", "lang", "locale", "ticket language", "언어", "言語"),
    "topic_raw": ("topic", "issue type", "category", "contact reason", "문의 유형"),
}
_SIGNATURE = frozenset({"id", "status", "created at", "updated at"})
_HINTS = frozenset(
    {"via", "satisfaction score", "requester id", "requester", "group stations", "solved at",
     "ticket type", "assignee", "summation column", "reopens", "initially assigned at"}
)  # fmt: skip
_MISSING = (
    "", "-", "–", "NULL", "None", "1900-01-01", "1900-01-01 00:00", "1900-01-01 00:00:00",
)  # fmt: skip
_PERSONAL = (
    "requester", "requester id", "requester external id", "requester email", "requester domain",
    "submitter", "organization", "subject",
)  # fmt: skip
_NULL = "CAST(NULL AS VARCHAR)"
_STATUSES = ("closed", "solved", "open", "pending", "hold", "new", "deleted")  # by frequency
_NEVER_SENT = "('not offered', 'unoffered')"
_IS_SCORE = "regexp_full_match(survey, 'offered|good|bad|[1-5]')"


def _recognises(probe: Probe) -> bool:
    headers = probe.header_set
    return headers >= _SIGNATURE and len(headers & _HINTS) >= 3


def _read(reading: Reading) -> list[Stream]:
    zone = reading.require_zone()
    columns = _Columns(reading)
    times = {name: column for name, header in _TIMES.items() if (column := columns.find(header))}
    numbers = {
        name: (column, factor, header)
        for name, (header, factor) in _NUMBERS.items()
        if (column := columns.find(header))
    }
    texts = {
        name: reading.composed(columns.find_or_null(header)) for name, header in _TEXTS.items()
    }
    custom = {name: columns.custom(name) for name in _CUSTOM}
    source_id = columns.find("id")
    system = reading.system

    # each step names what the next one repeats, so that it is computed once
    file = reading.probe.table
    written = {name: column for name, (column, _, _) in numbers.items()}
    commas = commas_by_column(reading.connection, file.rows_sql(_MISSING), written)
    texts_read = f"""
        SELECT *, {source_id} AS source_id,
            lower({columns.find_or_null("status")}) AS status_text,
            lower({columns.find_or_null("satisfaction score")}) AS score_text,
            {_requester(columns)} AS requester
            {"".join(f", {c} AS {n}_text" for n, c in times.items())}
            {"".join(f", {c} AS {n}_text" for n, (c, _, _) in numbers.items())}
        FROM {file.rows_sql(_MISSING)}"""
    parsed = f"""
        SELECT *
            {"".join(f", {local_sql(f'{n}_text')} AS {n}_local" for n in times)}
            {"".join(f", {number_sql(f'{n}_text', commas.get(n))} AS {n}_number" for n in numbers)}
        FROM ({texts_read})"""
    created = f"""
        SELECT *, coalesce({zoned_sql("created_at_local", zone)},
            {happened_sql(instant_sql("created_at_text"))}) AS created_at
        FROM ({parsed})"""
    later = {
        name: f"coalesce({zoned_sql(f'{name}_local', zone, 'created_at')},"
        f" {happened_sql(instant_sql(f'{name}_text'))})"
        for name in times
        if name != "created_at"
    }
    statuses = " ".join(f"WHEN '{status}' THEN '{status}'" for status in _STATUSES)
    values = f"""
        SELECT *, {"".join(f"{sql} AS {name}, " for name, sql in later.items())}
            CASE status_text {statuses} WHEN 'on-hold' THEN 'hold' ELSE 'unknown' END AS status,
            CASE WHEN score_text IN {_NEVER_SENT} THEN NULL ELSE score_text END AS survey,
            {_exclusion(reading, columns)} AS exclusion
        FROM ({created})"""
    judged = judged_sql(
        values,
        _checks(times, numbers, commas, zone),
        file.text_sql(),
        received_on="coalesce(created_at_local, created_at)",
        surely_good=_surely_good(times, numbers),
    )
    seconds = "".join(
        f", {seconds_sql(f'{name}_number * {factor}')} AS {name}"
        for name, (_, factor, _) in numbers.items()
    )
    query = f"""
        SELECT _line, _reasons, _remedy, _raw, _received_on,
            '{system}:' || source_id AS contact_id, source_id,
            {"".join(f"{sql} AS {name}, " for name, sql in (texts | custom).items())}
            status, lower({columns.find_or_null("priority")}) AS priority,
            {columns.find_or_null("assignee")} AS agent_id,
            {reading.pseudonym("requester")} AS requester_id,
            {reading.masked(columns.find_or_null("subject"))} AS subject,
            CASE exclusion WHEN 'agent_initiated' THEN 'outbound'
                WHEN 'internal' THEN 'internal' ELSE 'inbound' END AS direction,
            CASE WHEN {custom["language_raw"]} IS NULL THEN 'unknown'
                ELSE 'declared' END AS language_source,
            exclusion, {", ".join(times)}{seconds},
            survey IS NOT NULL AS has_survey,
            coalesce({"solved_at" if "solved_at" in times else "NULL"}, updated_at) AS surveyed_at,
            CASE WHEN survey <> 'offered' THEN surveyed_at END AS answered_at,
            CASE WHEN survey IN ('good', 'bad') THEN 'good_bad'
                WHEN survey <> 'offered' THEN '1-5' END AS scale,
            {columns.find_or_null("satisfaction score")} AS score_raw,
            CASE WHEN has_survey THEN CASE survey WHEN 'good' THEN 1 WHEN 'bad' THEN 0
                ELSE try_cast(survey AS DOUBLE) END END AS score
        FROM ({judged})"""
    same = ("contact_id", "updated_at")
    contacts = (
        *same, "source_id", "direction", "language_source", "status", "priority", "agent_id",
        "requester_id", "subject", "created_at", "exclusion", *texts, *custom,
    )  # fmt: skip
    clocks = (*same, *(n for n in times if n != "created_at"), *numbers)
    return [
        Stream(
            "contacts",
            query,
            {
                "contacts": Fill(
                    {name: name for name in contacts}, {"source": system, "kind": "ticket"}
                ),
                "contact_clocks": Fill({name: name for name in clocks}),
                "surveys": Fill(
                    {
                        **{name: name for name in (*same, "answered_at", "scale")},
                        "survey_id": "contact_id",
                        "score": "score",
                        "score_raw": "score_raw",
                        "sent_at": "surveyed_at",
                        "language_raw": "language_raw",
                    },
                    when="has_survey",
                ),
            },
        )
    ]


class _Columns:
    """SQL names of the columns of one file, as far as it has them."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._file = reading.probe.table

    def find(self, header: str) -> str | None:
        return self._file.column(header)

    def find_or_null(self, header: str) -> str:
        return self.find(header) or _NULL

    def told(self, field: str) -> str | None:
        """The column that the mapping names for a field."""
        told = self._reading.mapping.columns.get(field)
        return self._reading.column(told.columns[0], f"[columns] {field}") if told else None

    def custom(self, name: str) -> str:
        """A column of the account's own: told by the mapping, else known by its usual name."""
        column = self.told(name.removesuffix("_raw"))
        usual = (
            self.find_or_null(header)
            for header in self._file.headers
            if normalised(header.split(" [")[0]) in _CUSTOM[name]
        )
        return self._reading.composed(column or next(usual, _NULL))


def _requester(columns: _Columns) -> str:
    usual = (column for header in _REQUESTER if (column := columns.find(header)))
    return columns.told("requester_id") or next(usual, _NULL)


def _exclusion(reading: Reading, columns: _Columns) -> str:
    told = reading.exclusion(tag_headers=("tags",))
    known = "WHEN status_text = 'deleted' THEN 'deleted'"
    if via := columns.find("via"):
        known += f""" WHEN {via} IN ('Closed Ticket', 'closed_ticket') THEN 'follow_up'
            WHEN {via} IN ('Sample Ticket', 'sample_ticket') THEN 'test'
            WHEN {via} IN ('Side Conversation', 'side_conversation') THEN 'internal'"""
    return f"coalesce({told}, CASE {known} END)"


def _surely_good(times: dict[str, str], numbers: dict[str, tuple[str, int, str]]) -> str:
    """True only where no check of `_checks` refuses the row."""
    conditions = [
        "regexp_full_match(source_id, '[0-9]+')",
        "NOT coalesce(contains(requester, 'E+'), false)",
        f"(survey IS NULL OR {_IS_SCORE})",
        "NOT coalesce(lower(c1) IN ('sum', 'total', 'grand total'), false)",
    ]
    for name in times:
        known = f"{name} >= created_at AND {name} < TIMESTAMP '2100-01-01'"
        conditions.append(
            f"coalesce({known}, {'false' if name == 'created_at' else f'{name}_text IS NULL'})"
        )
    conditions += [
        f"coalesce({name}_number BETWEEN 0 AND 1e9, {name}_text IS NULL)" for name in numbers
    ]
    return f"coalesce({' AND '.join(conditions)}, false)"


def _checks(
    times: dict[str, str],
    numbers: dict[str, tuple[str, int, str]],
    commas: dict[str, Commas],
    zone: str,
) -> list[Check]:
    ruined = ruined_id("source_id", "Id")
    checks = [
        *not_a_record("c1", "source_id", "Id"),
        Check("source_id IS NULL OR source_id = ''", "Id is missing"),
        ruined,
        Check(
            f"NOT regexp_full_match(source_id, '[0-9]+') AND NOT {ruined.refused}",
            "Id is not a number",
        ),
        Check(
            r"regexp_full_match(requester, '[0-9.,]+E\+[0-9]+')",
            "Requester id is in scientific notation",
            RUINED_REMEDY,
        ),
        Check(
            f"NOT {_IS_SCORE}",
            "Satisfaction Score is none of Offered, Good, Bad and 1-5",
        ),
    ]
    for name, header in _TIMES.items():
        if name not in times:
            continue
        title = header.capitalize()
        written = f"coalesce({name}_local, {instant_sql(f'{name}_text')})"
        never = f"coalesce({written} < TIMESTAMP '1971-01-01', false)"
        if name == "created_at":
            checks.append(Check(f"{name}_text IS NULL OR {never}", f"{title} is missing"))
        else:
            checks.append(Check(f"{name} < created_at", f"{title} is before Created at"))
        checks += [
            Check(
                f"{name}_text IS NOT NULL AND {name} IS NULL AND {name}_local IS NULL"
                f" AND NOT {never}",
                f"{title} is not a time",
                "write it as YYYY-MM-DD HH:MM, or export again",
            ),
            Check(
                f"{name}_local IS NOT NULL AND {name} IS NULL AND NOT {never}",
                f"{title} does not exist in {zone}: clocks went forward",
                "check the zone (--zone or the mapping's zone) and load again",
            ),
            Check(f"{name} >= TIMESTAMP '2100-01-01'", f"{title} is after 2100"),
        ]
    for name, (_, _, header) in numbers.items():
        title = header.capitalize()
        checks += [
            *number_checks(name, title, commas.get(name)),
            Check(f"{name}_number < 0", f"{title} is negative"),
            Check(f"{name}_number > 1e9", f"{title} is impossibly large"),
        ]
    return checks


_USUAL = tuple(
    dict.fromkeys(
        (
            "id", "status", "priority", "ticket type", "assignee", "satisfaction score", "tags",
            *_TEXTS.values(), *_TIMES.values(), *(header for header, _ in _NUMBERS.values()),
            *_PERSONAL,
        )
    )
)  # fmt: skip
"""Columns of a full export that are read, or known and left out because they name people."""


SOURCE = Source(
    name="zendesk_csv",
    system="zendesk",
    main_table=lambda probe: "contacts",
    recognises=_recognises,
    read=_read,
    fields=("language", "topic", "requester_id"),
    usual_columns=_USUAL,
)
