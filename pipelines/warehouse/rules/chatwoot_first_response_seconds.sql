/* ---
variant_of = "first_response_seconds"
system = "chatwoot"
label = "Chatwoot"
summary = "Chatwoot's first response time: creation, or the bot's hand-over, to the first message of an agent."
differs = "Dated by the reply; starts with the conversation or the bot's hand-over; an agent's opening message is a reply too"
statistic = "median"
statistics = ["median", "mean", "p90"]
unit = "seconds"
population = "answered conversations"
clock_start = "hand-over by the bot, else creation"
clock_stop = "first public message by a human"
pauses = "none"
date = "first reply"
requires = ["agent_message"]
leaves_out = ["linked", "deleted", "quarantined"]
exclusions = "linked, deleted and quarantined contacts; conversations in which no agent wrote"
up_is_good = false
formula = "first agent message - hand-over, or creation without one"
worked_example = "Created 09:00:00, handed over 09:00:20, answered 09:01:02: 42 s."
vendor_column = "vendor_first_response_seconds"
reference = "Chatwoot source, app/listeners/reporting_event_listener.rb"
version = 1
--- */
SELECT
    contact_id,
    first_replied_on AS observed_on,
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
WHERE clock_start = 'handover_or_creation'
    AND clock_stop = 'first_agent_message'
    AND coalesce(exclusion, 'counted') NOT IN ('linked', 'deleted', 'quarantined')
