/* ---
summary = "What customers and bots wrote after an agent's message, up to and with the next one: every later turn of a conversation. The first turn, before any agent wrote, is not in it."
grain = "one contact and agent message that others wrote after"
key = []
--- */
WITH counted AS (
    SELECT
        contact_key,
        sent_at,
        speaker,
        -- how many agent messages came before this one
        COUNT(CASE WHEN speaker = 3 THEN 1 END) OVER (
            PARTITION BY contact_key
            ORDER BY sent_at, speaker
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS turn
    FROM core_spoken
)

-- one row per contact and turn; which turn it was nobody asks
SELECT
    contact_key,
    min(CASE WHEN speaker = 1 THEN sent_at END) AS asked_at,
    max(CASE WHEN speaker = 3 THEN sent_at END) AS replied_at
FROM counted
WHERE turn > 0
GROUP BY contact_key, turn
HAVING min(speaker) < 3
