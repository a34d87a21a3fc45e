"""One contact from its first message to its survey, and the waits in between."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from pipelines.api.published import Build
from pipelines.api.selection import Selection
from pipelines.errors import UnknownNameError

_RELATED = """
    WITH related AS (
        SELECT
            contact_id,
            CASE WHEN merged_into = $1 THEN 'merged_in' ELSE 'linked' END AS relation
        FROM fact_contacts
        WHERE merged_into = $1 OR linked_contact_id = $1
        UNION
        SELECT repeated_by AS contact_id, 'repeated_by' AS relation
        FROM fact_repeats
        WHERE contact_id = $1 AND repeated_by IS NOT NULL
        UNION
        SELECT contact_id, 'repeats' AS relation FROM fact_repeats WHERE repeated_by = $1
        UNION
        SELECT merged_into AS contact_id, 'merged_into' AS relation
        FROM fact_contacts
        WHERE contact_id = $1
        UNION
        SELECT linked_contact_id AS contact_id, 'linked' AS relation
        FROM fact_contacts
        WHERE contact_id = $1
    )
    SELECT c.contact_id, r.relation, c.arrived_at, c.channel, c.topic, c.status
    FROM related AS r
    INNER JOIN fact_contacts AS c ON c.contact_id = r.contact_id
    WHERE c.contact_id <> $1
    ORDER BY c.arrived_at, c.contact_id, r.relation
"""
_REVIEWS = """
    SELECT review_id, reviewer_id, reviewed_at, review_score AS score, has_failed, drawn
    FROM fact_reviews
    WHERE contact_id = ?
    ORDER BY reviewed_at, review_id
"""
_REVIEW_SCORES = """
    SELECT review_id, category, share, is_failed
    FROM fact_review_scores
    WHERE contact_id = ?
    ORDER BY review_id, weight DESC, category
