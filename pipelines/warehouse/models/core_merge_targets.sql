/* ---
summary = "When the customer of a merge target first arrived, of all contacts merged into it, directly or through others, and when a human first replied in any of them."
grain = "one contact that others were merged into"
key = ["contact_id"]
--- */
WITH members AS (
    SELECT
        target_id,
        contact_id
    FROM core_merges
    UNION
    SELECT
        target_id,
        target_id AS contact_id
    FROM core_merges
),

written AS (
    SELECT
        m.target_id,
        m.contact_id,
        coalesce(least(c.first_inbound_at, v.first_customer_at), c.created_at) AS written_at
    FROM members AS m
    INNER JOIN latest_contacts AS c ON c.contact_id = m.contact_id
    LEFT JOIN core_conversations AS v ON v.contact_key = contact_key(m.contact_id)
),

arrivals AS (
    SELECT
        target_id,
        min(written_at) AS arrived_at,
        min(CASE WHEN contact_id <> target_id THEN written_at END) AS merged_arrived_at
    FROM written
    GROUP BY target_id
)

SELECT
    a.target_id AS contact_id,
    a.merged_arrived_at,
    min(s.sent_at) AS merged_replied_at
FROM arrivals AS a
INNER JOIN members AS m ON m.target_id = a.target_id
LEFT JOIN core_shared_messages AS s
    ON s.contact_key = contact_key(m.contact_id) AND s.speaker = 3 AND s.sent_at >= a.arrived_at
GROUP BY a.target_id, a.merged_arrived_at
