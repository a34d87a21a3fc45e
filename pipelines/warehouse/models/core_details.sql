/* ---
summary = "How often agents asked for an account, transaction, order or screenshot, and when the customer first gave one; in whichever contact of a shared conversation."
grain = "one contact in whose conversation details were asked for or given"
key = ["contact_key"]
--- */
WITH told AS (
    SELECT
        coalesce(p.counted_key, contact_key(d.contact_id)) AS contact_key,
        d.message_id,
        d.sent_at,
        d.is_request,
        d.is_detail,
        coalesce(d.author_role, s.role, 'customer') AS author_role,
        p.recorded_at
    FROM raw_message_details AS d
    LEFT JOIN core_shared_contacts AS p ON p.contact_key = contact_key(d.contact_id)
    LEFT JOIN latest_people AS s ON s.person_id = d.author_id AND s.role <> 'customer'
    WHERE d.message_id IS NOT NULL
)

SELECT
    contact_key,
    COUNT(DISTINCT CASE WHEN author_role = 'agent' AND is_request THEN message_id END) AS requests_count,
    -- what the record of a session holds, with which its ticket begins, was given in the session
    min(CASE WHEN author_role = 'customer' AND is_detail AND (recorded_at IS NULL OR sent_at > recorded_at) THEN sent_at END)
        AS first_detail_at
FROM told
GROUP BY contact_key
