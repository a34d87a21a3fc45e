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
WHERE clock_start = 'creation'
    AND clock_stop = 'agent_message_after_creation'
    AND kind = 'ticket'
    AND coalesce(exclusion, 'counted') NOT IN ('merged', 'spam', 'deleted', 'quarantined')
    AND (agent_id IS NOT NULL OR team IS NOT NULL)
