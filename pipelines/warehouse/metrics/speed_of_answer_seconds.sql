/* ---
label = "Average speed of answer"
summary = "Mean queue time of the answered contacts (ASA)."
statistic = "mean"
statistics = ["mean", "median", "p90"]
unit = "seconds"
population = "answered contacts"
clock_start = "entered the human queue"
clock_stop = "answer by a human"
pauses = "none"
date = "arrival"
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked (but for further calls and chats about a matter), deleted and quarantined contacts; contacts a bot contained; unanswered contacts"
up_is_good = false
formula = "queue time of answered contacts / answered contacts"
worked_example = "Answered after 10 s and 30 s, one caller left after 80 s: (10 + 30) / 2 = 20 s."
version = 4
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
    c.queue_wait_seconds AS value
FROM fact_contacts AS c
WHERE c.is_offered
    AND c.is_answered_in_queue
    AND c.queue_wait_seconds IS NOT NULL
