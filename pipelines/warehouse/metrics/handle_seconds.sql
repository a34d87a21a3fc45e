/* ---
label = "Handle time"
summary = "Talk, hold and after-contact work of handled contacts (AHT)."
statistic = "mean"
statistics = ["mean", "median", "p90"]
unit = "seconds"
population = "handled contacts whose export tells the handle time"
clock_start = "answer"
clock_stop = "end of the after-contact work"
pauses = "none; overlapping chats share the clock by the concurrency of each moment"
date = "arrival interval of the session, as offered and answered are"
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked (but for further calls and chats about a matter), deleted and quarantined contacts; contacts without a measured handle time"
formula = "(talk + hold + after-contact work) / handled"
worked_example = "Talk 120 s, hold 30 s, after-contact work 50 s: 200 s."
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
    c.handle_seconds AS value
FROM fact_contacts AS c
WHERE c.is_offered
    AND c.handle_seconds IS NOT NULL
