/* ---
severity = "warn"
summary = "every topic in the exports has a canonical name"
remedy = "add the raw value to data/reference/topics.csv"
--- */
SELECT
    source,
    topic_raw,
    COUNT(*) AS contacts
FROM fact_contacts
WHERE topic = 'unknown'
    AND topic_raw IS NOT NULL
    AND exclusion IS NULL
GROUP BY source, topic_raw
ORDER BY contacts DESC, source, topic_raw
