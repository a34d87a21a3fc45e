/* ---
label = "Full resolution"
summary = "From arrival to the last solve at the data cut; provisional while it can still move."
statistic = "median"
statistics = ["median", "mean", "p90"]
unit = "seconds"
population = "contacts solved at the data cut"
clock_start = "the customer's first message"
clock_stop = "last solve; closing afterwards is not a second solve"
pauses = "none"
date = "last solve"
requires = ["solve", "solved_now"]
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; unsolved contacts"
up_is_good = false
formula = "last solve at the data cut - arrival"
worked_example = "Arrived 09:00, solved 11:00, reopened, solved 15:00, closed four days later: 6 h = 21,600 s."
version = 1
--- */
SELECT
    c.contact_id,
    c.last_solved_on AS observed_on,
    c.channel,
    c.language,
    c.topic,
    c.team,
    c.agent_id AS agent,
    c.urgency,
    c.source,
    c.arrived_at AS started_at,
    c.last_solved_at AS stopped_at,
    c.full_resolution_seconds AS value
FROM fact_contacts AS c
WHERE c.exclusion IS NULL
    AND c.full_resolution_seconds IS NOT NULL
