"""Do we reproduce the helpdesk's own figures: how many agree within a minute, and why not the rest.

A rule that names a `vendor_column` is the documented definition of a figure that the helpdesk's
export carries. Where the contact's instants are known too, both are compared. Where only the
figure is known there is nothing to compare it with, and it says so: such rows are told, but not
recomputed.

A reason is given only where it is proved: another way of counting gives the vendor's figure, to
the minute, from the contact's own instants. Everything else is `unknown`.
"""

import pandas as pd

from pipelines.api.definitions import Definition
from pipelines.api.published import Build
from pipelines.api.selection import Scope, lookup, page, select
from pipelines.statistics import intervals

TOLERANCE_SECONDS = 60
"""Helpdesks write whole minutes, and say nowhere whether they round or cut."""

COLUMNS = (
    "system", "rule", "label", "told", "recomputed", "agreeing", "value", "n", "low", "high",
    "median_gap_seconds",
)  # fmt: skip
ROW_COLUMNS = (
    "contact_id", "channel", "language", "topic", "day", "value", "vendor_value", "difference",
    "reason",
)  # fmt: skip

_FIRST_RESPONSE = {
    "starts_at_first_message": ("c.first_written_at", "v.stopped_at"),
    "starts_at_handover": ("c.handed_over_at", "v.stopped_at"),
    "starts_at_merged_arrival": ("c.arrived_at", "v.stopped_at"),
    "starts_at_creation": ("c.created_at", "v.stopped_at"),
    "stops_at_bot_reply": ("v.started_at", "c.first_bot_reply_at"),
    "stops_at_first_agent_message": ("v.started_at", "c.first_agent_at"),
    "stops_at_next_agent_message": ("v.started_at", "c.next_agent_at"),
    "stops_at_first_reply": ("v.started_at", "c.first_reply_at"),
    "stops_at_first_solve": ("v.started_at", "c.first_solved_at"),
}
_RESOLUTION = {
    "starts_at_first_message": ("c.first_written_at", "v.stopped_at"),
    "starts_at_merged_arrival": ("c.arrived_at", "v.stopped_at"),
    "stops_at_first_solve": ("v.started_at", "c.first_solved_at"),
    "stops_at_last_solve": ("v.started_at", "c.last_solved_at"),
    "stops_at_closing": ("v.started_at", "c.closed_at"),
    "stops_at_last_update": ("v.started_at", "c.updated_at"),
}
_WAYS = {
    "first_response_seconds": _FIRST_RESPONSE,
    "first_resolution_seconds": _RESOLUTION,
    "full_resolution_seconds": _RESOLUTION,
}
"""Other ways of counting, by metric: where the clock would start and stop."""

_SUMS = {
    "requester_wait_seconds": {
        "without_on_hold": "c.requester_wait_seconds - c.on_hold_seconds",
        "with_pending": "c.requester_wait_seconds + c.agent_wait_seconds",
        "whole_resolution": "c.full_resolution_seconds",
    },
}
"""And which times it would add up."""


def agreement(build: Build, scope: Scope) -> pd.DataFrame:
    """One row per rule with a vendor's figure (COLUMNS), by system and rule.

    `told`: contacts of that system with a figure; `recomputed`: those whose instants are known
    too (= `n`); `agreeing` within TOLERANCE_SECONDS; `value`: agreeing / recomputed with its
    Wilson interval, NULL where nothing could be recomputed.
    """
    rows = []
    for rule in _with_figure(build):
        sql, parameters = _compared(build, rule, scope)
        (found,) = build.query(
            f"""
            SELECT
                count(*) AS told,
                count(value) AS recomputed,
                count(*) FILTER (abs(difference) <= {TOLERANCE_SECONDS}) AS agreeing,
                median(abs(difference)) AS median_gap_seconds
            FROM ({sql})
            """,
            parameters,
        ).to_dict("records")
        rows.append({"system": rule.system, "rule": rule.metric, "label": rule.label} | found)
    table = pd.DataFrame(
        rows, columns=[c for c in COLUMNS if c not in ("value", "low", "high", "n")]
    )
    n, agreeing = (table[name].to_numpy(dtype=float) for name in ("recomputed", "agreeing"))
    low, high = intervals.wilson(agreeing, n)
    share = intervals.ratio(agreeing, n)
    table = table.assign(value=share, n=table["recomputed"], low=low, high=high)[list(COLUMNS)]
    table.attrs = {"unit": "share", "cut": pd.Timestamp(build.info["data_cut_at"])}
    return table


