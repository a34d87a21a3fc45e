/* ---
label = "Queue wait of all offered"
summary = "Time in the human queue until an answer or until the customer left."
statistic = "mean"
statistics = ["mean", "median", "p90"]
unit = "seconds"
population = "offered contacts whose queue ended: answered, left, or asked for a call-back"
clock_start = "entered the human queue (after a bot: the hand-over)"
clock_stop = "answer, or leaving"
pauses = "none"
date = "arrival"
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked (but for further calls and chats about a matter), deleted and quarantined contacts; contacts a bot contained; contacts still waiting"
up_is_good = false
formula = "queue wait of contacts whose queue ended / these contacts"
worked_example = "Handed over to a human after 20 s, answered after 62 s: the customer waited 62 s, the human queue 42 s."
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
    AND c.queue_wait_seconds IS NOT NULL
