/* ---
summary = "Conversations cut into turns: what was written up to and with each message of a human agent, and after the last one."
grain = "one contact and message of a human agent; one more for what came after the last"
key = ["contact_id", "turn"]
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

counted AS (
    SELECT
        contact_id,
        sent_at,
        speaker,
        -- how many agent messages came before this one
        CAST(sum(CASE WHEN speaker = 3 THEN 1 ELSE 0 END) OVER (
            PARTITION BY contact_id
            ORDER BY sent_at, speaker
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) - CASE WHEN speaker = 3 THEN 1 ELSE 0 END AS turn,
        lag(speaker) OVER (PARTITION BY contact_id ORDER BY sent_at, speaker) AS previous_speaker
    FROM spoken
)

SELECT
    contact_id,
    turn,
    min(CASE WHEN speaker = 1 THEN sent_at END) AS asked_at,
    max(CASE WHEN speaker = 1 THEN sent_at END) AS last_asked_at,
    max(CASE WHEN speaker = 2 THEN sent_at END) AS last_bot_at,
    min(CASE WHEN speaker = 2 AND previous_speaker = 1 THEN sent_at END) AS bot_replied_at,
    max(CASE WHEN speaker = 3 THEN sent_at END) AS replied_at,
    COUNT(CASE WHEN speaker = 1 THEN 1 END) AS customer_messages,
    COUNT(CASE WHEN speaker = 2 THEN 1 END) AS bot_messages
FROM counted
GROUP BY contact_id, turn
