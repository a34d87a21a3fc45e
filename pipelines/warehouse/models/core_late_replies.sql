/* ---
summary = "Where an agent wrote first: their next message, and the first after the customer's first."
grain = "one contact in which an agent wrote first"
key = ["contact_id"]
--- */
SELECT
    m.contact_id,
    min(CASE WHEN m.sent_at >= v.first_customer_at THEN m.sent_at END) AS late_replied_at,
    min(CASE WHEN m.sent_at > v.first_agent_at THEN m.sent_at END) AS next_agent_at
FROM fact_messages AS m
INNER JOIN core_conversations AS v ON v.contact_key = contact_key(m.contact_id)
WHERE v.first_agent_at IS NOT NULL
    AND (v.first_customer_at IS NULL OR v.first_agent_at < v.first_customer_at)
    AND m.is_public
    AND m.author_role = 'agent'
GROUP BY m.contact_id
