/* ---
severity = "warn"
summary = "every channel in the exports has a canonical name"
remedy = "add the raw value to data/reference/channels.csv"
--- */
SELECT
    source,
    channel_raw,
    COUNT(*) AS contacts
FROM fact_contacts
WHERE channel = 'unknown'
    AND channel_raw IS NOT NULL
    AND exclusion IS NULL
GROUP BY source, channel_raw
ORDER BY contacts DESC, source, channel_raw
