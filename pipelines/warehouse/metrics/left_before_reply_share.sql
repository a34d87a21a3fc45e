/* ---
label = "Left before a reply"
summary = "Share of e-mails and messages without a reply within the limit (default 72 h) and without a further message by the customer."
statistic = "share"
statistics = ["share"]
unit = "share"
population = "e-mail, help-centre and social contacts offered to humans"
date = "arrival"
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; contacts a bot contained; live channels, calls whose outcome the export does not tell included; contacts still waiting within the limit"
up_is_good = false
formula = "contacts without reply within X hours and without a further message / contacts answered or past X hours"
worked_example = "Three e-mails: answered, silent for 80 h without a reply, asked again after 10 h and unanswered: 1 / 3 = 33.3 %."
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
    CASE WHEN c.is_answered OR c.left_at IS NULL THEN 0 ELSE 1 END AS value
FROM fact_contacts AS c
CROSS JOIN ref_rules AS r
WHERE c.exclusion IS NULL
    AND c.is_offered
    AND c.is_answered IS NOT NULL
    AND c.is_abandoned IS NULL
    AND c.kind <> 'call'
    AND (c.is_answered OR c.left_at IS NOT NULL OR c.waited_seconds > r.left_before_reply_hours * 3600)
