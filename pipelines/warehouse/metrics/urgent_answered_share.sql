/* ---
label = "Urgent answered in time"
summary = "Share of urgent contacts answered by a human within the urgent target of their channel, by the clock, day and night."
statistic = "share"
statistics = ["share"]
unit = "share"
population = "urgent contacts that reached a human queue or should have, where the site sets an urgent target"
clock_start = "the customer's first message"
clock_stop = "first public reply by a human"
pauses = "none, at night neither"
date = "arrival"
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; contacts a bot contained; contacts that are not urgent; contacts whose target is not over at the data cut, answered or not; who left unanswered counts as not answered in time"
up_is_good = true
formula = "urgent contacts answered within the urgent target / urgent contacts"
worked_example = "Target 30 min. Four stolen accounts: answered after 5 min, 30 min and 9 h, and one that nobody answers for 2 h: 2 / 4 = 50%."
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
    CASE WHEN c.is_answered AND c.waited_seconds <= c.urgent_within_seconds THEN 1 ELSE 0 END AS value
FROM fact_contacts AS c
CROSS JOIN build_info AS b
WHERE c.exclusion IS NULL
    AND c.is_offered
    AND c.urgency = 'urgent'
    AND c.arrived_at <= b.data_cut_at - c.urgent_within_seconds * INTERVAL '1' SECOND
    AND (c.waited_seconds IS NOT NULL OR c.is_abandoned)
