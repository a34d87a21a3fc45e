/* ---
summary = "Calls and chats of a matter that two systems tell: while somebody is in one, the other one is the same. Of both the first of the matter stands for it."
grain = "one live session that is another system's of the same matter, too"
key = ["contact_id"]
--- */
WITH sessions AS (
    SELECT
        m.counted_id,
        m.contact_id,
        m.position,
        c.source,
        c.kind,
        least(c.created_at, s.queue_entered_at, s.answered_at) AS began_at,
        greatest(
            c.created_at, s.answered_at, s.abandoned_at, s.ended_at, seconds_after(s.answered_at, s.talk_seconds)
        ) AS ended_at
    FROM core_matters AS m
    INNER JOIN latest_contacts AS c ON c.contact_id = m.contact_id
    INNER JOIN latest_sessions AS s ON s.contact_id = m.contact_id
    WHERE c.kind IN ('call', 'chat')
        AND m.contact_id = m.first_leg_id
)

SELECT
    t.contact_id,
    min_by(f.contact_id, f.position) AS same_id
FROM sessions AS t
INNER JOIN sessions AS f
    ON f.counted_id = t.counted_id
    AND f.kind = t.kind
    AND f.source <> t.source
    AND f.position < t.position
    AND f.began_at <= t.ended_at
    AND t.began_at <= f.ended_at
GROUP BY t.contact_id
