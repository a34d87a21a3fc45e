/* ---
severity = "block"
summary = "every row that the ledger leaves out can be opened, in left_out, under its file, day and reason"
remedy = "left_out.sql and ledger.sql disagree about a reason: mend the model"
--- */
WITH opened AS (
    SELECT
        source,
        file,
        day,
        COUNT(*) AS n
    FROM left_out
    GROUP BY source, file, day
)

SELECT
    b.source,
    b.file,
    b.day,
    b.received - b.counted AS left_out,
    o.n AS opened
FROM ledger AS b
LEFT JOIN opened AS o
    ON o.file = b.file
    AND coalesce(o.source, '') = coalesce(b.source, '')
    AND coalesce(o.day, DATE '0001-01-01') = coalesce(b.day, DATE '0001-01-01')
WHERE b.received - b.counted <> coalesce(o.n, 0)
