/* ---
label = "Next reply, unanswered included"
summary = "Next reply time with the runs still without a reply kept as \"longer than\"."
statistic = "km_median"
statistics = ["km_median", "km_p90"]
unit = "seconds"
population = "runs of customer messages after the first reply, in all contacts of one matter"
clock_start = "first message of the run"
clock_stop = "next public reply by a human, or answer of a call about the matter; else censored at the data cut"
pauses = "none"
date = "the run's first message"
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; the run before the first reply, which is the first response; what a solved contact says last"
up_is_good = false
formula = "Kaplan-Meier quantile of the wait, unanswered runs censored"
worked_example = "Runs answered after 5 min and 10 min, one unanswered for 60 min: half are answered by 10 min."
version = 4
--- */
SELECT
    c.contact_id,
    c.asked_on AS observed_on,
    c.asked_slot AS observed_slot,
    c.channel,
    c.language,
    c.topic,
    c.team,
    c.agent_id AS agent,
    c.urgency,
    c.source,
    c.next_reply_seconds AS value,
    c.is_answered AS is_observed
FROM fact_replies AS c
