/* ---
summary = "The session of each transferred contact from its first leg to its last: it is answered when the first leg is, and its handle time is that of all."
grain = "the first leg of a session that went on as another contact"
key = ["contact_id"]
--- */
SELECT
    m.first_leg_id AS contact_id,
    min(s.queue_entered_at) AS queue_entered_at,
    min(s.answered_at) AS answered_at,
    CASE WHEN min(s.answered_at) IS NULL THEN max(s.abandoned_at) END AS abandoned_at,
    max(s.ended_at) AS ended_at,
    CASE
        WHEN min(s.answered_at) IS NOT NULL OR max(CASE WHEN s.outcome = 'answered' THEN 1 ELSE 0 END) = 1 THEN 'answered'
        WHEN max(s.abandoned_at) IS NOT NULL OR max(CASE WHEN s.outcome = 'abandoned' THEN 1 ELSE 0 END) = 1 THEN 'abandoned'
        ELSE min(s.outcome)
    END AS outcome,
    -- the instants tell the wait from the first queue to the answer, whichever leg has it
    CASE WHEN COUNT(s.queue_entered_at) < 2 THEN max(CASE WHEN s.queue_entered_at IS NOT NULL THEN s.wait_seconds END) END
        AS wait_seconds,
    CAST(sum(s.talk_seconds) AS BIGINT) AS talk_seconds,
    CAST(sum(s.hold_seconds) AS BIGINT) AS hold_seconds,
    CAST(sum(s.wrap_seconds) AS BIGINT) AS wrap_seconds,
    CAST(greatest(COUNT(*) - 1, coalesce(sum(s.transfers_count), 0)) AS BIGINT) AS transfers_count
FROM core_matters AS m
INNER JOIN latest_sessions AS s ON s.contact_id = m.contact_id
GROUP BY m.first_leg_id
HAVING COUNT(*) > 1
