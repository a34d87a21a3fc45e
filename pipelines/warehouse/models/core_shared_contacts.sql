/* ---
summary = "Whose conversation the messages of each contact belong to, where several contacts share one: of a matter that of the contact that counts, of what was merged that of its target."
grain = "one contact of a conversation that several contacts share"
key = ["contact_key"]
--- */
WITH members AS (
    SELECT
        contact_id,
        counted_id,
        outcome_id
    FROM core_counted_contacts
    UNION ALL
    SELECT DISTINCT
        counted_id AS contact_id,
        counted_id,
        NULL AS outcome_id
    FROM core_counted_contacts
),

created AS (
    SELECT
        m.contact_id,
        m.counted_id,
        m.outcome_id IS NOT NULL AND c.kind NOT IN ('call', 'chat') AS is_outcome,
        c.created_at,
        least(c.created_at, c.first_inbound_at) AS began_at
    FROM members AS m
    INNER JOIN latest_contacts AS c ON c.contact_id = m.contact_id
)

SELECT
    contact_key(c.contact_id) AS contact_key,
    contact_key(c.counted_id) AS counted_key,
    o.began_at AS counted_at,
    -- a ticket that a session became begins with what was said there, in the customer's name
    CASE WHEN c.is_outcome THEN c.created_at END AS recorded_at
FROM created AS c
LEFT JOIN created AS o ON o.contact_id = c.counted_id
