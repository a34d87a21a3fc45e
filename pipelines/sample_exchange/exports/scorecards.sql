-- The scorecards of the quality team, one category a row.
WITH categories AS (
    SELECT *, 'accuracy' AS category, 1 AS place, CAST(accuracy AS VARCHAR) AS points, 1 AS least,
        5 AS most, 3 AS weight, 'no' AS critical FROM reviewed
    UNION ALL
    SELECT *, 'tone', 2, CAST(tone AS VARCHAR), 1, 5, 1, 'no' FROM reviewed
    UNION ALL
    SELECT *, 'completeness', 3, coalesce(CAST(completeness AS VARCHAR), 'N/A'), 0, 2, 2, 'no'
    FROM reviewed
    UNION ALL
    SELECT *, 'security', 4, CAST(security AS VARCHAR), 0, 1, 1, 'yes' FROM reviewed
)
SELECT
    concat_ws(
        ',', review_id, system, contact, reviewer, category, points, least, most, weight, critical,
        reason, cell(probability), seoul(reviewed + round * 7200) || chr(10)
    ) AS line
FROM categories
ORDER BY number, review_id, place;
