/* ---
summary = "Why a contact is not counted whatever else it is linked to: its record, its tags, or a full export that lacks it."
grain = "one contact that is not counted for a reason of its own"
key = ["contact_id"]
--- */
WITH reasons AS (
    SELECT
        c.contact_id,
        CASE
            WHEN c.status = 'deleted' THEN 'deleted'
            WHEN c.exclusion IS NOT NULL THEN c.exclusion
            WHEN c.direction = 'outbound' THEN 'agent_initiated'
            ELSE 'internal'
        END AS exclusion,
        CASE WHEN c.status = 'deleted' THEN -3 WHEN c.exclusion IS NOT NULL THEN -1 ELSE 1000 END AS rank
    FROM latest_contacts AS c
    WHERE c.status = 'deleted'
        OR c.exclusion IS NOT NULL
        OR c.direction IN ('outbound', 'internal')
    UNION ALL
    SELECT
        contact_id,
        'deleted' AS exclusion,
        -3 AS rank
    FROM core_deletions
    UNION ALL
    SELECT
        contact_id,
        'merged' AS exclusion,
        -2 AS rank
    FROM core_relations
    WHERE merged_into IS NOT NULL
    UNION ALL
    SELECT
        c.contact_id,
        t.exclusion,
        t.rank
    FROM latest_contacts AS c
    INNER JOIN ref_excluded_tags AS t ON position(t.padded_tag IN ' ' || c.tags || ' ') > 0
    WHERE c.tags IS NOT NULL
    UNION ALL
    SELECT
        g.contact_id,
        t.exclusion,
        t.rank
    FROM latest_contact_tags AS g
    INNER JOIN ref_excluded_tags AS t ON t.padded_tag = ' ' || g.tag || ' '
),

ranked AS (
    SELECT
        contact_id,
        exclusion,
        row_number() OVER (PARTITION BY contact_id ORDER BY rank, exclusion) AS position
    FROM reasons
)

SELECT
    contact_id,
    exclusion
FROM ranked
WHERE position = 1
