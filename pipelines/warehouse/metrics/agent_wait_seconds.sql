/* ---
label = "Agent wait"
summary = "How long the agent waited for the customer until the contact was solved: its time in pending."
statistic = "median"
statistics = ["median", "mean", "p90"]
unit = "seconds"
population = "contacts solved at the data cut"
clock_start = "going to pending"
clock_stop = "leaving it"
pauses = "none"
date = "last solve"
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; contacts that are not solved; contacts whose export tells neither a status history nor the vendor's figure"
formula = "time in pending"
worked_example = "New 09:00, open 09:10, pending 09:30, open 10:30, on hold 10:40, solved 11:10: 60 min = 3,600 s."
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
    c.agent_wait_seconds AS value
FROM fact_contacts AS c
WHERE c.exclusion IS NULL
    AND c.is_resolved
    AND c.agent_wait_seconds IS NOT NULL
