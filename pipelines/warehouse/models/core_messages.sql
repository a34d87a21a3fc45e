/* ---
summary = "Messages with the role of their author: as delivered, else from the helpdesk's staff; who is not staff writes publicly as a customer."
grain = "one message or note"
key = ["message_id"]
stored = "view"
--- */
SELECT
    m.message_id,
    m.contact_id,
    m.sent_at,
    coalesce(m.author_role, s.role, CASE WHEN m.is_public THEN 'customer' END) AS author_role,
    m.author_id,
    m.is_public,
    m.text
FROM latest_messages AS m
LEFT JOIN latest_people AS s ON s.person_id = m.author_id AND s.role <> 'customer'
