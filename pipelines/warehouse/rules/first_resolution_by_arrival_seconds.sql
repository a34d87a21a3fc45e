/* ---
variant_of = "first_resolution_seconds"
system = "site"
label = "By the day of arrival"
summary = "From arrival to the first solve, counted on the day of the arrival."
differs = "Dated by the arrival instead of the solve; recent days hold the quickly solved only"
statistic = "median"
statistics = ["median", "mean", "p90"]
unit = "seconds"
population = "solved contacts"
clock_start = "the customer's first message"
clock_stop = "first solve"
pauses = "none"
date = "arrival"
requires = ["solve"]
leaves_out = ["merged", "spam", "test", "duplicate", "agent_initiated", "internal", "follow_up", "linked", "deleted", "quarantined"]
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; unsolved contacts; reopened ones whose first solve no export tells"
up_is_good = false
formula = "first solve - arrival"
worked_example = "Arrived on Monday 23:00, solved on Tuesday 01:00: 2 h = 7,200 s, on Monday."
reference = "this project, DECISIONS"
version = 1
--- */
SELECT
    c.contact_id,
    c.arrived_on AS observed_on,
    c.arrived_slot AS observed_slot,
    c.channel,
    c.language,
    c.topic,
    c.team,
    c.agent_id AS agent,
    c.urgency,
    c.source,
    c.arrived_at AS started_at,
    c.first_solved_at AS stopped_at,
    c.first_resolution_seconds AS exact_seconds,
    c.first_resolution_seconds AS value
FROM fact_contacts AS c
WHERE c.exclusion IS NULL
    AND c.first_resolution_seconds IS NOT NULL
