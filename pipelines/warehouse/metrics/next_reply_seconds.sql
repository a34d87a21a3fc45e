/* ---
label = "Next reply"
summary = "After the first reply: from the first message of each unanswered run of customer messages to the next human reply, one observation a run."
statistic = "median"
statistics = ["median", "mean", "p90"]
unit = "seconds"
population = "answered runs of customer messages after the first reply, in all contacts of one matter"
clock_start = "first message of the run"
clock_stop = "next public reply by a human, or answer of a call about the matter"
pauses = "none"
date = "the run's first message"
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; the run before the first reply, which is the first response; what a solved contact says last; runs still without a reply"
up_is_good = false
formula = "next human reply - first message since the last one"
worked_example = "Replied 09:00, asked 09:10 and 09:12, replied 09:20, asked 09:30, replied 09:35: two runs, 600 s and 300 s, mean 450 s."
version = 3
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
    c.next_reply_seconds AS value
FROM fact_replies AS c
WHERE c.is_answered
