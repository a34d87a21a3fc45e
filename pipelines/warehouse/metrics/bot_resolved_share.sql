/* ---
label = "Bot resolution"
summary = "Share of chats with a bot that it resolved: contained, and the customer said so, or was answered and made no contact within 7 days. Silence alone is not a resolution."
statistic = "share"
statistics = ["share"]
unit = "share"
population = "chats of known customers in which a bot spoke, 7 days ago or more"
date = "arrival"
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; chats of unknown customers; chats whose 7 days are not over"
up_is_good = true
formula = "(contained and rated well, or contained, answered, not rated badly and no contact in 7 days) / chats with a bot"
worked_example = "Ten chats with a bot: four go to humans; two leave the bot with a question unanswered; of the other four one comes back after three days. Containment 60%, left 20%, resolution 30%."
version = 3
--- */
SELECT
    b.contact_id,
    b.arrived_on AS observed_on,
    b.arrived_slot AS observed_slot,
    b.channel,
    b.language,
    b.topic,
    b.team,
    b.agent_id AS agent,
    b.urgency,
    b.source,
    CASE WHEN b.is_resolved THEN 1 ELSE 0 END AS value
FROM fact_bot_contacts AS b
WHERE b.is_resolved IS NOT NULL
