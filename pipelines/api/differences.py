"""Why two rules give two numbers: contact by contact, with the difference taken apart.

A duration by one rule and by another differ by four parts that add up to the second exactly:
where the clock starts, where it stops, what time it counts (calendar or opening hours), and how
the result is rounded. A contact that only one rule counts differs by what the other one leaves
out. Every reason is read off the contact's own instants and states; where none explains it, the
reason is `unknown`.
"""

from dataclasses import dataclass

import pandas as pd

from pipelines.api import measures
from pipelines.api.definitions import Definition
from pipelines.api.published import Build
from pipelines.api.selection import Condition, Scope, page
from pipelines.api.switchboard import relation_of, rule_of

COLUMNS = (
    "contact_id", "channel", "language", "topic", "day", "other_day", "value", "other_value",
    "difference", "start_seconds", "stop_seconds", "hours_seconds", "rounding_seconds", "reason",
)  # fmt: skip

REQUIREMENTS = {
    "ticket": "c.kind = 'ticket'",
    "offered": "c.is_offered",
    "customer_message": "c.first_written_at IS NOT NULL",
    "any_reply": "least(c.first_bot_reply_at, c.first_reply_at) IS NOT NULL",
    "reply": "c.first_response_seconds IS NOT NULL",
    "reply_time": "c.first_reply_at IS NOT NULL",
    "agent_message": "c.first_agent_at IS NOT NULL",
    "later_agent_message": "coalesce(c.first_agent_at > c.created_at, FALSE)"
    " OR c.next_agent_at IS NOT NULL",
    "assignment": "(c.agent_id IS NOT NULL OR c.team IS NOT NULL)",
    "solve": "c.first_solved_at IS NOT NULL",
    "solved_now": "c.is_resolved",
    "known_reopening": "c.is_reopened_in_window IS NOT NULL",
    "reopen_window_over": "c.first_solved_at <= (SELECT data_cut_at - to_days(reopen_window_days)"
    " FROM build_info, ref_rules)",
    "status_history": "c.agent_work_seconds IS NOT NULL",
    "calendar": "c.calendar_id IS NOT NULL",
}
"""What a contact must have to be observed: the words of `requires`, over fact_contacts AS c."""

_STARTS = {
    "first_written_at": "starts_at_first_message",
    "created_at": "starts_at_creation",
    "handed_over_at": "starts_at_handover",
    "arrived_at": "starts_at_merged_arrival",
}
_STOPS = {
    "first_reply_at": "stops_at_first_reply",
    "first_bot_reply_at": "stops_at_bot_reply",
    "next_agent_at": "stops_at_next_agent_message",
    "first_agent_at": "stops_at_first_agent_message",
    "first_solved_at": "stops_at_first_solve",
    "last_solved_at": "stops_at_last_solve",
}
_PARTS = ("start_seconds", "stop_seconds", "hours_seconds", "rounding_seconds")


@dataclass(frozen=True)
class Comparison:
    """SQL of every observation by two rules, matched: one row where at least one counts it."""

    sql: str
    parameters: tuple


def differences(
    build: Build,
    metric: str,
    other: str,
    scope: Scope,
    thresholds: dict[str, int | None],
    reason: str | None,
    limit: int,
    offset: int,
) -> pd.DataFrame:
    """Rows that two rules count differently (COLUMNS), the largest difference first.

    `reason` is one of `difference_reasons`; None: any.

    `.attrs` holds both definitions' names, `compared` (rows that at least one rule counts) and
    `differing`.
    """
    rule, other_rule = rule_of(build, metric, other)
    compared = _comparison(build, rule, other_rule, scope, thresholds)
    counts = build.query(
        f"SELECT count(*) AS compared, count(*) FILTER (reason IS NOT NULL) AS differing"
        f" FROM ({compared.sql})",
        compared.parameters,
    ).iloc[0]
    found = build.query(
        f"SELECT {', '.join(COLUMNS)} FROM ({compared.sql}) WHERE reason = coalesce(?, reason)"
        " ORDER BY abs(difference) DESC NULLS LAST, contact_id, day LIMIT ? OFFSET ?",
        [*compared.parameters, reason, *page(limit, offset)],
    )
    found.attrs = _attrs(rule, other_rule) | {name: int(n) for name, n in counts.items()}
    return found


