/* ---
variant_of = "first_resolution_seconds"
system = "intercom"
label = "Intercom, office hours"
summary = "Intercom's time_to_first_close: the customer's first message to the first close, without the time out of office."
differs = "Within opening hours; dated by the start of the conversation"
statistic = "median"
statistics = ["median", "mean", "p90"]
unit = "seconds"
population = "closed conversations of desks with a calendar"
clock_start = "the customer's first message"
clock_stop = "first close"
pauses = "while the desk is closed"
date = "creation"
requires = ["customer_message", "solve", "calendar"]
leaves_out = ["linked", "deleted", "quarantined"]
exclusions = "linked, deleted and quarantined contacts; conversations never closed, or in which the customer wrote nothing; reopened ones whose first solve no export tells; desks without a calendar"
up_is_good = false
formula = "open seconds of [the customer's first message, first close)"
worked_example = "Open 09-18: asked 17:00, closed at 10:00 the next day: 2 h = 7,200 s."
reference = "Intercom API reference 2.10, conversation_statistics: durations subtract out-of-office time; help 8425113"
version = 1
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
    AND clock_stop = 'first_solve'
    AND coalesce(exclusion, 'counted') NOT IN ('linked', 'deleted', 'quarantined')
