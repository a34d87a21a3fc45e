/* ---
label = "First resolution"
summary = "From arrival to the first time the contact was solved."
statistic = "median"
statistics = ["median", "mean", "p90"]
unit = "seconds"
population = "solved contacts"
clock_start = "the customer's first message"
clock_stop = "first solve; closed without solved counts as a solve"
pauses = "none"
date = "first solve"
requires = ["solve"]
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; unsolved contacts; reopened ones whose first solve no export tells"
up_is_good = false
formula = "first solve - arrival"
worked_example = "Arrived 09:00, solved 11:00, reopened, solved 15:00: 2 h = 7,200 s."
version = 2
--- */
SELECT
    c.contact_id,
    c.first_solved_on AS observed_on,
    c.channel,
    c.language,
    c.topic,
    c.team,
    c.agent_id AS agent,
    c.urgency,
    c.source,
    c.arrived_at AS started_at,
    c.first_solved_at AS stopped_at,
    c.first_resolution_seconds AS value
FROM fact_contacts AS c
WHERE c.exclusion IS NULL
    AND c.first_resolution_seconds IS NOT NULL
