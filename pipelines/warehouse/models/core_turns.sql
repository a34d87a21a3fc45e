/* ---
summary = "What customers and bots wrote after an agent's message, up to and with the next one: every later turn of a conversation. The first turn, before any agent wrote, is not in it."
grain = "one contact and agent message that others wrote after"
key = ["contact_key", "turn"]
--- */
WITH spoken AS (
    SELECT
        contact_key(contact_id) AS contact_key,
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
        contact_key,
        sent_at,
        speaker,
        -- how many agent messages came before this one
        CAST(sum(CASE WHEN speaker = 3 THEN 1 ELSE 0 END) OVER (
            PARTITION BY contact_key
            ORDER BY sent_at, speaker
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) - CASE WHEN speaker = 3 THEN 1 ELSE 0 END AS turn
    FROM spoken
)

SELECT
    contact_key,
    turn,
    min(CASE WHEN speaker = 1 THEN sent_at END) AS asked_at,
    max(CASE WHEN speaker = 3 THEN sent_at END) AS replied_at
FROM counted
WHERE turn > 0
GROUP BY contact_key, turn
HAVING min(speaker) < 3
