/* ---
label = "Left before a reply"
summary = "Share of e-mails and messages without a reply within the limit (default 72 h) and without a further message by the customer, in what was linked or merged either; a reply after it does not bring them back."
statistic = "share"
statistics = ["share"]
unit = "share"
population = "e-mail, help-centre and social contacts offered to humans whose messages the export tells"
date = "arrival"
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; contacts a bot contained; live channels, calls whose outcome the export does not tell included; contacts whose limit is not over at the data cut, answered or not; contacts without messages"
up_is_good = false
formula = "contacts without reply within X hours and without a further message / contacts"
worked_example = "Four e-mails: answered after 2 h; no reply for 80 h, then one that the customer says nothing to; the same without a reply; unanswered, and asked again after 10 h: 2 / 4 = 50%."
version = 4
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
    CASE
        WHEN c.customer_messages_count > 1 THEN 0
        WHEN c.is_answered AND c.waited_seconds <= r.left_before_reply_hours * 3600 THEN 0
        ELSE 1
    END AS value
FROM fact_contacts AS c
CROSS JOIN build_info AS b
CROSS JOIN ref_rules AS r
WHERE c.exclusion IS NULL
    AND c.is_offered
    AND c.is_abandoned IS NULL
    AND c.kind <> 'call'
    AND c.customer_messages_count IS NOT NULL
    AND c.arrived_at <= b.data_cut_at - r.left_before_reply_hours * INTERVAL '1' HOUR
