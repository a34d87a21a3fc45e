/* ---
label = "Requester wait"
summary = "How long the customer waited for us until the contact was solved: its time in new, open and on-hold, after a reopening too."
statistic = "median"
statistics = ["median", "mean", "p90"]
unit = "seconds"
population = "contacts solved at the data cut"
clock_start = "creation of the contact"
clock_stop = "last solve"
pauses = "while pending or solved"
date = "last solve"
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; contacts that are not solved; contacts whose export tells neither a status history nor the vendor's figure"
up_is_good = false
formula = "time in new + open + on-hold"
worked_example = "New 09:00, open 09:10, pending 09:30, open 10:30, on hold 10:40, solved 11:10: 10 + 20 + 10 + 30 = 70 min = 4,200 s; the hour in pending is not in it."
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
    c.requester_wait_seconds AS value
FROM fact_contacts AS c
WHERE c.exclusion IS NULL
    AND c.is_resolved
    AND c.requester_wait_seconds IS NOT NULL
