/* ---
label = "Complete at first contact"
summary = "Share of contacts in which the customer gave an account, transaction or order number, a wallet or a screenshot before the first human reply, of the topics in which one is needed. The mask keeps what kind of number it was; a screenshot is known by its mention. What is linked or merged is one conversation."
statistic = "share"
statistics = ["share"]
unit = "share"
population = "contacts of people with message texts, on topics that need such a detail (topics.csv)"
date = "arrival"
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; contacts a bot contained; topics that need no detail, such as login, and contacts whose topic is not known; calls and exports without texts"
up_is_good = true
formula = "contacts with a detail before the first human reply / contacts on topics that need one"
worked_example = "Three contacts about withdrawals: \"account <account> is locked\", \"please help\", and \"please help\" with the account number only after the agent asked: 1 / 3 = 33.3%. A login that goes without one does not count."
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
    CASE WHEN c.is_complete_at_first THEN 1 ELSE 0 END AS value
FROM fact_contacts AS c
INNER JOIN (SELECT topic FROM ref_topics WHERE needs_detail GROUP BY topic) AS t ON t.topic = c.topic
WHERE c.exclusion IS NULL
    AND c.is_offered
    AND c.is_complete_at_first IS NOT NULL
