/* ---
label = "Clarification rounds"
summary = "Times an agent had to ask for what a complete first message holds: account, transaction or order number, or a screenshot. Told from words of asking in eleven languages: asking in other words is missed. What is linked or merged is one conversation."
statistic = "mean"
statistics = ["mean", "median", "p90"]
unit = "requests"
population = "answered contacts with message texts"
date = "arrival"
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; contacts a bot contained; unanswered contacts; calls and exports without texts"
up_is_good = false
formula = "messages that ask for a detail / answered contacts"
worked_example = "Three contacts: the agent asks for the account number and then for a screenshot; asks once; asks nothing: (2 + 1 + 0) / 3 = 1.00."
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
    c.clarification_rounds AS value
FROM fact_contacts AS c
WHERE c.exclusion IS NULL
    AND c.is_offered
    AND c.clarification_rounds IS NOT NULL
