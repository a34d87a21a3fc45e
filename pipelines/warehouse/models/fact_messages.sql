/* ---
summary = "Every message and note, the newest delivery of each, with the role of its author."
grain = "one message or note"
key = []
[columns]
contact_id = { type = "VARCHAR", meaning = "the contact" }
sent_at = { type = "TIMESTAMP", unit = "UTC", meaning = "when it was sent; NULL: not told" }
author_role = { type = "VARCHAR", meaning = "customer, agent, bot or system; NULL where not known" }
author_id = { type = "VARCHAR", meaning = "agent id, or the customer's pseudonym" }
is_public = { type = "BOOLEAN", meaning = "false for internal notes" }
text = { type = "VARCHAR", meaning = "masked text", compression = "zstd" }
--- */
SELECT
    contact_id,
    sent_at,
    author_role,
    author_id,
    is_public,
    text
FROM core_messages
