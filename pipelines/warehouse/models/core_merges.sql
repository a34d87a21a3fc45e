/* ---
summary = "The contacts that each merged one was merged into, directly or through others."
grain = "one merged contact and one that it was merged into"
key = ["contact_id", "target_id"]
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
    contact_id,
    target_id
FROM merged
