/* ---
label = "Resolution, unsolved included"
summary = "Resolution time with the unsolved contacts kept as \"longer than\"."
statistic = "km_median"
statistics = ["km_median", "km_p90"]
unit = "seconds"
population = "counted contacts"
clock_start = "the customer's first message"
clock_stop = "first solve; else censored at the data cut"
pauses = "none"
date = "arrival"
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; reopened ones whose first solve no export tells"
up_is_good = false
formula = "Kaplan-Meier quantile of the time to the first solve, unsolved contacts censored"
worked_example = "Solved after 5 h and 10 h, one unsolved after 60 h: half are solved by 10 h."
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
    c.resolution_waited_seconds AS value,
    c.first_solved_on IS NOT NULL AS is_observed
FROM fact_contacts AS c
WHERE c.exclusion IS NULL
    AND c.resolution_waited_seconds IS NOT NULL
