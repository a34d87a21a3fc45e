/* ---
summary = "Who wrote when in each contact: the first messages of customer and human agent, and the agent's replies, a run of agent messages being one reply."
grain = "one contact with messages"
key = ["contact_id"]
--- */
WITH spoken AS (
    SELECT
        contact_id,
        sent_at,
        message_id,
        author_role,
        lag(author_role) OVER (PARTITION BY contact_id ORDER BY sent_at, message_id) AS previous_role
    FROM core_messages
    WHERE is_public
        AND author_role IN ('customer', 'agent', 'bot')
)

SELECT
    contact_id,
    min(CASE WHEN author_role = 'customer' THEN sent_at END) AS first_customer_at,
    min(CASE WHEN author_role = 'agent' THEN sent_at END) AS first_agent_at,
    CAST(sum(CASE WHEN author_role = 'customer' THEN 1 ELSE 0 END) AS BIGINT) AS customer_messages_count,
    CAST(sum(CASE WHEN author_role = 'agent' AND coalesce(previous_role, '') <> 'agent' THEN 1 ELSE 0 END) AS BIGINT)
        AS agent_replies_count,
    CAST(sum(CASE WHEN author_role = 'bot' THEN 1 ELSE 0 END) AS BIGINT) AS bot_messages_count
FROM spoken
GROUP BY contact_id
