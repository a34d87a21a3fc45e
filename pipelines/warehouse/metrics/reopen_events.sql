/* ---
label = "Reopen events"
summary = "Times a solved contact was opened again; a contact reopened twice counts twice. The reopened share counts contacts."
statistic = "count"
statistics = ["count"]
unit = "events"
population = "reopenings of counted contacts"
date = "reopening"
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; closing after solving, which is no reopening"
up_is_good = false
formula = "number of reopenings"
worked_example = "Solved, reopened, solved, reopened, solved: 3 resolve events and 2 reopen events of 1 contact."
version = 2
--- */
SELECT
    c.contact_id,
    c.reopened_on AS observed_on,
    c.channel,
    c.language,
    c.topic,
    c.team,
    c.agent_id AS agent,
    c.urgency,
    c.source,
    1 AS value
FROM fact_reopenings AS c
