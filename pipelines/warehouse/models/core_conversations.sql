/* ---
summary = "Who wrote when in each contact: the first messages of customer and human agent, a bot's first answer, and the agent's replies, a run of agent messages being one reply."
grain = "one contact with messages"
key = ["contact_id"]
--- */
SELECT
    contact_id,
    min(asked_at) AS first_customer_at,
    min(replied_at) AS first_agent_at,
    max(last_asked_at) AS last_customer_at,
    max(last_bot_at) AS last_bot_at,
    min(bot_replied_at) AS first_bot_reply_at,
    CAST(sum(customer_messages) AS BIGINT) AS customer_messages_count,
    -- agent messages in a row are one reply
    COUNT(CASE WHEN replied_at IS NOT NULL AND (turn = 0 OR customer_messages + bot_messages > 0) THEN 1 END)
        AS agent_replies_count,
    CAST(sum(bot_messages) AS BIGINT) AS bot_messages_count
FROM core_turns
GROUP BY contact_id
