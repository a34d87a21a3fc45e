/* ---
label = "Out of hours"
summary = "Share of contacts that arrive while the desk of their channel and language is closed."
statistic = "share"
statistics = ["share"]
unit = "share"
population = "counted contacts of desks with a calendar"
date = "arrival"
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; desks without a calendar"
up_is_good = false
formula = "contacts arriving while the desk is closed / contacts"
worked_example = "Desk open 09:00-18:00, contacts at 08:59:59, 09:00, 17:59 and 18:00: 2 / 4 = 50%."
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
