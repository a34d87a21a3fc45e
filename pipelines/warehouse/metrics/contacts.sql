/* ---
label = "Contacts"
summary = "Contacts that customers started, counted once each."
statistic = "count"
statistics = ["count", "daily_mean"]
unit = "contacts"
population = "every counted contact, bot-contained ones included"
date = "arrival"
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts"
formula = "number of contacts"
worked_example = "A merged into B, one spam ticket and three others arrive: B and the three count, so 4."
version = 3
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
    1 AS value
FROM fact_contacts AS c
WHERE c.exclusion IS NULL
