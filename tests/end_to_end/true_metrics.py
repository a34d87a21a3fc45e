"""What each metric truly is in the invented exchange: of the simulation, and not of its exports.

`truth` has one row per true contact that counts and whose row in the exports is clean, with its
desk's clocks (desk_clocks.py); `whole` has every contact, `visits`, `reviews` and `polls` are the
other truths, `searches`, `views`, `schedules` and `agent_states` what was reported; `cut` holds the
end of the data. All are made by test_every_metric_is_true.py.
"""

from dataclasses import dataclass

from pipelines.sample_exchange.dirt import DIRTY_SHARE
from pipelines.sample_exchange.exports import EVENTS_DAYS
from pipelines.sample_exchange.shifts import STATES_DAYS

TO_THE_MINUTE = 60
"""Zendesk's CSV tells when a ticket came to the minute, and cuts its durations to minutes too."""

SURVEY_DIRT = 0.005
"""surveys.csv has dirt of its own, four in a thousand, that the truth does not tell by contact."""

DIRTY_NEIGHBOURS = 0.005
"""A customer's next contact may be the dirty one that was refused or misread."""

MISREAD = 0.001
"""Requests are told by their wording; of the contacts of agents who ask, few are misread."""


@dataclass(frozen=True)
class Truth:
    """`value` of every contact that is `true` in the population, compared where `told`.

    `slack` is the precision of the exports; `dirty_share` the observations that may be missing
    or wrong. `is_told_wholly`: what is not `told` is not in the metric's population either.
    `rows`: what is observed, of a `{population}` of contacts. Contacts observed several times are
    compared by their sum."""

    value: str
    true: str = "TRUE"
    told: str = "TRUE"
    slack: float = 0
    dirty_share: float = 0
    is_told_wholly: bool = True
    rows: str = "{population}"

    def sql(self, population: str = "truth") -> str:
        """contact_id and value of the population."""
        return f"""
            SELECT contact_id, CAST({self.value} AS DOUBLE) AS value
            FROM {self.rows.format(population=population)}
            WHERE ({self.true}) AND ({self.told})
        """


@dataclass(frozen=True)
class Total:
    """A metric of no single contact: its true value, of the observations in `where` until `end`.

    `dirty_share` is how far it may be off, of itself: dirty rows are in it."""

    sql: str
    where: dict[str, list[str]] | None = None
    end: str | None = None
    dirty_share: float = 1e-12


_LIVE = "channel IN ('phone', 'live_chat')"
_QUEUED = f"{_LIVE} AND queue_entered_at IS NOT NULL"
_WITH_A_BOT = "is_bot_contained OR handed_over_at IS NOT NULL"
_LEFT_A_MESSAGE = "(channel = 'live_chat' AND queue_entered_at IS NULL AND NOT is_bot_contained)"
_OFFERED = f"(NOT {_LIVE} OR queue_entered_at IS NOT NULL OR {_LEFT_A_MESSAGE})"
_ANSWERED = "first_reply_at IS NOT NULL"
_CUT = "(SELECT data_cut_at FROM cut)"
_WAIT = f"""CASE
    WHEN {_LIVE} THEN epoch(coalesce(first_reply_at, left_at)) - epoch(queue_entered_at)
    ELSE first_response_seconds
END"""
_TICKET = f"(contact_id LIKE 'zendesk:%' OR linked_contact_id IS NOT NULL OR {_LEFT_A_MESSAGE})"
_STANDS = (
    "last_solved_at IS NOT NULL AND NOT (reopens_count > 0 AND last_solved_at = first_solved_at)"
)
_THUMBS = "channel IN ('help_centre', 'social')"
_HAS_TEXTS = "contact_id IN (SELECT contact_id FROM fact_messages WHERE text IS NOT NULL)"

