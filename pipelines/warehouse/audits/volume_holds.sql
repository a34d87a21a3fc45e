/* ---
severity = "warn"
summary = "no day of the last four weeks brought a source less than half of what its weekday usually brings"
remedy = "look whether an export ends early or a feed was down, and load what is missing; a holiday needs nothing"
--- */
SELECT
    d.source,
    d.day,
    d.contacts,
    d.usual
FROM fact_source_days AS d
CROSS JOIN (SELECT max(day) AS last_on FROM fact_source_days) AS e
WHERE d.is_low
    AND d.contacts > 0
    AND d.day >= days_after(e.last_on, -28)
ORDER BY d.day DESC, d.source
