/* ---
variant_of = "first_response_seconds"
system = "freshdesk"
label = "Freshdesk"
summary = "Freshdesk's first response time: ticket creation to the first public reply of an agent, in business hours."
differs = "Within opening hours; starts with the ticket's creation; only tickets with an agent or group"
statistic = "median"
statistics = ["median", "mean", "p90"]
unit = "seconds"
population = "answered, assigned tickets of desks with a calendar"
clock_start = "creation of the ticket"
clock_stop = "first public reply by an agent after it"
pauses = "while the desk is closed"
date = "creation"
requires = ["ticket", "assignment", "later_agent_message", "calendar"]
leaves_out = ["merged", "spam", "deleted", "quarantined"]
exclusions = "merged, spam, deleted and quarantined contacts; tickets without an agent's public reply; tickets without an agent or group; chats and calls that became no ticket; desks without a calendar"
up_is_good = false
formula = "open seconds of [creation, first public agent reply)"
worked_example = "Open 09-18: created 17:50, answered at 09:05 the next day: 15 min = 900 s."
vendor_column = "vendor_first_response_business_seconds"
reference = "Freshdesk help 50000000041 (support metrics in Analytics); business hours as in field first_res_time_bhrs of its exports"
version = 1
--- */
WITH timed AS (
    SELECT
        contact_id,
        created_on AS observed_on,
        channel,
        language,
        topic,
        team,
        agent_id AS agent,
        urgency,
        source,
        calendar_id,
        created_at AS started_at,
        CASE WHEN first_agent_at > created_at THEN first_agent_at ELSE next_agent_at END AS stopped_at
    FROM fact_contacts
    WHERE kind = 'ticket'
        AND coalesce(exclusion, 'counted') NOT IN ('merged', 'spam', 'deleted', 'quarantined')
        AND (agent_id IS NOT NULL OR team IS NOT NULL)
)

SELECT
    t.contact_id,
    t.observed_on,
    t.channel,
    t.language,
    t.topic,
    t.team,
    t.agent,
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
    exact_seconds AS value
FROM timed AS t
INNER JOIN business_days AS ba ON ba.calendar_id = t.calendar_id AND ba.utc_day = CAST(t.started_at AS DATE)
INNER JOIN business_days AS bz ON bz.calendar_id = t.calendar_id AND bz.utc_day = CAST(t.stopped_at AS DATE)
WHERE t.stopped_at >= t.started_at
