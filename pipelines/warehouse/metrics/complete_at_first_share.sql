/* ---
label = "Complete at first contact"
summary = "Share of contacts in which the customer gave an account, transaction or order number, a wallet or a screenshot before the first human reply. The mask keeps what kind of number it was; a screenshot is known by its mention."
statistic = "share"
statistics = ["share"]
unit = "share"
population = "contacts of people with message texts"
date = "arrival"
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; contacts a bot contained; calls and exports without texts"
up_is_good = true
formula = "contacts with a detail before the first human reply / contacts"
worked_example = "Three contacts: \"account <account> is locked\", \"please help\", and \"please help\" with the account number only after the agent asked: 1 / 3 = 33.3 %."
version = 1
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
    CASE WHEN c.is_complete_at_first THEN 1 ELSE 0 END AS value
FROM fact_contacts AS c
WHERE c.exclusion IS NULL
    AND c.is_offered
    AND c.is_complete_at_first IS NOT NULL
