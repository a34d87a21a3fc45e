/* ---
summary = "The first run of the helpdesk's reply clock: when the customer began to wait for a reply, and when it came."
grain = "one contact with a reply clock"
key = ["contact_id"]
--- */
SELECT
    contact_id,
    min(CASE WHEN event = 'activate' THEN happened_at END) AS clock_started_at,
    min(CASE WHEN event = 'fulfill' THEN happened_at END) AS clock_stopped_at
FROM latest_metric_events
WHERE metric = 'reply_time'
    AND coalesce(instance, 1) = 1
    AND event IN ('activate', 'fulfill')
GROUP BY contact_id
HAVING min(CASE WHEN event = 'activate' THEN happened_at END) IS NOT NULL
