/* ---
label = "Transferred"
summary = "Share of handled contacts that changed hands between teams. Live sessions tell the hand-overs after the answer; of tickets, also of one that a session became, the helpdesk counts the teams, those before the first reply too."
statistic = "share"
statistics = ["share"]
unit = "share"
population = "contacts answered by a human whose export tells hand-overs"
date = "arrival"
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; unanswered contacts; contacts whose export tells neither hand-overs nor teams"
up_is_good = false
formula = "handled contacts with a hand-over / handled contacts"
worked_example = "Of 4 handled calls one was handed over twice, and one became a ticket that two teams had: 2 / 4 = 50%."
version = 2
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
    CASE WHEN c.transfers_count > 0 THEN 1 ELSE 0 END AS value
FROM fact_contacts AS c
WHERE c.exclusion IS NULL
    AND c.is_answered
    AND c.transfers_count IS NOT NULL
