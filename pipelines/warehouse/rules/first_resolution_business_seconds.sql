/* ---
variant_of = "first_resolution_seconds"
system = "site"
label = "Opening hours"
summary = "The part of the first resolution time in which the desk was open."
differs = "Only time in which the desk was open counts"
statistic = "median"
statistics = ["median", "mean", "p90"]
unit = "seconds"
population = "solved contacts of desks with a calendar"
clock_start = "the customer's first message"
clock_stop = "first solve"
pauses = "while the desk is closed"
date = "first solve"
requires = ["solve", "calendar"]
leaves_out = ["merged", "spam", "test", "duplicate", "agent_initiated", "internal", "follow_up", "linked", "deleted", "quarantined"]
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; unsolved contacts; reopened ones whose first solve no export tells; desks without a calendar"
up_is_good = false
formula = "open seconds of [arrival, first solve)"
worked_example = "Open 09-18: arrived 17:00, solved at 10:00 the next day: 2 h = 7,200 s."
reference = "this project, DECISIONS"
version = 1
--- */
SELECT
    contact_id,
    first_solved_on AS observed_on,
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
WHERE clock_start = 'arrival'
    AND clock_stop = 'first_solve'
    AND exclusion IS NULL
