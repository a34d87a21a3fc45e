/* ---
severity = "warn"
summary = "every status in the exports has a canonical name"
remedy = "add the raw value to the statuses of the source, or to [values.status] of the mapping"
--- */
SELECT
    source,
    status_raw,
    COUNT(*) AS contacts
FROM latest_contacts
WHERE status = 'unknown'
    AND status_raw IS NOT NULL
GROUP BY source, status_raw
ORDER BY contacts DESC, source, status_raw
