/* ---
summary = "Which contact each was merged into or is linked to, as its own record or another's tells."
grain = "one contact that was merged or is linked"
key = ["contact_id"]
--- */
WITH told AS (
    SELECT
        contact_id,
        merged_into,
        linked_contact_id
    FROM latest_contacts
    WHERE merged_into IS NOT NULL
        OR linked_contact_id IS NOT NULL
    UNION ALL
    SELECT
        contact_id,
        CASE WHEN relation = 'merged_into' THEN other_contact_id END AS merged_into,
        CASE WHEN relation = 'linked_to' THEN other_contact_id END AS linked_contact_id
    FROM latest_relations
)

SELECT
    contact_id,
    min(merged_into) AS merged_into,
    min(linked_contact_id) AS linked_contact_id
FROM told
GROUP BY contact_id
