/* ---
summary = "Who spoke when in the conversations that several contacts share."
grain = "one public message with a time, of a contact that shares its conversation"
key = []
--- */
SELECT
    p.counted_key,
    s.contact_key,
    p.counted_at,
    s.sent_at,
    s.speaker
FROM core_spoken AS s
INNER JOIN core_shared_contacts AS p ON p.contact_key = s.contact_key
WHERE p.recorded_at IS NULL
    OR s.sent_at > p.recorded_at
    OR s.speaker > 1
