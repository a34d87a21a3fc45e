/* ---
label = "Abandoned"
summary = "Share of live contacts whose customer left before an answer, by arrival interval."
statistic = "share"
statistics = ["share"]
unit = "share"
population = "live contacts (chat, phone) offered to humans"
date = "arrival"
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked (but for further calls and chats about a matter), deleted and quarantined contacts; contacts a bot contained; e-mail and messages, which have left-before-reply"
up_is_good = false
formula = "abandoned / offered"
worked_example = "Offered 1,060, abandoned 60: 5.66%. A caller of 07:28 who leaves at 07:32 belongs to 07:00."
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
    CASE WHEN c.is_abandoned THEN 1 ELSE 0 END AS value
FROM fact_contacts AS c
WHERE c.is_offered
    AND c.is_abandoned IS NOT NULL
