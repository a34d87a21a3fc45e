/* ---
summary = "Who wrote when in each contact: the first messages of customer and human agent, and the agent's replies, a run of agent messages being one reply."
grain = "one contact with messages"
key = ["contact_key"]
--- */
WITH spoken AS (
    SELECT
        contact_key,
        sent_at,
        speaker
    FROM core_spoken
    UNION ALL
    SELECT
        contact_key,
        replied_at AS sent_at,
        4 AS speaker -- a later reply
    FROM core_turns
    WHERE replied_at IS NOT NULL
)

SELECT
    contact_key,
    min(CASE WHEN speaker = 1 THEN sent_at END) AS first_customer_at,
    min(CASE WHEN speaker = 3 THEN sent_at END) AS first_agent_at,
    max(CASE WHEN speaker = 1 THEN sent_at END) AS last_customer_at,
    max(CASE WHEN speaker = 2 THEN sent_at END) AS last_bot_at,
    CAST(COUNT(CASE WHEN speaker = 1 THEN 1 END) AS INTEGER) AS customer_messages_count,
    max(CASE WHEN speaker = 2 THEN sent_at END) IS NOT NULL AS has_bot_message,
    -- agent messages in a row are one reply: the first, and those after somebody else wrote
    CAST(max(CASE WHEN speaker = 3 THEN 1 ELSE 0 END) + COUNT(CASE WHEN speaker = 4 THEN 1 END) AS INTEGER) AS agent_replies_count
FROM spoken
GROUP BY contact_key
