/* ---
label = "On hold"
summary = "How long the contact waited for others than agent and customer until it was solved: its time in on-hold, 0 where it never was."
statistic = "median"
statistics = ["median", "mean", "p90"]
unit = "seconds"
population = "contacts solved at the data cut"
clock_start = "going on hold"
clock_stop = "leaving it"
pauses = "none"
date = "last solve"
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; contacts that are not solved; contacts whose export tells neither a status history nor the vendor's figure"
up_is_good = false
formula = "time in on-hold"
worked_example = "New 09:00, open 09:10, pending 09:30, open 10:30, on hold 10:40, solved 11:10: 30 min = 1,800 s."
version = 2
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
    c.on_hold_seconds AS value
FROM fact_contacts AS c
WHERE c.exclusion IS NULL
    AND c.is_resolved
    AND c.on_hold_seconds IS NOT NULL
