/* ---
summary = "Of each help-centre event of a known visitor, their first counted contact from then on."
grain = "one view, search or vote of a known visitor"
key = ["event_id"]
--- */
WITH visitors AS (
    SELECT visitor_id
    FROM latest_article_events
    WHERE visitor_id IS NOT NULL
    GROUP BY visitor_id
),

moments AS (
    SELECT
        visitor_id,
        happened_at,
        0 AS is_contact,
        event_id,
        CAST(NULL AS TIMESTAMP) AS contact_at
    FROM latest_article_events
    WHERE visitor_id IS NOT NULL
    UNION ALL
    -- in the same second the contact comes after what was read; the order within each is all one
    SELECT
        c.requester_id AS visitor_id,
        c.arrived_at AS happened_at,
        1 AS is_contact,
        CAST(NULL AS STRING) AS event_id,
        c.arrived_at AS contact_at
    FROM fact_contacts AS c
    INNER JOIN visitors AS v ON v.visitor_id = c.requester_id
    WHERE c.exclusion IS NULL
),

followed AS (
    SELECT
        event_id,
        is_contact,
        min(contact_at) OVER (
            PARTITION BY visitor_id
            ORDER BY happened_at, is_contact
            ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
        ) AS next_contact_at
    FROM moments
)

SELECT
    event_id,
    next_contact_at
FROM followed
WHERE is_contact = 0
