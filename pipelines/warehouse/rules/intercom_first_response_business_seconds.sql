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
version = 2
--- */
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
    started_at,
    stopped_at,
    business_seconds AS exact_seconds,
    business_seconds AS value
FROM fact_business_times
WHERE clock_start = 'first_message'
    AND clock_stop = 'reply_to_first_message'
    AND coalesce(exclusion, 'counted') NOT IN ('linked', 'deleted', 'quarantined')
