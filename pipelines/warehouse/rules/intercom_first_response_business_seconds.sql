/* ---
variant_of = "first_response_seconds"
system = "intercom"
label = "Intercom, office hours"
summary = "Intercom's time_to_admin_reply: the same wait without the time out of office."
differs = "As Intercom's, within opening hours"
statistic = "median"
statistics = ["median", "mean", "p90"]
unit = "seconds"
population = "answered conversations of desks with a calendar"
clock_start = "the customer's first message"
clock_stop = "first public message by a human after it"
pauses = "while the desk is closed"
date = "creation"
requires = ["customer_message", "reply", "calendar"]
leaves_out = ["linked", "deleted", "quarantined"]
exclusions = "linked, deleted and quarantined contacts; conversations in which the customer or the team wrote nothing; desks without a calendar"
up_is_good = false
formula = "open seconds of [the customer's first message, first teammate message)"
worked_example = "Open 09-18: asked 17:50, answered at 09:05 the next day: 15 min = 900 s."
vendor_column = "vendor_first_response_business_seconds"
reference = "Intercom API reference 2.10, conversation_statistics: durations subtract out-of-office time; help 8425113"
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
        first_written_at AS started_at,
        CASE WHEN first_agent_at >= first_written_at THEN first_agent_at ELSE first_reply_at END AS stopped_at
    FROM fact_contacts
    WHERE coalesce(exclusion, 'counted') NOT IN ('linked', 'deleted', 'quarantined')
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
