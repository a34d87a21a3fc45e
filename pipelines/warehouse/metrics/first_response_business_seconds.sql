/* ---
variant_of = "first_response_seconds"
differs = "Only time in which the desk was open counts"
label = "First response, opening hours"
summary = "The part of the first response time in which the desk was open."
statistic = "median"
statistics = ["median", "mean", "p90"]
unit = "seconds"
population = "answered contacts of desks with a calendar"
clock_start = "the customer's first message"
clock_stop = "first public reply by a human"
pauses = "while the desk is closed: nights, holidays, between shifts"
date = "arrival"
requires = ["offered", "reply", "calendar"]
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; contacts a bot contained; unanswered contacts; desks without a calendar"
up_is_good = false
formula = "open seconds of [first inbound message, first human reply)"
worked_example = "Seoul 09-18, Monday 17:30 to Tuesday 09:30: 16 h by the calendar, 1 h of opening hours = 3,600 s."
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
    c.arrived_at AS started_at,
    c.first_reply_at AS stopped_at,
    c.first_response_business_seconds AS value
FROM fact_contacts AS c
WHERE c.exclusion IS NULL
    AND c.is_offered
    AND c.first_response_business_seconds IS NOT NULL