_WAITED = f"coalesce({_WAIT}, epoch({_CUT}) - epoch(arrived_at))"
_IN_TIME = f"({_ANSWERED} AND {_WAIT} <= target)"
_LEFT_IN_TIME = f"(coalesce(is_abandoned, FALSE) AND {_WAIT} <= target)"
_LEFT_AT_ONCE = f"(coalesce(is_abandoned, FALSE) AND {_WAIT} < 5)"
# nobody is in a service level before the target is over
_TARGET_OVER = f"epoch({_CUT}) - epoch(coalesce(queue_entered_at, arrived_at)) >= target"
_SERVED = f"{_OFFERED} AND {_TARGET_OVER}"
# a caller who hung up in the menu, or before a queue, waited in none
_CLEARLY = f"(channel IN ('phone', 'live_chat') OR abs({_WAITED} - target) > {TO_THE_MINUTE})"

_OPEN_DAY = 9 * 3600
_EMAIL_DAYS = {
    days: Truth(
        f"{_ANSWERED} AND open_seconds <= {days * _OPEN_DAY}",
        f"channel = 'email' AND open_seconds_at_cut > {days * _OPEN_DAY}",
        f"{_HAS_TEXTS} AND abs(open_seconds - {days * _OPEN_DAY}) > {TO_THE_MINUTE}",
        is_told_wholly=False,
    )
    for days in (1, 2, 3)
}

_REPLIES = """len(list_distinct(list_transform(agent_wrote_at, lambda sent:
    coalesce(list_max(list_filter(customer_wrote_at, lambda said: said < sent)), arrived_at))))"""
"""Agent messages in a row are one reply."""

_MATTERS = f"""(
    SELECT *
    FROM {{population}}
    LEFT JOIN (
        SELECT
            coalesce(merged_into, contact_id) AS other_id,
            flatten(list(agent_wrote_at) FILTER ({_HAS_TEXTS})) AS agent_wrote_elsewhere_at,
            flatten(list(list_filter(
                customer_wrote_at,
                lambda said: merged_into IS NOT NULL OR said > arrived_at
            )) FILTER ({_HAS_TEXTS})) AS customer_wrote_elsewhere_at,
            sum({_REPLIES}) AS replies_elsewhere,
            sum(clarification_rounds) FILTER ({_HAS_TEXTS}) AS rounds_elsewhere,
            bool_or(is_detail_given) FILTER (merged_into IS NOT NULL) AS is_detail_given_elsewhere
        FROM whole
        WHERE exclusion = 'linked' OR merged_into IS NOT NULL
        GROUP BY other_id
    ) ON other_id = coalesce(linked_contact_id, contact_id)
)"""
"""With what was said in the others of its matter: in the ticket that a chat became (it begins with
a copy of the chat), in what was merged."""

_RUNS = f"""(
    SELECT contact_id, min(asked_at) AS asked_at, replied_at, any_value(stands) AS stands
    FROM (
        SELECT
            contact_id, asked_at, stands,
            list_min(list_filter(agent_wrote_at, lambda sent: sent > asked_at)) AS replied_at
        FROM (
            SELECT
                contact_id, first_reply_at, {_STANDS} AS stands,
                list_concat(agent_wrote_at, agent_wrote_elsewhere_at) AS agent_wrote_at,
                unnest(list_concat(customer_wrote_at, customer_wrote_elsewhere_at)) AS asked_at
            FROM {_MATTERS}
        )
        WHERE asked_at > first_reply_at
    )
    GROUP BY contact_id, replied_at
)"""
"""Runs of customer messages after the first reply, of the whole matter: those that the same reply
ended."""

