/* ---
summary = "The language that each contact's customer was seen to write: of what several loads tell, messages before subjects, then what rests on most letters."
grain = "one contact with text"
key = ["contact_id"]
--- */
WITH customers AS (
    SELECT
        d.contact_id,
        d.language,
        -- one number orders evidence: known before und, messages before subjects, then letters
        CASE WHEN d.language = 'und' THEN 0 ELSE 2000000000000 END
            + CASE WHEN d.is_message THEN 1000000000000 ELSE 0 END
            + d.letters AS evidence
    FROM raw_detected_languages AS d
    LEFT JOIN latest_people AS s ON s.person_id = d.author_id AND s.role <> 'customer'
    WHERE s.person_id IS NULL
),

most AS (
    SELECT
        contact_id,
        max(evidence) AS evidence
    FROM customers
    GROUP BY contact_id
)

SELECT
    c.contact_id,
    -- as the site calls it; one that it has no line for keeps its code
    min(coalesce(la.language, c.language)) AS language
FROM customers AS c
INNER JOIN most AS m ON m.contact_id = c.contact_id AND m.evidence = c.evidence
LEFT JOIN ref_languages AS la ON la.alias = lower(c.language)
GROUP BY c.contact_id
