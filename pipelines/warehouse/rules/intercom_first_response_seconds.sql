/* ---
variant_of = "first_response_seconds"
system = "intercom"
label = "Intercom"
summary = "Intercom's first response time: the customer's first message to the first visible message of a teammate."
differs = "Dated by the start of the conversation; a conversation that an agent started counts once the customer writes; merged ones count apart"
statistic = "median"
statistics = ["median", "mean", "p90"]
unit = "seconds"
population = "answered conversations"
clock_start = "the customer's first message"
clock_stop = "first public message by a human after it"
pauses = "none"
date = "creation"
requires = ["customer_message", "reply"]
leaves_out = ["linked", "deleted", "quarantined"]
exclusions = "linked, deleted and quarantined contacts; conversations in which the customer or the team wrote nothing"
up_is_good = false
formula = "first teammate message after the customer's first - that message"
worked_example = "An agent writes 09:00, the customer 09:30, the agent 09:40: 10 min = 600 s."
reference = "Intercom help 6762778 (reporting metrics for API and CSV) and 3653556 (charts by the day a conversation started)"
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
    elapsed_seconds AS exact_seconds,
    elapsed_seconds AS value
FROM fact_elapsed_times
WHERE clock_start = 'first_message'
    AND clock_stop = 'reply_to_first_message'
    AND coalesce(exclusion, 'counted') NOT IN ('linked', 'deleted', 'quarantined')
