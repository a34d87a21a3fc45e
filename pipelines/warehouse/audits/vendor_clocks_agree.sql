/* ---
severity = "warn"
summary = "the vendor's first response times are within an hour of ours for nine contacts in ten"
remedy = "look whether the export's zone is right and whether automatic replies come from agents' accounts"
--- */
WITH compared AS (
    SELECT
        source,
        CASE WHEN abs(first_response_seconds - vendor_first_response_seconds) > 3600 THEN 1 ELSE 0 END AS differs
    FROM fact_contacts
    WHERE exclusion IS NULL
        AND first_response_origin = 'timestamps'
        AND vendor_first_response_seconds IS NOT NULL
)

SELECT
    source,
    COUNT(*) AS compared,
    CAST(sum(differs) AS BIGINT) AS differing
FROM compared
GROUP BY source
HAVING sum(differs) * 10 > COUNT(*)
ORDER BY source
