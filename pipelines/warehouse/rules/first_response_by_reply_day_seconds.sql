/* ---
variant_of = "first_response_seconds"
system = "site"
label = "By the day of the reply"
summary = "From the customer's first message to the first human reply, counted on the day of the reply."
differs = "Dated by the reply instead of the arrival"
statistic = "median"
statistics = ["median", "mean", "p90"]
unit = "seconds"
population = "answered contacts"
clock_start = "the customer's first message"
clock_stop = "first public reply by a human"
pauses = "none"
date = "first reply"
requires = ["offered", "reply", "reply_time"]
leaves_out = ["merged", "spam", "test", "duplicate", "agent_initiated", "internal", "follow_up", "linked", "deleted", "quarantined"]
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; contacts a bot contained; unanswered contacts; replies whose time is not known"
up_is_good = false
formula = "first human reply - first inbound message"
worked_example = "Asked on Monday 23:00, answered on Tuesday 01:00: 2 h = 7,200 s, on Tuesday."
reference = "this project, DECISIONS"
version = 1
--- */
SELECT
    c.contact_id,
    c.first_replied_on AS observed_on,
    c.channel,
    c.language,
    c.topic,
    c.team,
    c.agent_id AS agent,
    c.urgency,
    c.source,
    c.arrived_at AS started_at,
    c.first_reply_at AS stopped_at,
    c.first_response_seconds AS exact_seconds,
    c.first_response_seconds AS value
FROM fact_contacts AS c
WHERE c.exclusion IS NULL
    AND c.is_offered
    AND c.first_reply_at IS NOT NULL
    AND c.first_response_seconds IS NOT NULL