def difference_reasons(
    build: Build,
    metric: str,
    other: str,
    scope: Scope,
    thresholds: dict[str, int | None],
) -> pd.DataFrame:
    """[reason, n, only_here, only_there, mean_difference], the most frequent reason first.

    `only_here` and `only_there` count contacts that one rule leaves out; `mean_difference` is that
    of the contacts that both count, NULL where there are none.
    """
    rule, other_rule = rule_of(build, metric, other)
    compared = _comparison(build, rule, other_rule, scope, thresholds)
    found = build.query(
        f"""
        SELECT
            reason,
            count(*) AS n,
            count(*) FILTER (value IS NOT NULL AND other_value IS NULL) AS only_here,
            count(*) FILTER (value IS NULL AND other_value IS NOT NULL) AS only_there,
            avg(difference) AS mean_difference
        FROM ({compared.sql})
        WHERE reason IS NOT NULL
        GROUP BY reason
        ORDER BY n DESC, reason
        """,
        compared.parameters,
    )
    found.attrs = _attrs(rule, other_rule)
    return found


def _attrs(rule: Definition, other: Definition) -> dict:
    return {
        "metric": rule.variant_of or rule.metric,
        "rule": rule.metric,
        "other_rule": other.metric,
        "unit": rule.unit,
    }


def _comparison(
    build: Build,
    rule: Definition,
    other: Definition,
    scope: Scope,
    thresholds: dict[str, int | None],
) -> Comparison:
    sides, parameters = [], []
    for side in (rule, other):
        selection = measures.select_metric(build, side.metric, (), scope)
        columns = build.columns[f"metric_{side.metric}"]
        source = relation_of(side, thresholds)
        source = f"({source})" if source else f"metric_{side.metric}"
        sides.append((side, columns, source, selection.span, selection.filters))
    keyed = "survey_id" if all("survey_id" in columns for _, columns, *_ in sides) else "contact_id"
    in_range = " UNION ".join(
        f"SELECT {keyed} AS observation_id FROM {source} WHERE "
        + Condition.all_of((span, filters)).text
        for _, _, source, span, filters in sides
    )
    for _, _, _, span, filters in sides:
        parameters += [*span.parameters, *filters.parameters]
    ctes = [f"keys AS ({in_range})"]
    for name, (_, columns, source, span, filters) in zip("ab", sides, strict=True):
        ctes.append(f"{name} AS ({_observed(columns, source, span, filters, keyed)})")
        parameters += [*span.parameters, *filters.parameters]
    ctes.append(f"matched AS ({_matched()})")
    reason = _reason(rule, other)
    sql = f"""
        WITH {", ".join(ctes)},
        parts AS (
            SELECT
                m.*,
                CASE WHEN is_both THEN date_sub('second', other_started_at, started_at) END
                    AS start_seconds,
                CASE WHEN is_both THEN date_sub('second', stopped_at, other_stopped_at) END
                    AS stop_seconds,
                CASE WHEN is_both THEN
                    (other_exact_seconds - date_sub('second', other_started_at, other_stopped_at))
                    - (exact_seconds - date_sub('second', started_at, stopped_at)) END
                    AS hours_seconds,
                CASE WHEN is_both THEN
                    (other_value - other_exact_seconds) - (value - exact_seconds) END
                    AS rounding_seconds
            FROM matched AS m
        )
        SELECT
            p.contact_id,
            coalesce(c.channel, p.channel) AS channel,
            coalesce(c.language, p.language) AS language,
            coalesce(c.topic, p.topic) AS topic,
            p.day,
            p.other_day,
            p.value,
            p.other_value,
            p.difference,
            p.start_seconds,
            p.stop_seconds,
            p.hours_seconds,
            p.rounding_seconds,
            {reason} AS reason
        FROM parts AS p
        LEFT JOIN fact_contacts AS c ON c.contact_id = p.contact_id
    """
    return Comparison(sql, tuple(parameters))


def _observed(columns, source: str, span: Condition, filters: Condition, keyed: str) -> str:
    """A rule's observations of the contacts in question, also those of other days.

    Of several observations of one contact the last is matched with the last.
    """
    has_clock = "started_at" in columns
    exact = "exact_seconds" if "exact_seconds" in columns else "CAST(value AS BIGINT)"
    clock = (
        "started_at, stopped_at"
        if has_clock
        else "CAST(NULL AS TIMESTAMP) AS started_at, CAST(NULL AS TIMESTAMP) AS stopped_at"
    )
    because = "because" if "because" in columns else "CAST(NULL AS VARCHAR) AS because"
    last_first = "stopped_at DESC NULLS LAST, value" if has_clock else "observed_on DESC, value"
    return f"""
        SELECT
            {keyed} AS observation_id, contact_id, channel, language, topic, observed_on,
            CAST(value AS BIGINT) AS value, {clock}, {exact} AS exact_seconds, {because},
            ({span.text}) AS is_in_range,
            row_number() OVER (PARTITION BY {keyed} ORDER BY {last_first}) AS turn
        FROM {source}
        WHERE {filters.text} AND {keyed} IN (SELECT observation_id FROM keys)
    """


