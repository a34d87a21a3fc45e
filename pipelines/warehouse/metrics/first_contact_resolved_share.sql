/* ---
label = "First contact resolution"
summary = "Share of contacts that were solved and after which the same customer did not come back on the same topic, in any channel, within the repeat window (default 7 days after the first solve)."
statistic = "share"
statistics = ["share"]
unit = "share"
population = "contacts with a known customer and topic whose window is over at the data cut, repeated or not"
date = "arrival"
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; contacts without a known customer or topic; calls and chats that keep no solved state; contacts whose repeat window is still open"
up_is_good = true
formula = "solved at the data cut and not repeated within 7 days / contacts"
worked_example = "Three contacts about fees: one solved at once; one solved, and the customer calls about fees 3 days later; one still unsolved after 8 days: 1 / 3 = 33.3%."
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
    CASE WHEN c.is_first_contact_resolved THEN 1 ELSE 0 END AS value
FROM fact_repeats AS c
WHERE c.is_first_contact_resolved IS NOT NULL
