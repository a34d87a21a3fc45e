/* ---
severity = "block"
summary = "the ledger holds as many contacts of each file as were received when it was loaded"
remedy = "the raw store lost or gained rows since: remove the file's folder under raw/ and load it again"
--- */
WITH received AS (
    SELECT
        source,
        file,
        CAST(sum(contacts_received) AS BIGINT) AS received
    FROM loads
    GROUP BY source, file
),

booked AS (
    SELECT
        source,
        file,
        CAST(sum(received) AS BIGINT) AS booked
    FROM ledger
    GROUP BY source, file
)

SELECT
    r.source,
    r.file,
    r.received,
    b.booked
FROM received AS r
LEFT JOIN booked AS b ON b.file = r.file AND coalesce(b.source, '') = coalesce(r.source, '')
WHERE r.received <> coalesce(b.booked, 0)
