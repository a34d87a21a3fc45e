/* ---
summary = "Every message and note, the newest delivery of each, with the role of its author: as delivered, else from the helpdesk's staff; who is not staff writes publicly as a customer."
grain = "one message or note"
key = []
[columns]
contact_id = { type = "VARCHAR", meaning = "the contact" }
sent_at = { type = "TIMESTAMP", unit = "UTC", meaning = "when it was sent; NULL: not told" }
author_role = { type = "VARCHAR", meaning = "customer, agent, bot or system; NULL where not known" }
agent_id = { type = "VARCHAR", meaning = "agent or bot who wrote it; NULL: a customer, or not told" }
is_public = { type = "BOOLEAN", meaning = "false for internal notes" }
text = { type = "VARCHAR", meaning = "masked text", compression = "zstd" }
--- */
SELECT
    m.contact_id,
    m.sent_at,
    coalesce(m.author_role, s.role, CASE WHEN m.is_public THEN 'customer' END) AS author_role,
    CASE WHEN coalesce(m.author_role, s.role, CASE WHEN m.is_public THEN 'customer' ELSE 'system' END) <> 'customer' THEN m.author_id END
        AS agent_id,
    m.is_public,
    m.text
FROM latest_messages AS m
LEFT JOIN latest_people AS s ON s.person_id = m.author_id AND s.role <> 'customer'