# a system knows its own customers, a call log by the line they call from; every 41st ticket has no
# topic, nor has a call that nobody took. A session keeps no solved state.
_HAS_TOPIC = """(
    contact_id NOT LIKE 'zendesk:%'
    OR (CAST(split_part(contact_id, ':', 2) AS BIGINT) - 2400001) % 41 > 0
)"""
_KNOWN = f"(channel <> 'phone' OR {_ANSWERED}) AND {_HAS_TOPIC}"
_CUSTOMER = "split_part(contact_id, ':', 1), requester"
_NEXT = f"""(
    SELECT n.*
    FROM (
        SELECT
            *,
            CASE WHEN {_TICKET} THEN first_solved_at END AS solved_at,
            coalesce(solved_at, arrived_at) AS settled_at,
            lead(arrived_at) OVER (PARTITION BY {_CUSTOMER}, topic ORDER BY arrived_at, contact_id)
                AS next_at,
            lead(arrived_at) OVER (PARTITION BY {_CUSTOMER} ORDER BY arrived_at, contact_id)
                AS next_on_any_topic_at
        FROM whole
        WHERE exclusion IS NULL AND {{known}}
    ) AS n
    SEMI JOIN {{{{population}}}} AS p ON p.contact_id = n.contact_id
)"""
_IS_REPEATED = "coalesce(next_at < settled_at + INTERVAL 7 DAY, FALSE)"
_WEEK_OVER = f"settled_at + INTERVAL 7 DAY <= {_CUT}"

_REVIEWED = "(FROM reviews SEMI JOIN {population} AS p USING (contact_id))"
_POLLED = "(FROM polls SEMI JOIN {population} AS p USING (contact_id))"
_RATED = "rating IS NOT NULL OR score IS NOT NULL"


