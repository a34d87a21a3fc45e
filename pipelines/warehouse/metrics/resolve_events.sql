/* ---
label = "Resolve events"
summary = "Times a contact was solved; a contact solved twice counts twice."
statistic = "count"
statistics = ["count"]
unit = "events"
population = "solves of counted contacts"
date = "solve"
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; of contacts without a status history all solves but the first and the last, which no export tells"
formula = "number of solves"
worked_example = "5 contacts solved, 1 of them reopened and solved again: 6 resolve events."
version = 1
--- */
SELECT
    e.contact_id,
    e.solved_on AS observed_on,
    e.solved_slot AS observed_slot,
    e.channel,
    e.language,
    e.topic,
    e.team,
    e.agent_id AS agent,
    e.urgency,
    e.source,
    1 AS value
FROM fact_resolutions AS e
