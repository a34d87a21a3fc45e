/* ---
severity = "warn"
summary = "every language in the exports has a canonical name"
remedy = "add the raw value to data/reference/languages.csv"
--- */
SELECT
    c.source,
    c.language_raw,
    COUNT(*) AS contacts
FROM fact_contacts AS c
LEFT JOIN ref_languages AS la ON la.alias = lower(trim(c.language_raw))
WHERE c.language_raw IS NOT NULL
    AND la.alias IS NULL
    -- a source may know the language of a word that is no alias
    AND c.language_declared IS NULL
    AND c.language_source NOT IN ('queue', 'user_profile')
    AND c.exclusion IS NULL
GROUP BY c.source, c.language_raw
ORDER BY contacts DESC, c.source, c.language_raw
