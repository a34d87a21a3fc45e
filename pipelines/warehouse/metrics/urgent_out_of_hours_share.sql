/* ---
label = "Urgent out of hours"
summary = "Share of urgent contacts that arrive while the desk of their channel and language is closed."
statistic = "share"
statistics = ["share"]
unit = "share"
population = "counted contacts on urgent topics, of desks with a calendar"
date = "arrival"
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; topics that are not urgent; desks without a calendar"
up_is_good = false
formula = "urgent contacts arriving while the desk is closed / urgent contacts"
worked_example = "Two stolen accounts reported at 03:00 and one at 10:00, desk open 09:00-18:00: 2 / 3 = 66.7%."
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
    CASE WHEN c.is_out_of_hours THEN 1 ELSE 0 END AS value
FROM fact_contacts AS c
WHERE c.exclusion IS NULL
    AND c.is_out_of_hours IS NOT NULL
    AND c.urgency = 'urgent'