def disagreements(build: Build, rule: str, scope: Scope, limit: int, offset: int) -> pd.DataFrame:
    """Contacts whose figure differs by more than a minute (ROW_COLUMNS), the largest gap first.

    `.attrs["reasons"]` counts them by reason, over all of them.

    Raises UnknownNameError for a rule without a vendor's figure.
    """
    known = {each.metric: each for each in _with_figure(build)}
    asked = lookup(rule, known, "rule with a vendor's figure")
    sql, parameters = _compared(build, asked, scope)
    differing = f"SELECT * FROM ({sql}) WHERE abs(difference) > {TOLERANCE_SECONDS}"
    found = build.query(
        f"SELECT {', '.join(ROW_COLUMNS)} FROM ({differing})"
        " ORDER BY abs(difference) DESC, contact_id LIMIT ? OFFSET ?",
        [*parameters, *page(limit, offset)],
    )
    counted = build.query(
        f"SELECT reason, count(*) AS n FROM ({differing}) GROUP BY reason ORDER BY n DESC, reason",
        parameters,
    )
    found.attrs = {
        "rule": rule,
        "unit": asked.unit,
        "reasons": {row.reason: int(row.n) for row in counted.itertuples()},
    }
    return found


def _with_figure(build: Build) -> list[Definition]:
    told = [d for d in build.definitions.values() if d.vendor_column and d.system]
    return sorted(told, key=lambda d: (d.system, d.metric))


def _compared(build: Build, rule: Definition, scope: Scope) -> tuple[str, list]:
    """SQL of every contact with a figure: value is NULL where it can't be recomputed."""
    build.check_values(scope.where)
    # dated by creation, so that contacts which the rule itself can't date are there too
    dated = {"agent": "agent_id", "observed_on": "created_on"}
    selection = select("fact_contacts", build.columns["fact_contacts"], (), scope, dated)
    sql = f"""
        SELECT
            c.contact_id,
            c.channel,
            c.language,
            c.topic,
            c.created_on AS day,
            v.value,
            c.{rule.vendor_column} AS vendor_value,
            v.value - c.{rule.vendor_column} AS difference,
            {_proof(rule)} AS reason
        FROM (
            SELECT *
            FROM fact_contacts
            WHERE source = '{rule.system}'
                AND {rule.vendor_column} IS NOT NULL
                AND coalesce(exclusion, '') NOT IN ('deleted', 'quarantined')
                AND {selection.condition.text}
        ) AS c
        LEFT JOIN metric_{rule.metric} AS v
            ON v.contact_id = c.contact_id AND {_is_recomputed(rule)}
    """
    return sql, list(selection.condition.parameters)


def _is_recomputed(rule: Definition) -> str:
    """SQL of whether the contact's own instants tell the rule's value, not the vendor's figure."""
    known = {
        "first_response_seconds": "coalesce(c.first_response_origin, '') <> 'vendor'",
        "first_resolution_seconds": "coalesce(c.first_resolution_origin, '') = 'timestamps'",
        "full_resolution_seconds": "coalesce(c.full_resolution_origin, '') = 'timestamps'",
        "requester_wait_seconds": "c.agent_work_seconds IS NOT NULL",
    }
    return known[rule.variant_of]


def _proof(rule: Definition) -> str:
    """SQL of the first other way of counting that gives the vendor's figure to the minute."""
    told = f"c.{rule.vendor_column}"
    cases = []
    if rule.is_business_time:
        cases.append(("calendar_time", f"date_sub('second', v.started_at, v.stopped_at) - {told}"))
    for code, (starts, stops) in _WAYS.get(rule.variant_of, {}).items():
        cases.append((code, f"date_sub('second', {starts}, {stops}) - {told}"))
    for code, seconds in _SUMS.get(rule.variant_of, {}).items():
        cases.append((code, f"{seconds} - {told}"))
    if rule.variant_of == "first_response_seconds" and not rule.is_business_time:
        cases.append(("opening_hours", f"c.first_response_business_seconds - {told}"))
    proofs = " ".join(
        f"WHEN abs({gap}) <= {TOLERANCE_SECONDS} THEN '{code}'" for code, gap in cases
    )
    whole_hours = f"(abs(v.value - {told}) + {TOLERANCE_SECONDS}) % 3600 <= {2 * TOLERANCE_SECONDS}"
    return f"CASE {proofs} WHEN {whole_hours} THEN 'whole_hours_apart' ELSE 'unknown' END"
