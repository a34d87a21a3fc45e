"""What an earlier window's numbers were when it was as old as the present one is.

Who is unanswered or unsolved today may be answered or solved tomorrow, so that of two windows the
earlier one would look better; and of the answered, the later one lacks those who wait longest.
Each contact of the past therefore stands as it did at a moment that lies so many whole windows
before the data cut as the contact lies before the present window: both have been followed for as
long, and a window that the cut ends early meets one that ends as early.
"""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pandas as pd

from pipelines.api.definitions import Definition
from pipelines.api.published import Build

_CONTACTS = """
    WITH stood AS (
        SELECT *
        FROM (
            SELECT *, TIMESTAMP '{cut}' - to_days((DATE '{start}' - arrived_on + {days} - 1) // {days} * {days})
                AS _stood_at
            FROM main.fact_contacts
            WHERE arrived_on >= DATE '{first}' AND arrived_on < DATE '{start}'
        )
        WHERE arrived_at <= _stood_at
    )
"""  # noqa: E501
_ANSWERED = """,
    fact_contacts AS (
        SELECT * REPLACE (
            is_answered AND is_told AS is_answered,
            is_answered_in_queue AND is_told AS is_answered_in_queue,
            CASE WHEN is_told THEN first_response_seconds END AS first_response_seconds,
            CASE WHEN is_told THEN first_response_business_seconds END AS first_response_business_seconds,
            CASE WHEN is_told THEN queue_wait_seconds END AS queue_wait_seconds
        )
        FROM (
            SELECT *, NOT is_answered OR coalesce(arrived_at + to_seconds(waited_seconds) <= _stood_at, TRUE) AS is_told
            FROM stood
        )
    )
"""  # noqa: E501
# Solved by then, unless a reopening came after; as today where no time of a solve is told.
_SOLVED = """,
    turned AS (
        SELECT
            s.contact_id,
            max(e.turned_at) FILTER (WHERE e.is_solve) AS solved_again_at,
            max(e.turned_at) FILTER (WHERE NOT e.is_solve) AS reopened_at
        FROM stood AS s
        INNER JOIN (
            SELECT contact_id, solved_at AS turned_at, TRUE AS is_solve
            FROM fact_resolutions
            WHERE ordinal > 1 AND solved_on >= DATE '{first}'
            UNION ALL
            SELECT contact_id, reopened_at, FALSE
            FROM fact_reopenings
            WHERE reopened_on >= DATE '{first}'
        ) AS e ON e.contact_id = s.contact_id AND e.turned_at <= s._stood_at
        GROUP BY s.contact_id
    ),
    solved AS (
        SELECT
            s.*,
            t.reopened_at,
            greatest(
                CASE WHEN s.first_solved_at <= s._stood_at THEN s.first_solved_at END,
                CASE WHEN s.last_solved_at <= s._stood_at THEN s.last_solved_at END,
                t.solved_again_at
            ) AS solved_by
        FROM stood AS s
        LEFT JOIN turned AS t ON t.contact_id = s.contact_id
    ),
    fact_contacts AS (
        SELECT * REPLACE (
            CASE
                WHEN is_resolved IS NULL THEN NULL
                WHEN reopened_at IS NOT NULL THEN coalesce(solved_by >= reopened_at, FALSE)
                WHEN first_solved_at IS NULL AND last_solved_at IS NULL THEN is_resolved
                ELSE solved_by IS NOT NULL
            END AS is_resolved,
            CASE WHEN first_solved_at <= _stood_at THEN first_solved_at END AS first_solved_at
        )
        FROM solved
    )
"""
_RESOLVED = _SOLVED.replace(
    "FROM solved\n",
    "FROM solved\n"
    "WHERE arrived_at <= _stood_at - (SELECT to_days(resolution_follow_up_days) FROM ref_rules)\n",
)
_REPEATED = (
    _SOLVED
    + """,
    fact_repeats AS (
        SELECT * REPLACE (
            has_come_back AS is_repeated,
            CASE WHEN has_come_back IS NOT NULL AND is_resolved IS NOT NULL THEN is_resolved AND NOT has_come_back END AS is_first_contact_resolved
        )
        FROM (
            SELECT
                r.*,
                c.is_resolved,
                coalesce(c.first_solved_at, c.arrived_at) + to_days(u.repeat_window_days) AS waited_until,
                CASE WHEN waited_until <= c._stood_at THEN coalesce(n.arrived_at < waited_until, FALSE) END
                    AS has_come_back
            FROM main.fact_repeats AS r
            INNER JOIN fact_contacts AS c ON c.contact_id = r.contact_id
            CROSS JOIN ref_rules AS u
            LEFT JOIN main.fact_contacts AS n ON n.contact_id = r.repeated_by AND n.arrived_on >= DATE '{first}'
            WHERE r.arrived_on >= DATE '{first}' AND r.arrived_on < DATE '{start}'
        )
    )
"""  # noqa: E501
)
STATES = {
    "contacts": ", fact_contacts AS (SELECT * FROM stood)",
    **dict.fromkeys(
        (
            "unanswered_share",
            "first_response_seconds",
            "first_response_business_seconds",
            "urgent_first_response_seconds",
            "speed_of_answer_seconds",
            "queue_wait_seconds",
        ),
        _ANSWERED,
    ),
    "resolved_share": _RESOLVED,
    "first_contact_resolved_share": _REPEATED,
    "repeated_share": _REPEATED,
}
"""What the observations of a metric are made from, as it stood: text after `_CONTACTS`."""


def as_it_stood(
    build: Build, definition: Definition, first: date, start: date, end: date
) -> str | None:
    """SQL of the metric's observations from `first` to the day before `start`, as they stood when
    they were as old as those of `start` to `end` are; None where all of them are as they are."""
    if definition.metric not in STATES:
        return None
    cut = pd.Timestamp(build.info["data_cut_at"])
    if definition.metric == "contacts" and _is_over(end, cut, build.info["zone"]):
        return None
    days = (end - start).days + 1
    text = _CONTACTS + STATES[definition.metric]
    return text.format(cut=cut, first=first, start=start, days=days) + definition.sql


def _is_over(day: date, cut: pd.Timestamp, zone: str) -> bool:
    """Whether the data reach the last half hour of the day."""
    last = datetime.combine(day, time(23, 30), ZoneInfo(zone))
    return cut.tz_localize("UTC") >= last