def _matched() -> str:
    """One row per observation; the value of a rule that counts it on a day outside is NULL."""
    return """
        SELECT
            coalesce(a.contact_id, b.contact_id) AS contact_id,
            coalesce(a.channel, b.channel) AS channel,
            coalesce(a.language, b.language) AS language,
            coalesce(a.topic, b.topic) AS topic,
            coalesce(a.turn, b.turn) AS turn,
            a.observed_on AS day,
            b.observed_on AS other_day,
            a.contact_id IS NOT NULL AND b.contact_id IS NOT NULL
                AND coalesce(a.is_in_range, TRUE) AND coalesce(b.is_in_range, TRUE) AS is_both,
            a.contact_id IS NOT NULL AS is_here,
            b.contact_id IS NOT NULL AS is_there,
            CASE WHEN coalesce(a.is_in_range, TRUE) THEN a.value END AS value,
            CASE WHEN coalesce(b.is_in_range, TRUE) THEN b.value END AS other_value,
            CASE WHEN is_both THEN b.value - a.value END AS difference,
            a.started_at, a.stopped_at, a.exact_seconds, a.because,
            b.started_at AS other_started_at, b.stopped_at AS other_stopped_at,
            b.exact_seconds AS other_exact_seconds, b.because AS other_because
        FROM a
        FULL JOIN b ON a.observation_id = b.observation_id AND a.turn = b.turn
        WHERE coalesce(a.is_in_range, a.contact_id IS NOT NULL)
            OR coalesce(b.is_in_range, b.contact_id IS NOT NULL)
    """


def _reason(rule: Definition, other: Definition) -> str:
    """SQL of the reason: what the other rule does that this one does not; NULL where they agree."""
    hours = (
        "other_schedule"
        if rule.is_business_time == other.is_business_time
        else ("opening_hours" if other.is_business_time else "calendar_time")
    )
    starts = _place("other_started_at", _STARTS, "starts_elsewhere")
    stops = _place("other_stopped_at", _STOPS, "stops_elsewhere")
    both = ", ".join(
        (
            f"CASE WHEN p.start_seconds <> 0 THEN {starts} END",
            f"CASE WHEN p.stop_seconds <> 0 THEN {stops} END",
            f"CASE WHEN p.hours_seconds <> 0 THEN '{hours}' END",
            "CASE WHEN p.rounding_seconds <> 0 THEN 'whole_minutes' END",
            "CASE WHEN p.difference <> 0 THEN coalesce(p.because, p.other_because) END",
        )
    )
    return f"""
        CASE
            WHEN p.is_here AND p.is_there AND NOT p.is_both THEN 'other_day'
            WHEN NOT p.is_there THEN {_absence(other, rule, "p.because")}
            WHEN NOT p.is_here THEN {_absence(rule, other, "p.other_because")}
            WHEN p.difference <> 0 THEN coalesce(nullif(concat_ws(', ', {both}), ''), 'unknown')
        END
    """


def _place(instant: str, places: dict[str, str], elsewhere: str) -> str:
    cases = " ".join(
        f"WHEN p.{instant} = c.{column} THEN '{code}'" for column, code in places.items()
    )
    return f"CASE {cases} ELSE '{elsewhere}' END"


def _absence(absent: Definition, present: Definition, because: str) -> str:
    """Why a rule does not count a contact that another one counts, by the absent one's terms."""
    left_out = "c.exclusion IS NOT NULL"
    if absent.leaves_out is not None:
        left_out = f"c.exclusion IN ({', '.join(repr(code) for code in absent.leaves_out)})"
    lacking = " ".join(
        f"WHEN NOT coalesce({REQUIREMENTS[name]}, FALSE) THEN 'no_{name}'"
        for name in absent.requires
        if name not in present.requires
    )
    return f"""
        CASE
            WHEN p.turn > 1 THEN 'each_occurrence_counts'
            WHEN {left_out} THEN c.exclusion
            {lacking}
            ELSE coalesce({because}, 'unknown')
        END
    """
