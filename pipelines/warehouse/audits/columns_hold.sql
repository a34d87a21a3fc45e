/* ---
severity = "warn"
summary = "every file has the columns that the file of its kind before it had, and no new ones"
remedy = "a vanished column leaves what it told empty: export it again; a new one is not read: name it in the mapping if it matters"
--- */
WITH files AS (
    SELECT
        load_id,
        source,
        file,
        lag(load_id) OVER (PARTITION BY source, tables ORDER BY load_id) AS before_id
    FROM loads
)

SELECT
    f.source,
    f.file,
    c.column_name,
    CASE c.state WHEN 'unknown' THEN 'new' ELSE 'vanished' END AS state
FROM files AS f
INNER JOIN core_load_columns AS c ON c.load_id = f.load_id
LEFT JOIN core_load_columns AS b
    ON b.load_id = f.before_id AND b.column_name = c.column_name AND b.state = c.state
WHERE f.before_id IS NOT NULL
    AND b.load_id IS NULL
ORDER BY f.load_id DESC, state DESC, c.column_name
