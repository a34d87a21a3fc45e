/* ---
severity = "warn"
summary = "every language in the exports has a canonical name"
remedy = "add the raw value to data/reference/languages.csv"
--- */
SELECT
    language_raw,
    COUNT(*) AS contacts
FROM fact_contacts
WHERE language = 'und'
    AND language_raw IS NOT NULL
    AND exclusion IS NULL
GROUP BY language_raw
ORDER BY contacts DESC, language_raw
