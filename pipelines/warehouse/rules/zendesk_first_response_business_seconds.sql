/* ---
variant_of = "first_response_seconds"
system = "zendesk"
label = "Zendesk, business hours"
summary = "Zendesk's first reply time within business hours, by the one schedule in force at the reply."
differs = "As Zendesk's, within opening hours; a schedule that changed meanwhile counts for the whole wait"
statistic = "median"
statistics = ["median", "mean", "p90"]
unit = "seconds"
population = "answered tickets of desks with a calendar"
clock_start = "creation of the ticket"
clock_stop = "first public comment by an agent after it"
pauses = "while the desk is closed by the schedule in force at the reply"
date = "creation"
requires = ["ticket", "later_agent_message", "calendar"]
leaves_out = ["deleted", "quarantined"]
exclusions = "deleted and quarantined contacts; tickets without an agent's public comment; chats and calls that became no ticket; desks without a calendar"
up_is_good = false
formula = "open minutes of [creation, first public agent comment)"
worked_example = "Open 09-17 UTC, since Tuesday 10:00 12-20: waiting from Monday 16:00 to Tuesday 14:00 is 6 h by the last schedule alone, 4 h by both."
vendor_column = "vendor_first_response_business_seconds"
reference = "Zendesk help 5654110765338 (business hours: one schedule, that at the event)"
version = 1
--- */
SELECT
    t.contact_id,
    t.created_on AS observed_on,
    t.channel,
    t.language,
    t.topic,
    t.team,
    t.agent_id AS agent,
    t.urgency,
    t.source,
    t.started_at,
    t.stopped_at,
    open_seconds_until(
        second_of_day(t.stopped_at), bz.open_seconds_before, bz.s1, bz.e1, bz.s2, bz.e2, bz.s3, bz.e3, bz.s4, bz.e4
    )
    - open_seconds_until(
        second_of_day(t.started_at), ba.open_seconds_before, ba.s1, ba.e1, ba.s2, ba.e2, ba.s3, ba.e3, ba.s4, ba.e4
    ) AS exact_seconds,
    CAST(floor((exact_seconds + 30) / 60) AS BIGINT) * 60 AS value
FROM fact_elapsed_times AS t
INNER JOIN calendar_periods AS p
    ON p.calendar_id = t.calendar_id
    AND coalesce(p.starts_at <= t.stopped_at, TRUE)
    AND coalesce(p.ends_at > t.stopped_at, TRUE)
INNER JOIN business_days AS ba ON ba.calendar_id = p.period_calendar_id AND ba.utc_day = CAST(t.started_at AS DATE)
INNER JOIN business_days AS bz ON bz.calendar_id = p.period_calendar_id AND bz.utc_day = CAST(t.stopped_at AS DATE)
WHERE t.clock_start = 'creation'
    AND t.clock_stop = 'agent_message_after_creation'
    AND t.kind = 'ticket'
    AND coalesce(t.exclusion, 'counted') NOT IN ('deleted', 'quarantined')