TRUE = {
    "contacts": Truth("1"),
    "unanswered_share": Truth(f"NOT ({_ANSWERED})", _OFFERED),
    "first_response_seconds": Truth("first_response_seconds", _ANSWERED, slack=TO_THE_MINUTE),
    "first_response_censored_seconds": Truth(
        f"coalesce(first_response_seconds, epoch(coalesce(left_at, {_CUT})) - epoch(arrived_at))",
        _OFFERED,
        slack=TO_THE_MINUTE,
    ),
    "urgent_first_response_seconds": Truth(
        "first_response_seconds", f"{_ANSWERED} AND topic = 'stolen_account'", slack=TO_THE_MINUTE
    ),
    "queue_wait_seconds": Truth(_WAIT, f"{_OFFERED} AND {_WAIT} IS NOT NULL", slack=TO_THE_MINUTE),
    "speed_of_answer_seconds": Truth(_WAIT, _ANSWERED, slack=TO_THE_MINUTE),
    "abandoned_share": Truth("is_abandoned", _QUEUED),
    "net_abandoned_share": Truth(
        "is_abandoned", f"{_QUEUED} AND (NOT is_abandoned OR {_WAIT} >= 5)"
    ),
    "handle_seconds": Truth(
        "handle_seconds", "handle_seconds IS NOT NULL", "channel = 'phone'", is_told_wholly=False
    ),
    "bot_contained_share": Truth("is_bot_contained", _WITH_A_BOT),
    "bot_left_share": Truth("is_bot_left", _WITH_A_BOT),
    # the helpdesk's minutes are the ticket's alone, a history is also that of the chat before it
    **{
        metric: Truth(
            metric, f"{_STANDS} AND {metric} IS NOT NULL", "contact_id LIKE 'zendesk:%'",
            slack=TO_THE_MINUTE, is_told_wholly=False,
        )
        for metric in ("requester_wait_seconds", "agent_wait_seconds", "on_hold_seconds")
    },
    "agent_work_seconds": Truth(
        "agent_work_seconds", f"{_STANDS} AND agent_work_seconds IS NOT NULL",
        f"{_TICKET} AND arrived_at >= {_CUT} - INTERVAL {EVENTS_DAYS} DAY", is_told_wholly=False,
    ),
    "first_resolution_seconds": Truth(
        "epoch(first_solved_at) - epoch(arrived_at)", "first_solved_at IS NOT NULL", _TICKET,
        slack=2 * TO_THE_MINUTE,
    ),
    "full_resolution_seconds": Truth(
        "epoch(last_solved_at) - epoch(arrived_at)", _STANDS, _TICKET, slack=2 * TO_THE_MINUTE
    ),
    "resolved_share": Truth(_STANDS, f"arrived_at <= {_CUT} - INTERVAL 7 DAY", _TICKET),
    "reopened_share": Truth(
        "reopens_count > 0", f"first_solved_at <= {_CUT} - INTERVAL 7 DAY",
        # where a CSV tells solves a week apart, the reopening may have been within the week or not
        f"{_TICKET} AND (reopens_count = 0 OR last_solved_at - first_solved_at < INTERVAL 6 DAY)",
        is_told_wholly=False,
    ),
    "csat": Truth(
        "score >= 4", "score IS NOT NULL", f"NOT {_THUMBS}", dirty_share=SURVEY_DIRT
    ),
    "csat_score": Truth(
        "score", "score IS NOT NULL", f"NOT {_THUMBS}", dirty_share=SURVEY_DIRT
    ),
    "good_share": Truth(
        "coalesce(rating = 'good', score >= 4)",
        f"rating IS NOT NULL OR ({_THUMBS} AND score IS NOT NULL)",
        dirty_share=SURVEY_DIRT,
    ),
    **{
        f"{aspect}_score": Truth(
            aspect, f"{aspect} IS NOT NULL", f"NOT {_THUMBS}", dirty_share=SURVEY_DIRT
        )
        for aspect in ("professionalism", "speed", "problem_solving")
    },
    "survey_response_share": Truth(
        "coalesce(survey_answered_at <= survey_sent_at + INTERVAL 14 DAY, FALSE)",
        f"survey_sent_at + INTERVAL 14 DAY <= {_CUT}",
        "survey_sent_at IS NOT NULL",
        dirty_share=SURVEY_DIRT,
        is_told_wholly=False,
    ),
    "clarification_rounds": Truth(
        "clarification_rounds + coalesce(rounds_elsewhere, 0)", _ANSWERED,
        _HAS_TEXTS,
        rows=_MATTERS, dirty_share=MISREAD,
        is_told_wholly=False,
    ),
    "service_level_sl1": Truth(f"{_IN_TIME} OR {_LEFT_IN_TIME}", _SERVED, _CLEARLY),
    "service_level_sl2": Truth(_IN_TIME, f"{_ANSWERED} AND {_TARGET_OVER}", _CLEARLY),
    "service_level_sl3": Truth(_IN_TIME, _SERVED, _CLEARLY),
    "service_level": Truth(_IN_TIME, f"{_SERVED} AND NOT {_LEFT_IN_TIME}", _CLEARLY),
    "service_level_sl5": Truth(f"{_IN_TIME} OR {_LEFT_AT_ONCE}", _SERVED, _CLEARLY),
    "urgent_answered_share": Truth(
        f"{_ANSWERED} AND first_response_seconds <= urgent_target",
        f"is_urgent AND {_OFFERED} AND epoch({_CUT}) - epoch(arrived_at) >= urgent_target",
        f"{_LIVE} OR {_ANSWERED} IS FALSE"
        f" OR abs(first_response_seconds - urgent_target) > {TO_THE_MINUTE}",
    ),
    "left_before_reply_share": Truth(
        "len(list_concat(customer_wrote_at, customer_wrote_elsewhere_at)) < 2"
        f" AND coalesce(first_response_seconds > {72 * 3600}, TRUE)",
        f"arrived_at <= {_CUT} - INTERVAL 72 HOUR",
        f"(NOT {_LIVE} OR {_LEFT_A_MESSAGE}) AND {_HAS_TEXTS}",
        rows=_MATTERS,
    ),
    "out_of_hours_share": Truth("is_out_of_hours"),
    "urgent_out_of_hours_share": Truth("is_out_of_hours", "is_urgent"),
    "first_response_business_seconds": Truth(
        "open_seconds", _ANSWERED, f"{_LIVE} OR {_HAS_TEXTS}",
        slack=TO_THE_MINUTE, is_told_wholly=False,
    ),
    "email_answered_1_day_share": _EMAIL_DAYS[1],
    "email_answered_2_days_share": _EMAIL_DAYS[2],
    "email_answered_3_days_share": _EMAIL_DAYS[3],
    "resolution_censored_seconds": Truth(
        f"epoch(coalesce(first_solved_at, {_CUT})) - epoch(arrived_at)", "TRUE", _TICKET,
        slack=2 * TO_THE_MINUTE,
    ),
    "resolve_events": Truth(
        "1 + CAST(last_solved_at > first_solved_at AS INT)", "first_solved_at IS NOT NULL", _TICKET
    ),
    "reopen_events": Truth("reopens_count", "reopens_count > 0", _TICKET),
    "one_touch_share": Truth(
        f"{_REPLIES} + coalesce(replies_elsewhere, 0) = 1", _STANDS, _TICKET, rows=_MATTERS
    ),
    "transferred_share": Truth("coalesce(transfers_count, 0) > 0", _ANSWERED),
    "complete_at_first_share": Truth(
        "is_detail_given OR coalesce(is_detail_given_elsewhere, FALSE)",
        f"{_OFFERED} AND topic NOT IN ('login', 'other')",
        f"{_HAS_TEXTS} AND {_HAS_TOPIC}", rows=_MATTERS, dirty_share=MISREAD, is_told_wholly=False,
    ),
    "next_reply_seconds": Truth(
        "epoch(replied_at) - epoch(asked_at)", "replied_at IS NOT NULL", _HAS_TEXTS, rows=_RUNS,
        is_told_wholly=False,
    ),
    "next_reply_censored_seconds": Truth(
        f"epoch(coalesce(replied_at, {_CUT})) - epoch(asked_at)",
        "replied_at IS NOT NULL OR NOT stands", _HAS_TEXTS, rows=_RUNS, is_told_wholly=False,
    ),
    "repeated_share": Truth(
        _IS_REPEATED, _WEEK_OVER, _KNOWN, rows=_NEXT.format(known=_KNOWN),
        dirty_share=DIRTY_NEIGHBOURS, is_told_wholly=False,
    ),
    "first_contact_resolved_share": Truth(
        f"{_STANDS} AND NOT {_IS_REPEATED}", _WEEK_OVER, f"{_KNOWN} AND {_TICKET}",
        rows=_NEXT.format(known=_KNOWN), dirty_share=DIRTY_NEIGHBOURS,
    ),
    "bot_resolved_share": Truth(
        "is_bot_contained AND NOT is_bot_left AND coalesce(rating = 'good',"
        " coalesce(next_on_any_topic_at >= arrived_at + INTERVAL 7 DAY, TRUE))",
        f"({_WITH_A_BOT}) AND arrived_at + INTERVAL 7 DAY <= {_CUT}",
        rows=_NEXT.format(known="TRUE"), dirty_share=DIRTY_NEIGHBOURS,
    ),
    "good_to_bad_share": Truth(
        "coalesce(rating_change = 'good_to_bad', FALSE)", _RATED, dirty_share=SURVEY_DIRT
    ),
    "bad_to_good_share": Truth(
        "coalesce(rating_change = 'bad_to_good', FALSE)", _RATED, dirty_share=SURVEY_DIRT
    ),
    "nps": Truth(
        "CASE WHEN recommendation >= 9 THEN 100 WHEN recommendation >= 7 THEN 0 ELSE -100 END",
        "recommendation IS NOT NULL", rows=_POLLED,
    ),
    "ces_share": Truth("ease >= 5", "ease IS NOT NULL", rows=_POLLED),
    "ces_score": Truth("ease", "ease IS NOT NULL", rows=_POLLED),
    "iqs": Truth("score", "drawn = 'random'", rows=_REVIEWED, slack=1e-9),
    "iqs_weighted": Truth(
        "score / selection_probability", "drawn = 'random'", rows=_REVIEWED, slack=1e-9
    ),
}  # fmt: skip

