/* ---
summary = "The latest delivery of each live session; that of a transferred one from its first leg to its last."
grain = "one live session"
key = ["contact_key"]
--- */
WITH sessions AS (
    SELECT
        s.contact_id,
        s.queue_entered_at,
        s.answered_at,
        s.abandoned_at,
        s.ended_at,
        s.outcome,
        s.wait_seconds,
        s.talk_seconds,
        s.hold_seconds,
        s.wrap_seconds,
        s.transfers_count
    FROM latest_sessions AS s
    WHERE NOT EXISTS (SELECT 1 FROM core_transfers AS t WHERE t.contact_id = s.contact_id)
    UNION ALL
    SELECT
        contact_id,
        queue_entered_at,
        answered_at,
        abandoned_at,
        ended_at,
        outcome,
        wait_seconds,
        talk_seconds,
        hold_seconds,
        wrap_seconds,
        transfers_count
    FROM core_transfers
)

SELECT
    contact_key(s.contact_id) AS contact_key,
    s.queue_entered_at,
    s.answered_at,
    s.ended_at,
    coalesce(s.abandoned_at, CASE WHEN s.outcome = 'abandoned' THEN s.ended_at END) AS hung_up_at,
    -- what the export says became of it, where it says so, as flags: a join holds millions of them;
    -- where it does not, who was talked to was answered
    coalesce(s.outcome = 'answered', FALSE)
        OR coalesce(s.outcome, 'unknown') = 'unknown' AND s.abandoned_at IS NULL AND coalesce(s.talk_seconds > 0, FALSE)
        AS is_told_answered,
    is_told_answered OR coalesce(s.outcome IN ('callback', 'voicemail'), FALSE) AS is_told_served,
    coalesce(s.outcome = 'abandoned', FALSE) AS is_told_abandoned,
    is_told_answered OR s.answered_at IS NOT NULL AS is_handled,
    s.wait_seconds,
    -- nobody handled who hung up or spoke to a machine, though telephone systems tell times of these too
    CASE WHEN is_handled THEN s.talk_seconds END AS talk_seconds,
    h.talk_share_seconds,
    CASE WHEN is_handled THEN s.hold_seconds END AS hold_seconds,
    CASE WHEN is_handled THEN s.wrap_seconds END AS wrap_seconds,
    s.transfers_count
FROM sessions AS s
LEFT JOIN core_chat_handling AS h ON h.contact_key = contact_key(s.contact_id)
