/* ---
label = "Left the bot"
summary = "Share of chats with a bot that the customer left without a human and without an answer to their last word."
statistic = "share"
statistics = ["share"]
unit = "share"
population = "chats in which a bot spoke"
date = "arrival"
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts"
up_is_good = false
formula = "contained chats whose last word is the customer's, not rated well / chats with a bot"
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
    CASE WHEN b.is_left THEN 1 ELSE 0 END AS value
FROM fact_bot_contacts AS b
