/* ---
variant_of = "full_resolution_seconds"
system = "freshdesk"
label = "Freshdesk"
summary = "Freshdesk's resolution time: ticket creation to its resolution, in business hours."
differs = "Within opening hours; starts with the ticket's creation; only tickets with an agent or group"
statistic = "median"
statistics = ["median", "mean", "p90"]
unit = "seconds"
population = "resolved, assigned tickets of desks with a calendar"
clock_start = "creation of the ticket"
clock_stop = "last solve"
pauses = "while the desk is closed"
date = "last solve"
requires = ["ticket", "assignment", "solve", "solved_now", "calendar"]
leaves_out = ["merged", "spam", "deleted", "quarantined"]
exclusions = "merged, spam, deleted and quarantined contacts; unsolved tickets; tickets without an agent or group; chats and calls that became no ticket; desks without a calendar"
up_is_good = false
formula = "open seconds of [creation, last solve)"
worked_example = "Open 09-18: created 17:00, resolved at 10:00 the next day: 2 h = 7,200 s."
reference = "Freshdesk help 50000000041 (support metrics in Analytics); business hours as in field first_res_time_bhrs of its exports; time in states that stop its SLA clock is not taken off: the export does not tell which do"
version = 1
--- */
SELECT
    contact_id,
    last_solved_on AS observed_on,
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
    AND clock_stop = 'last_solve'
    AND kind = 'ticket'
    AND coalesce(exclusion, 'counted') NOT IN ('merged', 'spam', 'deleted', 'quarantined')
    AND is_resolved
    AND (agent_id IS NOT NULL OR team IS NOT NULL)
