/* ---
label = "Abandoned, net of hang-ups"
summary = "Abandoned share without those who left under the short-abandon limit (default 5 s)."
statistic = "share"
statistics = ["share"]
unit = "share"
population = "live contacts offered to humans, short abandons left out on both sides"
date = "arrival"
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked (but for further calls and chats about a matter), deleted and quarantined contacts; contacts a bot contained; abandons under the limit; e-mail and messages"
up_is_good = false
formula = "(abandoned - abandoned under s) / (offered - abandoned under s)"
worked_example = "Offered 1,060, abandoned 60, of them 10 under 5 s: 50 / 1,050 = 4.76%."
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
CROSS JOIN ref_rules AS r
WHERE c.is_offered
    AND c.is_abandoned IS NOT NULL
    AND NOT (c.is_abandoned AND coalesce(c.queue_wait_seconds < r.short_abandon_seconds, FALSE))
