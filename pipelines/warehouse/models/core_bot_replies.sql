/* ---
summary = "A bot's first message after the customer's first."
grain = "one contact in which a bot answered"
key = ["contact_id"]
--- */
SELECT
    m.contact_id,
    min(m.sent_at) AS first_bot_reply_at
FROM fact_messages AS m
INNER JOIN core_conversations AS v ON v.contact_key = contact_key(m.contact_id)
WHERE v.has_bot_message
    AND m.sent_at >= v.first_customer_at
    AND m.is_public
    AND m.author_role = 'bot'
GROUP BY m.contact_id
