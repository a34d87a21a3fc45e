/* ---
summary = "The first reply after the customer's first message, where an agent had written before it."
grain = "one contact in which an agent wrote first"
key = ["contact_id"]
--- */
SELECT
    m.contact_id,
    min(m.sent_at) AS late_replied_at
FROM core_messages AS m
INNER JOIN core_conversations AS v ON v.contact_id = m.contact_id
WHERE v.first_agent_at < v.first_customer_at
    AND m.is_public
    AND m.author_role = 'agent'
    AND m.sent_at >= v.first_customer_at
GROUP BY m.contact_id
