/* ---
summary = "The latest delivery of each live session; that of a transferred one from its first leg to its last."
grain = "one live session"
key = ["contact_key"]
stored = "view"
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
    contact_key(contact_id) AS contact_key,
    queue_entered_at,
    answered_at,
    ended_at,
    coalesce(abandoned_at, CASE WHEN outcome = 'abandoned' THEN ended_at END) AS hung_up_at,
    -- what the export says became of it, where it says so; as flags: a join holds millions of them
    coalesce(outcome = 'answered', FALSE) AS is_told_answered,
    coalesce(outcome IN ('answered', 'callback', 'voicemail'), FALSE) AS is_told_served,
    coalesce(outcome = 'abandoned', FALSE) AS is_told_abandoned,
    wait_seconds,
    talk_seconds,
    hold_seconds,
    wrap_seconds,
    transfers_count
FROM sessions
