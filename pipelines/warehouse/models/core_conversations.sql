/* ---
summary = "Who wrote when in each contact: the first messages of customer and human agent, a bot's first answer, and the agent's replies, a run of agent messages being one reply."
grain = "one contact with messages"
key = ["contact_id"]
--- */
WITH spoken AS (
    SELECT
        contact_id,
        sent_at,
        -- numbered so that of messages in the same second the question comes before its answer
        CASE author_role WHEN 'customer' THEN 1 WHEN 'bot' THEN 2 ELSE 3 END AS speaker
    FROM core_messages
    WHERE is_public
        -- a message without a time tells of no wait: then the helpdesk's own clock counts
        AND sent_at IS NOT NULL
        AND author_role IN ('customer', 'bot', 'agent')
),

turns AS (
    SELECT
        contact_id,
        sent_at,
        speaker,
        lag(speaker) OVER (PARTITION BY contact_id ORDER BY sent_at, speaker) AS previous_speaker
    FROM spoken
)

SELECT
    contact_id,
    min(CASE WHEN speaker = 1 THEN sent_at END) AS first_customer_at,
    min(CASE WHEN speaker = 3 THEN sent_at END) AS first_agent_at,
    max(CASE WHEN speaker = 1 THEN sent_at END) AS last_customer_at,
    max(CASE WHEN speaker = 2 THEN sent_at END) AS last_bot_at,
    min(CASE WHEN speaker = 2 AND previous_speaker = 1 THEN sent_at END) AS first_bot_reply_at,
    CAST(sum(CASE WHEN speaker = 1 THEN 1 ELSE 0 END) AS BIGINT) AS customer_messages_count,
    CAST(sum(CASE WHEN speaker = 3 AND coalesce(previous_speaker, 0) <> 3 THEN 1 ELSE 0 END) AS BIGINT)
        AS agent_replies_count,
    CAST(sum(CASE WHEN speaker = 2 THEN 1 ELSE 0 END) AS BIGINT) AS bot_messages_count
FROM turns
GROUP BY contact_id
