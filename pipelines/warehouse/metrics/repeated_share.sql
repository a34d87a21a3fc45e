/* ---
label = "Repeated"
summary = "Share of contacts after which the same customer came back on the same topic, in any channel, within the repeat window (default 7 days after the first solve, after the arrival while unsolved)."
statistic = "share"
statistics = ["share"]
unit = "share"
population = "contacts with a known customer and topic whose window is over at the data cut, repeated or not"
date = "arrival"
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; contacts without a known customer or topic; contacts whose repeat window is still open"
up_is_good = false
formula = "contacts followed by another of the same customer and topic / contacts"
worked_example = "A chat about a withdrawal, an e-mail of the same customer about it 2 days later and silence after that: the chat is repeated, the e-mail is not: 1 / 2 = 50%."
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
    CASE WHEN c.is_repeated THEN 1 ELSE 0 END AS value
FROM fact_repeats AS c
WHERE c.is_repeated IS NOT NULL