"""
_FINISHED = ("solved", "closed", "deleted")


@dataclass(frozen=True)
class ContactView:
    """Everything a build holds on one contact, ready for a timeline.

    facts          the row of fact_contacts; None where NULL
    messages       one row per message, in time order (text is masked)
    status_events  one row per change of status, in time order
    surveys        one row per survey sent about it
    waits          one row per stretch of time: `label`, `starts_at`, `ends_at`, and `kind`:
                   bot, queue, reply (from the first message of an unanswered run to the
                   human reply; the label is first_response or next_reply) or status (the
                   label is the status). What had not ended at the data cut ends there.
    related        one row per other contact of the same matter or of the same customer's problem:
                   contact_id, relation, arrived_at, channel, topic, status; the relation is
                   merged_into, merged_in, linked, repeats (this one comes back on that) or
                   repeated_by
    reviews        one row per quality review: review_id, reviewer_id, reviewed_at, score (0-100),
                   has_failed, drawn
    review_scores  one row per review and category: review_id, category, share of the points (NULL
                   where it does not apply), is_failed
    older_deliveries   how many older deliveries of the same record were left out as duplicates
    previous_id, next_id   neighbours by arrival in the filter; None at its ends
    """

    facts: dict
    messages: pd.DataFrame
    status_events: pd.DataFrame
    surveys: pd.DataFrame
    waits: pd.DataFrame
    related: pd.DataFrame
    reviews: pd.DataFrame
    review_scores: pd.DataFrame
    older_deliveries: int
    previous_id: str | None
    next_id: str | None


def contact_view(build: Build, contact_id: str, neighbours: Selection) -> ContactView:
    """Raises UnknownNameError where the build has no such contact."""
    found = build.query("SELECT * FROM fact_contacts WHERE contact_id = ?", [contact_id])
    if found.empty:
        raise UnknownNameError(
            f"contact '{contact_id}' is not in this build; ids look like zendesk:1234"
        )
    facts = {name: None if pd.isna(v) else v for name, v in found.iloc[0].to_dict().items()}
    messages, status_events, surveys = (
        build.query(f"SELECT * FROM {table} WHERE contact_id = ? ORDER BY {order}", [contact_id])
        for table, order in (
            ("fact_messages", "sent_at, author_role"),
            ("fact_status_events", "changed_at"),
            ("fact_surveys", "sent_at, survey_id"),
        )
    )
    cut = pd.Timestamp(build.info["data_cut_at"])
    waits = [
        *_stages(facts),
        *_replies(messages, facts, cut),
        *_statuses(status_events, facts, cut),
    ]
    (delivered,) = build.query(
        "SELECT COUNT(*) AS n FROM fact_duplicates WHERE contact_id = ?", [contact_id]
    )["n"]
    return ContactView(
        facts=facts,
        messages=messages,
        status_events=status_events,
        surveys=surveys,
        waits=pd.DataFrame(waits, columns=["label", "starts_at", "ends_at", "kind"]),
        related=build.query(_RELATED, [contact_id]),
        reviews=build.query(_REVIEWS, [contact_id]),
        review_scores=build.query(_REVIEW_SCORES, [contact_id]),
        older_deliveries=int(delivered),
        previous_id=_neighbour(build, neighbours, facts, "<", "DESC"),
        next_id=_neighbour(build, neighbours, facts, ">", "ASC"),
    )


def _neighbour(
    build: Build, neighbours: Selection, facts: dict, comparison: str, direction: str
) -> str | None:
    # The day comes first so that the sorted file is not read from end to end.
    found = build.query(
        f"SELECT contact_id FROM fact_contacts WHERE {neighbours.condition.text}"
        f" AND arrived_on {comparison}= ? AND (arrived_at, contact_id) {comparison} (?, ?)"
        f" ORDER BY arrived_at {direction}, contact_id {direction} LIMIT 1",
        [
            *neighbours.condition.parameters,
            facts["arrived_on"],
            facts["arrived_at"],
            facts["contact_id"],
        ],
    )
    return None if found.empty else str(found["contact_id"].iloc[0])


def _stages(facts: dict) -> Iterator[tuple]:
    arrived, queued = facts["arrived_at"], facts["queue_entered_at"]
    if queued is None:
        return
    if queued > arrived:
        yield "bot", arrived, queued, "bot"
    until = facts["first_reply_at"] or facts["left_at"]
    if until is None and facts["waited_seconds"] is not None:
        # still waiting, or a session that ended otherwise: who is to be called back waits no more
        until = arrived + pd.Timedelta(seconds=int(facts["waited_seconds"]))
    if until is not None:
        yield "queue", queued, until, "queue"


def _replies(messages: pd.DataFrame, facts: dict, cut: pd.Timestamp) -> Iterator[tuple]:
    # of an export without times nobody knows who waited since when
    public = messages[messages["is_public"].astype(bool) & messages["sent_at"].notna()]
    waiting_since, label = None, "first_response"
    for message in public.itertuples():
        if message.author_role == "customer" and waiting_since is None:
            waiting_since = message.sent_at
        elif message.author_role == "agent":
            if waiting_since is not None:
                yield label, waiting_since, message.sent_at, "reply"
            waiting_since, label = None, "next_reply"
    is_over = facts["left_at"] is not None or facts["status"] in _FINISHED
    if waiting_since is not None and not is_over:
        yield label, waiting_since, cut, "reply"


def _statuses(events: pd.DataFrame, facts: dict, cut: pd.Timestamp) -> Iterator[tuple]:
    if events.empty:
        return
    first = events.iloc[0]
    if pd.notna(first["from_status"]) and first["changed_at"] > facts["created_at"]:
        yield first["from_status"], facts["created_at"], first["changed_at"], "status"
    ends = [*events["changed_at"].iloc[1:], cut]
    for event, ends_at in zip(events.itertuples(), ends, strict=True):
        if event.to_status not in _FINISHED:
            yield event.to_status, event.changed_at, ends_at, "status"
