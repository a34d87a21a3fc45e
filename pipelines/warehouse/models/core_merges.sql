/* ---
summary = "When the customer of a merge target first arrived: the earliest arrival of all contacts merged into it, directly or through others."
grain = "one contact that others were merged into and that was not merged further"
key = ["contact_id"]
--- */
-- a walk ends where it comes by a contact for the second time: two may be merged into each other
WITH RECURSIVE merged (contact_id, target_id, path) AS (
    SELECT
        contact_id,
        merged_into AS target_id,
        '>' || merged_into || '>' AS path
    FROM core_relations
    WHERE merged_into IS NOT NULL
    UNION ALL
    SELECT
        m.contact_id,
        n.merged_into AS target_id,
        m.path || n.merged_into || '>' AS path
    FROM merged AS m
    INNER JOIN core_relations AS n ON n.contact_id = m.target_id
    WHERE position('>' || n.merged_into || '>' IN m.path) = 0
)

SELECT
    m.target_id AS contact_id,
    min(coalesce(least(c.first_inbound_at, v.first_customer_at), c.created_at)) AS merged_arrived_at
FROM merged AS m
INNER JOIN latest_contacts AS c ON c.contact_id = m.contact_id
LEFT JOIN core_conversations AS v ON v.contact_key = contact_key(m.contact_id)
GROUP BY m.target_id
