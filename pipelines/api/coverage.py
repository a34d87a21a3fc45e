"""When customers come and whether anybody is scheduled then: queues by local hour."""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from pipelines.api.published import Build
from pipelines.api.records import counted
from pipelines.api.selection import CALENDAR, Scope, as_list, lookup, select
from pipelines.statistics import intervals

_OF_SCHEDULES = ("channel", "language", *CALENDAR, "weekday")
_COLUMNS = {"channel": "h.channel", "language": "h.language", "hour": "h.local_slot // 2"}


def coverage(build: Build, by: Sequence[str], scope: Scope) -> pd.DataFrame:
    """See `Warehouse.coverage`."""
    names = list(dict.fromkeys(as_list(by)))
    groups = [f"{lookup(name, _COLUMNS, 'coverage: breakdown')} AS {name}" for name in names]
    arrived = counted(build, "fact_contacts", "arrived_on", scope).condition
    # Of the filters those that a schedule knows: a roster has no topics.
    queues = {name: wanted for name, wanted in scope.wanted.items() if name in _OF_SCHEDULES}
    on_duty = select(
        "fact_schedules",
        build.columns["fact_schedules"],
        (),
        replace(scope, where=queues),
        renamed={"observed_on": "local_on"},
    ).condition
    places = ", ".join(str(place + 1) for place in range(len(names)))
    found = build.query(
        f"""
        WITH planned AS (
            SELECT DISTINCT channel, language FROM fact_schedules
        ),
        -- before the first day that any schedule tells, and after the last, nobody knows who worked
        told AS (
            SELECT min(local_on) AS first_on, max(local_on) AS last_on FROM fact_schedules
        ),
        duty AS (
            SELECT channel, language, local_on, local_slot, sum(agents) / 2 AS agent_hours
            FROM fact_schedules
            WHERE {on_duty.text}
            GROUP BY channel, language, local_on, local_slot
        ),
        demand AS (
            SELECT
                channel,
                language,
                arrived_on AS local_on,
                arrived_slot AS local_slot,
                count(*) AS contacts
            FROM fact_contacts
            WHERE {arrived.text}
            GROUP BY channel, language, arrived_on, arrived_slot
        ),
        half_hours AS (
            SELECT
                coalesce(c.channel, d.channel) AS channel,
                coalesce(c.language, d.language) AS language,
                coalesce(c.local_on, d.local_on) AS local_on,
                coalesce(c.local_slot, d.local_slot) AS local_slot,
                coalesce(c.contacts, 0) AS contacts,
                coalesce(d.agent_hours, 0) AS agent_hours
            FROM demand AS c
            FULL JOIN duty AS d
                ON c.channel = d.channel
                AND c.language = d.language
                AND c.local_on = d.local_on
                AND c.local_slot = d.local_slot
        )
        SELECT
            {"".join(f"{group}, " for group in groups)}
            CAST(coalesce(sum(h.contacts), 0) AS BIGINT) AS n,
            coalesce(sum(h.contacts) FILTER (WHERE p.channel IS NOT NULL), 0) AS known,
            coalesce(sum(h.contacts) FILTER (
                WHERE p.channel IS NOT NULL AND h.agent_hours = 0
            ), 0) AS uncovered,
            CASE WHEN count(p.channel) > 0 THEN sum(h.agent_hours) END AS agent_hours
        FROM half_hours AS h
        CROSS JOIN told AS t
        LEFT JOIN planned AS p
            ON p.channel = h.channel
            AND p.language = h.language
            AND h.local_on BETWEEN t.first_on AND t.last_on
        {f"GROUP BY {places} ORDER BY {places}" if names else ""}
        """,
        [*on_duty.parameters, *arrived.parameters],
    )
    known, uncovered = (found[name].to_numpy(dtype=float) for name in ("known", "uncovered"))
    low, high = intervals.wilson(uncovered, known)
    found = found.drop(columns=["known", "uncovered"]).assign(
        value=intervals.ratio(uncovered, known), low=low, high=high
    )
    found = found[[*names, "value", "n", "low", "high", "agent_hours"]]
    return with_clock_hours(found)


def with_clock_hours(found: pd.DataFrame) -> pd.DataFrame:
    """Hours as readers see them: their start, 07:00."""
    if "hour" not in found:
        return found
    return found.assign(hour=[f"{int(hour):02d}:00" for hour in found["hour"]])
