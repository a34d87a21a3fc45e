/* ---
summary = "How often agents asked for an account, transaction, order or screenshot, and when the customer first gave one."
grain = "one contact in which details were asked for or given"
key = ["contact_id"]
--- */
WITH told AS (
    SELECT
        d.contact_id,
        d.message_id,
        d.sent_at,
        d.is_request,
        d.is_detail,
        coalesce(d.author_role, s.role, 'customer') AS author_role
    FROM raw_message_details AS d
    LEFT JOIN latest_people AS s ON s.person_id = d.author_id AND s.role <> 'customer'
    WHERE d.message_id IS NOT NULL
)

SELECT
    contact_id,
    COUNT(DISTINCT CASE WHEN author_role = 'agent' AND is_request THEN message_id END) AS requests_count,
    min(CASE WHEN author_role = 'customer' AND is_detail THEN sent_at END) AS first_detail_at
FROM told
GROUP BY contact_id
