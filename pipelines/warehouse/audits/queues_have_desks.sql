/* ---
severity = "warn"
summary = "every queue has a desk with opening hours and a target"
remedy = "add a desk for the queue to support.toml, or one with channel and language \"*\""
--- */
SELECT
    channel,
    language,
    COUNT(*) AS contacts
FROM fact_contacts
WHERE exclusion IS NULL
    AND calendar_id IS NULL
GROUP BY channel, language
ORDER BY contacts DESC, channel, language
