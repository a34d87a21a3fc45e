/* ---
label = "Resolved"
summary = "Share of an arrival cohort that is solved at the data cut; cohorts with less than K days of follow-up (default 7) are left out."
statistic = "share"
statistics = ["share"]
unit = "share"
population = "counted contacts that arrived at least K days before the data cut"
date = "arrival"
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; contacts with less than K days of follow-up; calls and chats that keep no solved state"
up_is_good = true
formula = "resolved / arrivals"
worked_example = "Of 6 contacts, 5 arrived more than 7 days before the cut and 4 of these are solved: 4 / 5 = 80%."
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
    CASE WHEN c.is_resolved THEN 1 ELSE 0 END AS value
FROM fact_contacts AS c
CROSS JOIN build_info AS b
CROSS JOIN ref_rules AS r
WHERE c.exclusion IS NULL
    AND c.is_resolved IS NOT NULL
    AND c.arrived_at <= b.data_cut_at - r.resolution_follow_up_days * INTERVAL '1' DAY
