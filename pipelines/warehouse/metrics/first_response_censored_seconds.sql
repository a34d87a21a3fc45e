/* ---
label = "First response, unanswered included"
summary = "First response time with the contacts still without a reply kept as \"longer than\"."
statistic = "km_median"
statistics = ["km_median", "km_p90"]
unit = "seconds"
population = "contacts that reached a human queue or should have"
clock_start = "the customer's first message"
clock_stop = "first public reply by a human; else censored when the customer left or at the data cut"
pauses = "none"
date = "arrival"
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; contacts a bot contained"
up_is_good = false
formula = "Kaplan-Meier quantile of the wait, unanswered contacts censored"
worked_example = "Waits of 5 s, 10 s and one unanswered after 60 s: half are answered by 10 s, while the answered alone have a median of 7.5 s."
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
    c.waited_seconds AS value,
    c.is_answered AS is_observed
FROM fact_contacts AS c
WHERE c.exclusion IS NULL
    AND c.is_offered
    AND c.waited_seconds IS NOT NULL
