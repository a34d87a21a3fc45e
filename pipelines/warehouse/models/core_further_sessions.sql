/* ---
summary = "Calls and chats about a matter that another session counts for: agents take them too, but for those that another system tells. With the words of the matter, where they lack their own."
grain = "one live session that is linked to the counted one and no leg of it"
key = ["contact_key"]
--- */
SELECT
    contact_key(m.contact_id) AS contact_key,
    o.language,
    o.language_source,
    o.topic,
    o.team
FROM core_matters AS m
INNER JOIN latest_contacts AS c ON c.contact_id = m.contact_id
INNER JOIN core_outcomes AS o ON o.contact_id = m.counted_id
WHERE c.kind IN ('call', 'chat')
    AND m.contact_id = m.first_leg_id
    AND m.contact_id <> m.counted_id
    AND NOT EXISTS (SELECT 1 FROM core_told_twice AS t WHERE t.contact_id = m.contact_id)
