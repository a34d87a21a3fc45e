/* ---
summary = "Contacts that a full export should hold and lacks: of its system and kind, created in its period, delivered before it and not after."
grain = "one contact that is absent from a full export"
key = ["contact_id"]
--- */
WITH numbered AS (
    SELECT
        load_id,
        is_full,
        row_number() OVER (ORDER BY load_id) AS number
    FROM loads
    WHERE EXISTS (SELECT 1 FROM loads AS f WHERE f.is_full)
),

periods AS (
    SELECT
        n.load_id,
        n.number,
        n.is_full,
        r.source,
        r.kind,
        min(r.created_at) AS first_at,
        max(r.created_at) AS last_at,
        max(greatest(r.created_at, r.updated_at)) AS told_until
    FROM raw_contacts AS r
    INNER JOIN numbered AS n ON n.load_id = r._load_id
    GROUP BY n.load_id, n.number, n.is_full, r.source, r.kind
),

-- a full export that ends before one loaded earlier is the older of the two, and stands before it
placed AS (
    SELECT
        l.load_id,
        l.source,
        l.kind,
        l.is_full,
        l.first_at,
        l.last_at,
        min(coalesce(f.number - 0.5, l.number)) AS place
    FROM periods AS l
    LEFT JOIN periods AS f
        ON l.is_full
        AND f.is_full
        AND f.source = l.source
        AND f.kind = l.kind
        AND f.number < l.number
        AND f.told_until > l.told_until
    GROUP BY l.load_id, l.source, l.kind, l.is_full, l.first_at, l.last_at
),

delivered AS (
    SELECT
        r.contact_id,
        max(p.place) AS last_place
    FROM raw_contacts AS r
    INNER JOIN placed AS p ON p.load_id = r._load_id AND p.source = r.source AND p.kind = r.kind
    -- where no export is full, nothing of this is read
    WHERE r._load_id IN (SELECT load_id FROM numbered)
    GROUP BY r.contact_id
),

newest_full AS (
    SELECT max(place) AS place
    FROM placed
    WHERE is_full
),

absent AS (
    SELECT
        d.contact_id,
        p.load_id,
        local_on(c.created_at) AS created_on
    FROM delivered AS d
    INNER JOIN newest_full AS n ON d.last_place < n.place
    INNER JOIN latest_contacts AS c ON c.contact_id = d.contact_id
    INNER JOIN placed AS p
        ON p.source = c.source
        AND p.kind = c.kind
        AND p.is_full
        AND p.place > d.last_place
        AND c.created_at >= p.first_at
        AND c.created_at <= p.last_at
    WHERE c._load_id IN (SELECT load_id FROM numbered)
        AND local_on(c.created_at) IS NOT NULL
),

-- lines that were refused, also when they were loaded again
refused AS (
    SELECT
        f.load_id,
        r.received_on
    FROM raw_rejects AS r
    INNER JOIN loads AS l ON l.load_id = r._load_id
    INNER JOIN loads AS f ON f.file = l.file AND f.source = l.source AND f.load_id <= l.load_id
    WHERE f.is_full
        AND r.table_name = 'contacts'
        AND r.remedy NOT LIKE 'nothing to do%'
)

SELECT DISTINCT a.contact_id
FROM absent AS a
-- it may be a line that was refused: then the export tells nothing of that day
LEFT JOIN refused AS r
    ON r.load_id = a.load_id
    AND coalesce(r.received_on, a.created_on) BETWEEN days_after(a.created_on, -1) AND days_after(a.created_on, 1)
WHERE r.load_id IS NULL
