/* ---
label = "First response, urgent"
summary = "From the message of an urgent contact (stolen account, funds at risk) to the first public reply by a human agent, by the clock: the harm does not wait for opening hours."
statistic = "median"
statistics = ["median", "mean", "p90"]
unit = "seconds"
population = "answered urgent contacts"
clock_start = "the customer's first message"
clock_stop = "first public reply by a human: bots, automatic replies and notes do not stop it"
pauses = "none, at night neither"
date = "arrival"
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; contacts a bot contained; contacts that are not urgent; unanswered contacts, which the urgent answered share counts"
up_is_good = false
formula = "first human reply - first inbound message, of urgent contacts"
worked_example = "A stolen account is told at 23:50 while the desk is closed and answered at 09:05: 9 h 15 min = 33,300 s."
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
    c.first_response_seconds AS value
FROM fact_contacts AS c
WHERE c.exclusion IS NULL
    AND c.is_offered
    AND c.urgency = 'urgent'
    AND c.first_response_seconds IS NOT NULL
