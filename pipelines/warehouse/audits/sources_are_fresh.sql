/* ---
severity = "warn"
summary = "no source ends more than three days before the others"
remedy = "load the source's newer export"
--- */
WITH ends AS (
    SELECT
        source,
        max(created_at) AS last_at
    FROM fact_contacts
    GROUP BY source
)

SELECT
    e.source,
    e.last_at
FROM ends AS e
CROSS JOIN (SELECT max(last_at) AS last_at FROM ends) AS newest
WHERE seconds_between(e.last_at, newest.last_at) > 3 * 86400
ORDER BY e.source
