/* ---
summary = "How often customers write another language than the one declared, by pair; zh beside zh-CN or zh-TW is no conflict."
grain = "one declared and one detected language that differ"
key = ["declared", "detected"]
[columns]
declared = { type = "VARCHAR", meaning = "language that the contacts declare" }
detected = { type = "VARCHAR", meaning = "language that their customers write" }
contacts = { type = "BIGINT", unit = "contacts", meaning = "counted contacts of the pair" }
share = { type = "DOUBLE", unit = "share", meaning = "of the contacts that declare the language and whose customers' language is told" }
--- */
WITH compared AS (
    SELECT
        language_declared AS declared,
        language_detected AS detected,
        COUNT(*) AS contacts
    FROM fact_contacts
    WHERE exclusion IS NULL
        AND language_declared IS NOT NULL
        AND language_detected <> 'und'
    GROUP BY language_declared, language_detected
),

declaring AS (
    SELECT
        declared,
        sum(contacts) AS contacts
    FROM compared
    GROUP BY declared
)

SELECT
    c.declared,
    c.detected,
    c.contacts,
    CAST(c.contacts AS DOUBLE) / nullif(d.contacts, 0) AS share
FROM compared AS c
INNER JOIN declaring AS d ON d.declared = c.declared
WHERE c.declared <> c.detected
    AND NOT (c.declared LIKE 'zh%' AND c.detected LIKE 'zh%' AND (c.declared = 'zh' OR c.detected = 'zh'))
