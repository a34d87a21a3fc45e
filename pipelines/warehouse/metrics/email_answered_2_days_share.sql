/* ---
label = "E-mail answered in 2 business days"
summary = "Share of e-mails with a human reply within 2 business days of the desk that answers them."
statistic = "share"
statistics = ["share"]
unit = "share"
population = "e-mails of desks with a calendar"
clock_start = "the customer's first message"
clock_stop = "first public reply by a human"
pauses = "while the desk is closed: nights, holidays, between shifts"
date = "arrival"
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; contacts a bot contained; e-mails whose 2 business days are not over at the data cut, answered or not; desks without a calendar"
up_is_good = true
formula = "e-mails answered within 2 x the usual open day / e-mails"
worked_example = "Desk Mon-Fri 09:00-18:00, a business day is 9 open hours. Asked Friday 17:00: a reply until Tuesday 17:00 is within 2 business days."
version = 5
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
    CASE WHEN c.is_answered AND c.waited_business_days <= 2 THEN 1 ELSE 0 END AS value
FROM fact_contacts AS c
INNER JOIN ref_business_days_over AS o ON o.calendar_id = c.calendar_id AND o.business_days = 2
WHERE c.exclusion IS NULL
    AND c.is_offered
    AND c.channel = 'email'
    AND c.is_answered IS NOT NULL
    AND c.arrived_at < o.asked_before_at
    AND c.waited_business_days IS NOT NULL
