"""What each metric truly is in the invented exchange: of the simulation, and not of its exports.

`truth` has one row per true contact that counts and whose row in the exports is clean; `cut`
holds the end of the data. Both are made by test_every_metric_is_true.py.
"""

from dataclasses import dataclass

TO_THE_MINUTE = 60
"""Zendesk's CSV tells when a ticket came to the minute, and cuts its durations to minutes too."""

SURVEY_DIRT = 0.005
"""surveys.csv has dirt of its own, four in a thousand, that the truth does not tell by contact."""

MISREAD = 0.001
"""Requests are told by their wording; of the contacts of agents who ask, few are misread."""


@dataclass(frozen=True)
class Truth:
    """`value` of every contact that is `true` in the population, compared where `told`.

    `slack` is the precision of the exports; `dirty_share` the observations that may be missing
    or wrong. `is_told_wholly`: what is not `told` is not in the metric's population either."""

    value: str
    true: str = "TRUE"
    told: str = "TRUE"
    slack: int = 0
    dirty_share: float = 0
    is_told_wholly: bool = True

    @property
    def sql(self) -> str:
        """contact_id and value of the population."""
        return f"""
            SELECT contact_id, CAST({self.value} AS DOUBLE) AS value FROM truth
            WHERE ({self.true}) AND ({self.told})
        """


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
    "first_resolution_seconds": Truth(
        "epoch(first_solved_at) - epoch(arrived_at)", "first_solved_at IS NOT NULL", _TICKET,
        slack=2 * TO_THE_MINUTE,
    ),
    "full_resolution_seconds": Truth(
        "epoch(last_solved_at) - epoch(arrived_at)", _STANDS, _TICKET, slack=2 * TO_THE_MINUTE
    ),
    "resolved_share": Truth(_STANDS, f"arrived_at <= {_CUT} - INTERVAL 7 DAY", _TICKET),
    "reopened_share": Truth(
        "reopens_count > 0", "first_solved_at IS NOT NULL",
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
        "clarification_rounds", _ANSWERED,
        "contact_id IN (SELECT contact_id FROM fact_messages WHERE text IS NOT NULL)",
        dirty_share=MISREAD,
        is_told_wholly=False,
    ),
}  # fmt: skip

NOT_TOLD = {
    **dict.fromkeys(
        ("iqs", "iqs_weighted", "deflection_share", "good_to_bad_share", "bad_to_good_share"),
        "has a truth of its own in test_truth_of_voices.py",
    ),
    **dict.fromkeys(
        ("nps", "ces_share", "ces_score"),
        "polls are exported as they were drawn: the export is the truth; by hand in tests/metrics",
    ),
    **dict.fromkeys(
        (
            "service_level", "service_level_sl1", "service_level_sl2", "service_level_sl3",
            "service_level_sl5", "urgent_answered_share", "left_before_reply_share",
        ),
        "a wait above, held against the site's target; formulas in tests/metrics/test_two_ways.py",
    ),
    **dict.fromkeys(
        (
            "first_response_business_seconds", "out_of_hours_share", "urgent_out_of_hours_share",
            "email_answered_1_day_share", "email_answered_2_days_share",
            "email_answered_3_days_share",
        ),
        "opening hours are settings; walked minute by minute in tests/metrics/test_two_ways.py",
    ),
    **dict.fromkeys(
        ("first_contact_resolved_share", "repeated_share", "bot_resolved_share"),
        "the truth names no requester; by statistics.clusters in tests/metrics/test_two_ways.py",
    ),
    **dict.fromkeys(
        (
            "requester_wait_seconds", "agent_wait_seconds", "agent_work_seconds",
            "on_hold_seconds", "next_reply_seconds", "next_reply_censored_seconds",
            "resolve_events", "reopen_events", "backlog", "resolution_censored_seconds",
        ),
        "the truth keeps ends and no history; walked in tests/metrics/test_two_ways.py",
    ),
    **dict.fromkeys(
        (
            "transferred_share", "one_touch_share", "complete_at_first_share", "occupancy_share",
            "utilisation_share", "contacts_per_thousand_views", "search_no_result_share",
            "search_no_click_share", "search_contact_share",
        ),
        "nothing of it is simulated apart from the export; by hand in tests/metrics",
    ),
}  # fmt: skip
"""Metrics of which the simulation keeps no truth by contact: why, and what proves them instead."""
