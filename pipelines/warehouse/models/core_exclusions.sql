/* ---
summary = "Why a contact is not counted, where that is not written in its own row: its tags, or a linked contact."
grain = "one contact that a tag or a link excludes"
key = ["contact_id"]
--- */
WITH links AS (
    SELECT
        contact_id,
        linked_contact_id
    FROM latest_contacts
    WHERE linked_contact_id IS NOT NULL
    UNION
    SELECT
        contact_id,
        other_contact_id AS linked_contact_id
    FROM latest_relations
    WHERE relation = 'linked_to'
),

reasons AS (
    SELECT
        c.contact_id,
        t.exclusion,
        t.rank
    FROM latest_contacts AS c
    INNER JOIN ref_excluded_tags AS t ON position(t.padded_tag IN ' ' || c.tags || ' ') > 0
    WHERE c.tags IS NOT NULL
    UNION ALL
    -- the same matter in two systems counts once; of two that name each other the later key goes
    SELECT
        c.contact_id,
        'linked' AS exclusion,
        99 AS rank
    FROM links AS c
    INNER JOIN latest_contacts AS l ON l.contact_id = c.linked_contact_id
    LEFT JOIN links AS b ON b.contact_id = c.linked_contact_id AND b.linked_contact_id = c.contact_id
    WHERE NOT (b.contact_id IS NOT NULL AND c.contact_id <= c.linked_contact_id)
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
