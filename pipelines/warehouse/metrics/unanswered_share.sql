/* ---
label = "Unanswered"
summary = "Share of contacts without a public reply by a human at the data cut."
statistic = "share"
statistics = ["share"]
unit = "share"
population = "contacts that reached a human queue or should have"
date = "arrival"
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; contacts a bot contained; contacts whose export does not tell"
up_is_good = false
formula = "contacts without a human reply / contacts offered to humans"
worked_example = "Waits of 5 s, 10 s and one unanswered after 60 s: 1 / 3 = 33.3%."
version = 2
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
    CASE WHEN c.is_answered THEN 0 ELSE 1 END AS value
FROM fact_contacts AS c
WHERE c.exclusion IS NULL
    AND c.is_offered
    AND c.is_answered IS NOT NULL
