"""What Zendesk's API and copies of it have in common: words, people, comments, merges.

`t` is always the record; its keys are the API's, whatever the file calls them.
"""

from pipelines.ingest.checks import Check
from pipelines.ingest.html import html_text_sql
from pipelines.ingest.sources.base import Reading, Stream, stream
from pipelines.ingest.sources.records import NOT_JSON, missing, not_times

_STATUSES = "('new', 'open', 'pending', 'hold', 'solved', 'closed', 'deleted')"
_MACHINES = "('rule', 'trigger', 'automation', 'system')"
SCORES = "('good', 'bad', 'offered', 'unoffered')"


def status_sql(text: str) -> str:
    """SQL of a status; `on-hold` is how some copies write hold."""
    lower = f"replace(lower({text}), 'on-hold', 'hold')"
    return f"CASE WHEN {lower} IN {_STATUSES} THEN {lower} ELSE 'unknown' END"


def plain_score_sql(text: str) -> str:
    """SQL of a satisfaction without `_with_comment`."""
    return f"regexp_replace(lower({text}), '_with(out)?_comment$', '')"


def answer(answered_at: str) -> dict[str, str]:
    """Survey columns of the column `plain`, given at `answered_at` where it is an answer."""
    is_answer = "plain IN ('good', 'bad')"
    return {
        "answered_at": f"CASE WHEN {is_answer} THEN {answered_at} END",
        "scale": f"CASE WHEN {is_answer} THEN 'good_bad' END",
        "score": "CAST(CASE plain WHEN 'good' THEN 1 WHEN 'bad' THEN 0 END AS DOUBLE)",
    }


def _api_system(reading: Reading) -> str:
    return f"{reading.system}/api"


def comment_columns(reading: Reading, via: str = "t.via.channel") -> dict[str, str]:
    """Columns of a message from a comment: `t` is the comment, `via` the way it came."""
    is_machine = f"coalesce(t.author_id = '-1' OR {via} IN {_MACHINES}, false)"
    by_api = reading.pseudonym("t.author_id", _api_system(reading))
    return {
        "message_id": reading.id("t.id"),
        "author_id": f"""CASE WHEN {is_machine} THEN NULL WHEN {via} = 'api' THEN {by_api}
            ELSE {reading.pseudonym("t.author_id")} END""",
        "author_role": f"""CASE WHEN {is_machine} THEN 'bot'
            WHEN t.type = 'VoiceComment' THEN 'system' END""",
        "is_public": "t.public",
        "text": reading.masked(f"coalesce(t.plain_body, t.body, {html_text_sql('t.html_body')})"),
    }


def people(reading: Reading, rows: str) -> list[Stream]:
    """Streams of people from rows with a user `t` and `updated_at`.

    Staff are delivered under their id, under the pseudonym that their comments carry, and as
    the machine that writes through the API in their name."""
    rows = f"""
        SELECT *, coalesce(lower(t.role) IN ('agent', 'admin'), false) AS is_staff FROM ({rows})"""
    by_pseudonym = reading.pseudonym("t.id")

    def as_person(person_id: str, role: str, where: str, is_main: bool) -> Stream:
        return stream(
            "people",
            f"SELECT * FROM ({rows}) WHERE {where}",
            {
                "people": {
                    "person_id": person_id,
                    "role": role,
                    "language_raw": "t.locale",
                    "updated_at": "updated_at",
                }
            },
            checks=[NOT_JSON, *missing("id", "role"), *not_times("updated_at")] if is_main else [],
            raw="record",
            received_on="updated_at",
            is_main=is_main,
        )

    staff = "is_staff AND t.id IS NOT NULL AND (t.updated_at IS NULL OR updated_at IS NOT NULL)"
    own_id = f"CASE WHEN is_staff THEN t.id ELSE {by_pseudonym} END"
    machine = reading.pseudonym("t.id", _api_system(reading))
    return [
        as_person(own_id, "CASE WHEN is_staff THEN 'agent' ELSE 'customer' END", "true", True),
        as_person(by_pseudonym, "'agent'", staff, False),
        as_person(machine, "'bot'", staff, False),
    ]


def merges(reading: Reading, rows: str) -> Stream:
    """A stream of `relations` from rows with `target` and `merged`, two tickets' ids."""
    return stream(
        "relations",
        rows,
        {
            "relations": {
                "contact_id": reading.id("merged"),
                "relation": "'merged_into'",
                "other_contact_id": reading.id("target"),
            }
        },
        checks=[Check("merged IS NULL", "a merged ticket has no id")],
        raw="record",
        received_on="NULL",
        is_main=False,
    )
