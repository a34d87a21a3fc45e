/* ---
label = "Bot containment"
summary = "Share of chats with a bot in which no human took part or was asked to. Whoever gave up is contained too: see bot resolution."
statistic = "share"
statistics = ["share"]
unit = "share"
population = "chats in which a bot spoke"
date = "arrival"
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts"
formula = "chats without a human / chats with a bot"
worked_example = "Ten chats with a bot: four go to humans; two leave the bot with a question unanswered; of the other four one comes back after three days. Containment 60%, left 20%, resolution 30%."
version = 1
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
    CASE WHEN b.is_contained THEN 1 ELSE 0 END AS value
FROM fact_bot_contacts AS b
