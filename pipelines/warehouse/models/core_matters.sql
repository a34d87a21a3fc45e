/* ---
summary = "Contacts that are about one matter, and which of them counts: the first live session, else the first contact. What was linked or merged, through others too, is one matter; a circle is one as well."
grain = "one contact of a matter that several contacts would count for"
key = ["contact_id"]
--- */
-- where every chain ends: in a contact that points nowhere, or in a circle, named by its least
WITH ends AS (
    SELECT
        r.chain,
        r.contact_id,
        min(r.reached_id) AS end_id
    FROM core_chains AS r
    LEFT JOIN core_pointers AS p ON p.chain = r.chain AND p.contact_id = r.reached_id
    LEFT JOIN core_chains AS circle
        ON circle.chain = r.chain AND circle.contact_id = r.reached_id AND circle.reached_id = r.reached_id
    WHERE p.contact_id IS NULL
        OR circle.contact_id IS NOT NULL
    GROUP BY r.chain, r.contact_id
),

members AS (
    SELECT
        contact_id,
        max(CASE WHEN chain = 'matter' THEN end_id END) AS matter_id,
        max(CASE WHEN chain = 'session' THEN end_id END) AS session_id
    FROM (
        SELECT
            chain,
            contact_id,
            end_id
        FROM ends
        UNION
        SELECT
            chain,
            end_id AS contact_id,
            end_id
        FROM ends
    ) AS e
    GROUP BY contact_id
),

candidates AS (
    SELECT
        b.contact_id,
        b.matter_id,
        c.kind IN ('call', 'chat') AS is_live,
        row_number() OVER (
            PARTITION BY b.matter_id
            ORDER BY CASE WHEN c.kind IN ('call', 'chat') THEN 0 ELSE 1 END, c.created_at, b.contact_id
        ) AS position,
        row_number() OVER (
            PARTITION BY b.matter_id
            ORDER BY CASE WHEN c.kind IN ('call', 'chat') THEN 1 ELSE 0 END, c.created_at DESC, b.contact_id
        ) AS outcome_position,
        first_value(b.contact_id) OVER (
            PARTITION BY b.matter_id, coalesce(b.session_id, b.contact_id) ORDER BY c.created_at, b.contact_id
        ) AS first_leg_id,
        COUNT(*) OVER (PARTITION BY b.matter_id) AS contacts_count
    FROM members AS b
    INNER JOIN latest_contacts AS c ON c.contact_id = b.contact_id
    LEFT JOIN core_exclusions AS x ON x.contact_id = b.contact_id
    WHERE x.contact_id IS NULL
)

SELECT
    c.contact_id,
    f.contact_id AS counted_id,
    -- of a transferred session the first leg; of any other contact itself
    c.first_leg_id,
    -- a live session goes on in the last ticket that it became; a ticket has its own outcome
    CASE WHEN f.is_live AND NOT o.is_live THEN o.contact_id END AS outcome_id,
    c.position
FROM candidates AS c
INNER JOIN candidates AS f ON f.matter_id = c.matter_id AND f.position = 1
INNER JOIN candidates AS o ON o.matter_id = c.matter_id AND o.outcome_position = 1
WHERE c.contacts_count > 1
