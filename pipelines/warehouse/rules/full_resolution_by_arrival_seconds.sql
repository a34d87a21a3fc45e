/* ---
variant_of = "full_resolution_seconds"
system = "site"
label = "By the day of arrival"
summary = "From arrival to the last solve, counted on the day of the arrival."
differs = "Dated by the arrival instead of the solve; recent days hold the quickly solved only"
statistic = "median"
statistics = ["median", "mean", "p90"]
unit = "seconds"
population = "solved contacts"
clock_start = "the customer's first message"
clock_stop = "last solve"
pauses = "none"
date = "arrival"
requires = ["solve", "solved_now"]
leaves_out = ["merged", "spam", "test", "duplicate", "agent_initiated", "internal", "follow_up", "linked", "deleted", "quarantined"]
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; unsolved contacts"
up_is_good = false
formula = "last solve at the data cut - arrival"
worked_example = "Arrived on Monday 23:00, solved on Tuesday, reopened and solved on Thursday 23:00: 72 h = 259,200 s, on Monday."
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
    c.last_solved_at AS stopped_at,
    c.full_resolution_seconds AS exact_seconds,
    c.full_resolution_seconds AS value
FROM fact_contacts AS c
WHERE c.exclusion IS NULL
    AND c.full_resolution_seconds IS NOT NULL
