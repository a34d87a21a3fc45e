/* ---
label = "First response"
summary = "From the customer's first message to the first public reply by a human agent."
statistic = "median"
statistics = ["median", "mean", "p90"]
unit = "seconds"
population = "answered contacts"
clock_start = "the customer's first message"
clock_stop = "first public reply by a human: bots, automatic replies and notes do not stop it"
pauses = "none"
date = "arrival"
requires = ["offered", "reply"]
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; contacts a bot contained; unanswered contacts, whose share stands beside it"
up_is_good = false
formula = "first human reply - first inbound message"
worked_example = "80 s and 100 s on one day, 93 s on another: the mean is 91.0 s, not the 91.5 s of the two days' means."
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
    c.arrived_at AS started_at,
    c.first_reply_at AS stopped_at,
    c.first_response_seconds AS value
FROM fact_contacts AS c
WHERE c.exclusion IS NULL
    AND c.is_offered
    AND c.first_response_seconds IS NOT NULL
