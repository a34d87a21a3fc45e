/* ---
summary = "Who spoke when in the conversations that several contacts share; an answered session without an agent's words speaks when it is answered."
grain = "one public message with a time, or one answer, of a contact that shares its conversation"
key = []
--- */
SELECT
    p.counted_key,
    s.contact_key,
    p.counted_at,
    s.sent_at,
    s.speaker,
    TRUE AS is_told
FROM core_spoken AS s
INNER JOIN core_shared_contacts AS p ON p.contact_key = s.contact_key
WHERE p.recorded_at IS NULL
    OR s.sent_at > p.recorded_at
    OR s.speaker > 1
UNION ALL
SELECT
    p.counted_key,
    p.contact_key,
    p.counted_at,
    s.answered_at AS sent_at,
    3 AS speaker,
    FALSE AS is_told
FROM latest_sessions AS s
INNER JOIN core_shared_contacts AS p ON p.contact_key = contact_key(s.contact_id)
LEFT JOIN core_conversations AS v ON v.contact_key = p.contact_key
WHERE s.answered_at IS NOT NULL
    AND v.first_agent_at IS NULL
