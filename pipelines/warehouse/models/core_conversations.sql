/* ---
summary = "Who wrote when in each contact: the first messages of customer and human agent, and the agent's replies, a run of agent messages being one reply."
grain = "one contact with messages"
key = ["contact_key"]
--- */
WITH spoken AS (
    SELECT
        contact_key(contact_id) AS contact_key,
        author_role,
        sent_at,
        0 AS later_reply
    FROM core_messages
    WHERE is_public
        AND sent_at IS NOT NULL
        AND author_role IN ('customer', 'bot', 'agent')
    UNION ALL
    SELECT
        contact_key,
        'agent' AS author_role,
        replied_at AS sent_at,
        1 AS later_reply
    FROM core_turns
    WHERE replied_at IS NOT NULL
)

SELECT
    contact_key,
    min(CASE WHEN author_role = 'customer' THEN sent_at END) AS first_customer_at,
    min(CASE WHEN author_role = 'agent' THEN sent_at END) AS first_agent_at,
    max(CASE WHEN author_role = 'customer' THEN sent_at END) AS last_customer_at,
    max(CASE WHEN author_role = 'bot' THEN sent_at END) AS last_bot_at,
    COUNT(CASE WHEN author_role = 'customer' THEN 1 END) AS customer_messages_count,
    COUNT(CASE WHEN author_role = 'bot' THEN 1 END) AS bot_messages_count,
    -- agent messages in a row are one reply: the first, and those after somebody else wrote
    CAST(max(CASE WHEN author_role = 'agent' THEN 1 ELSE 0 END) + sum(later_reply) AS BIGINT) AS agent_replies_count
FROM spoken
GROUP BY contact_key
