/* ---
severity = "warn"
summary = "every desk names a channel and a language that exist"
remedy = "write them in support.toml as data/reference/channels.csv and languages.csv do"
--- */
SELECT
    d.channel,
    d.language
FROM ref_desks AS d
LEFT JOIN ref_queues AS q
    ON d.channel IN (q.channel, '*') AND d.language IN (q.language, '*')
WHERE q.channel IS NULL
ORDER BY d.channel, d.language
