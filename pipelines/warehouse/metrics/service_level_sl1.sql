/* ---
variant_of = "service_level"
differs = "Those who left within the target count as served"
label = "Service level SL1"
summary = "Share answered or abandoned within the target."
statistic = "share"
statistics = ["share"]
unit = "share"
population = "contacts offered to humans; the target T is the desk's, of urgent contacts the urgent one"
clock_start = "entered the human queue"
clock_stop = "answer by a human, or leaving"
pauses = "none"
date = "arrival"
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked (but for further calls and chats about a matter), deleted and quarantined contacts; contacts a bot contained; contacts whose target is not over at the data cut, answered or not"
up_is_good = true
formula = "(answered within T + abandoned within T) / offered"
worked_example = "1,000 answered (860 within the target), 60 abandoned (20 within it, 10 of those under 5 s): 880 / 1,060 = 83.02%."
version = 6
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
    CASE
        WHEN c.is_answered_in_queue AND c.queue_wait_seconds <= c.within_seconds THEN 'answered_in_time'
        WHEN c.is_answered_in_queue THEN 'answered_late'
        WHEN c.is_abandoned AND c.queue_wait_seconds < r.short_abandon_seconds THEN 'left_at_once'
        WHEN c.is_abandoned AND c.queue_wait_seconds <= c.within_seconds THEN 'left_in_time'
        WHEN c.is_abandoned THEN 'left_late'
        ELSE 'still_waiting'
    END AS because,
    CASE WHEN (c.is_answered_in_queue OR c.is_abandoned) AND c.queue_wait_seconds <= c.within_seconds THEN 1 ELSE 0 END AS value
FROM fact_contacts AS c
CROSS JOIN ref_rules AS r
WHERE c.is_offered
    AND c.is_answered_in_queue IS NOT NULL
    AND c.followed_seconds >= c.within_seconds
    AND CASE
        WHEN c.is_answered_in_queue THEN c.queue_wait_seconds IS NOT NULL
        WHEN c.is_abandoned THEN TRUE
        ELSE c.waited_seconds IS NOT NULL
    END
