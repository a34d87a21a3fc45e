/* ---
label = "Agent work"
summary = "How long the contact was in our hands until it was solved: its time in new and open."
statistic = "median"
statistics = ["median", "mean", "p90"]
unit = "seconds"
population = "contacts solved at the data cut"
clock_start = "creation of the contact"
clock_stop = "last solve"
pauses = "while pending, on hold or solved"
date = "last solve"
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; contacts that are not solved; contacts without a status history"
up_is_good = false
formula = "time in new + open"
worked_example = "New 09:00, open 09:10, pending 09:30, open 10:30, on hold 10:40, solved 11:10: 10 + 20 + 10 = 40 min = 2,400 s."
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
    c.agent_work_seconds AS value
FROM fact_contacts AS c
WHERE c.exclusion IS NULL
    AND c.is_resolved
    AND c.agent_work_seconds IS NOT NULL
