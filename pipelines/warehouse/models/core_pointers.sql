/* ---
summary = "The one other contact of its matter that each contact points to, and the one that a transferred session went on from: following pointers then costs what the chains are long."
grain = "one contact that points to another, in one kind of chain: matter, or the legs of one session"
key = ["chain", "contact_id"]
--- */
WITH told AS (
    SELECT
        r.contact_id,
        m.contact_id AS merged_into,
        l.contact_id AS linked_contact_id,
        l.source || '/' || l.kind = c.source || '/' || c.kind AS is_leg
    FROM core_relations AS r
    INNER JOIN latest_contacts AS c ON c.contact_id = r.contact_id
    LEFT JOIN latest_contacts AS m ON m.contact_id = r.merged_into AND r.merged_into <> r.contact_id
    LEFT JOIN latest_contacts AS l ON l.contact_id = r.linked_contact_id AND r.linked_contact_id <> r.contact_id
)

SELECT
    'matter' AS chain,
    contact_id,
    coalesce(merged_into, linked_contact_id) AS next_id
FROM told
WHERE coalesce(merged_into, linked_contact_id) IS NOT NULL
UNION ALL
-- what was merged and is linked as well has one pointer too many: the linked contact takes it
SELECT
    'matter' AS chain,
    t.linked_contact_id AS contact_id,
    min(t.contact_id) AS next_id
FROM told AS t
LEFT JOIN told AS o ON o.contact_id = t.linked_contact_id
WHERE t.merged_into IS NOT NULL
    AND t.linked_contact_id IS NOT NULL
    AND coalesce(o.merged_into, o.linked_contact_id) IS NULL
GROUP BY t.linked_contact_id
UNION ALL
SELECT
    'session' AS chain,
    contact_id,
    linked_contact_id AS next_id
FROM told
WHERE is_leg