# an agent is busy from an answer to the end of the work after it, once where contacts overlap
_BUSY = f"""(
    SELECT agent_id, starts, ends,
        max(ends) OVER (
            PARTITION BY agent_id ORDER BY starts, ends
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS busy_until
    FROM (
        SELECT
            agent_id, epoch(answered_at) AS starts,
            least(starts + coalesce(handle_seconds, epoch(ended_at) - starts), epoch({_CUT}))
                AS ends
        FROM whole
        WHERE answered_at >= {_CUT} - INTERVAL {STATES_DAYS} DAY AND ended_at > answered_at
    )
)"""
_REPORTED = '(SELECT "Search - Date" FROM searches)'
_DAY = "CAST({} + INTERVAL 9 HOUR AS DATE)"
# who found no article searched once more; what is reported is not told by single events
_UNREPORTED = f"""(
    SELECT CASE WHEN topic = 'unknown' THEN 2 ELSE 1 END AS n, is_followed_by_contact AS followed
    FROM visits
    WHERE {_DAY.format("started_at")} NOT IN {_REPORTED}
)"""
_VIEWED = f"""(
    SELECT "Article - Date" AS day, "Article views" AS n FROM views
    UNION ALL
    SELECT {_DAY.format("ended_at")} AS day, 1 AS n
    FROM visits
    WHERE topic <> 'unknown' AND day NOT IN (SELECT "Article - Date" FROM views)
)"""

