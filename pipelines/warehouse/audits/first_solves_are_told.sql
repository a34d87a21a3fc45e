/* ---
severity = "warn"
summary = "of every solved contact the first solve is told, not only the last"
remedy = "contacts that were reopened and whose first solve no export tells are in full resolution and not in first resolution; load Zendesk's ticket metrics or metric events to have them in both"
--- */
SELECT
    source,
    COUNT(last_solved_at) AS solved,
    COUNT(last_solved_at) - COUNT(first_solved_at) AS first_solve_untold
FROM fact_contacts
WHERE exclusion IS NULL
    AND is_resolved
    AND last_solved_at IS NOT NULL
GROUP BY source
HAVING COUNT(last_solved_at) > COUNT(first_solved_at)
ORDER BY source