TOTALS = {
    "deflection_share": Total("SELECT 1 - avg(CAST(is_followed_by_contact AS INT)) FROM visits"),
    "search_no_result_share": Total(
        'SELECT sum(Searches) FILTER ("Search results" = 0) / sum(Searches) FROM searches'
    ),
    "search_no_click_share": Total("SELECT 1 - sum(Clicks) / sum(Searches) FROM searches"),
    "search_contact_share": Total(
        f"""
        SELECT (any_value(contacts) + sum(n) FILTER (followed)) / (any_value(searches) + sum(n))
        FROM {_UNREPORTED}, (
            SELECT sum("Tickets created") AS contacts, sum(Searches) AS searches FROM searches
        )
        """
    ),
    "contacts_per_thousand_views": Total(
        f"""
        SELECT 1000 * (
            SELECT count(*) FROM whole
            WHERE exclusion IS NULL
                AND {_DAY.format("arrived_at")} BETWEEN (SELECT min(day) FROM {_VIEWED})
                    AND (SELECT max(day) FROM {_VIEWED})
        ) / (SELECT sum(n) FROM {_VIEWED})
        """,
        dirty_share=DIRTY_SHARE,
    ),
    "occupancy_share": Total(
        f"""
        SELECT busy / (busy + ready)
        FROM (
            SELECT sum(greatest(ends - greatest(starts, coalesce(busy_until, starts)), 0)) AS busy
            FROM {_BUSY}
        ), (
            SELECT sum(epoch(ends_at) - epoch(starts_at)) AS ready
            FROM agent_states WHERE state = 'Available'
        )
        """
    ),
    "utilisation_share": Total(
        """
        SELECT (
            SELECT sum(handle_seconds) FROM whole
            WHERE channel = 'phone' AND exclusion IS NULL AND arrived_at < '2026-09-30 15:00'
        ) / (
            SELECT 1800 * sum(agents) FROM schedules
            WHERE channel = 'phone' AND starts_at < '2026-10-01'
        )
        """,
        where={"channel": ["phone"]}, end="2026-09-30", dirty_share=DIRTY_SHARE,
    ),
    "backlog": Total(
        f"SELECT count(*) FROM whole WHERE exclusion IS NULL AND {_TICKET} AND NOT ({_STANDS})",
        dirty_share=0.02,
    ),
}  # fmt: skip
"""Metrics of visits, searches, views, half hours and days."""
