/* ---
summary = "What the contacts of a matter tell: the outcome of the ticket that a session became, the words that the counted one or a further session lacks, and the first reply in others than the counted one."
grain = "one counted contact of a matter"
key = ["contact_id"]
--- */
WITH replies AS (
    SELECT
        contact_key,
        min(sent_at) AS replied_at
    FROM core_shared_messages
    WHERE speaker = 3
        AND sent_at >= counted_at
    GROUP BY contact_key
),

members AS (
    SELECT
        m.counted_id,
        m.outcome_id,
        row_number() OVER (
            PARTITION BY m.counted_id ORDER BY CASE WHEN m.contact_id = m.outcome_id THEN 0 ELSE 1 END, m.position
        ) AS position,
        c.contact_id,
        c.status,
        c.language,
        c.language_source,
        c.topic,
        c.team,
        c.agent_id,
        c.created_at,
        c.updated_at,
        CASE WHEN m.contact_id <> m.counted_id THEN r.replied_at END AS other_replied_at
    FROM core_matters AS m
    INNER JOIN core_contacts AS c ON c.contact_id = m.contact_id
    LEFT JOIN replies AS r ON r.contact_key = contact_key(m.contact_id)
),

words AS (
    SELECT
        counted_id,
        max(outcome_id) AS outcome_id,
        max(CASE WHEN contact_id = outcome_id THEN status END) AS status,
        max(CASE WHEN contact_id = outcome_id THEN created_at END) AS outcome_created_at,
        max(updated_at) AS updated_at,
        min(CASE WHEN language <> 'und' THEN position END) AS language_position,
        min(CASE WHEN topic <> 'unknown' THEN position END) AS topic_position,
        min(CASE WHEN team IS NOT NULL THEN position END) AS team_position,
        min(CASE WHEN agent_id IS NOT NULL THEN position END) AS agent_position,
        min(other_replied_at) AS other_replied_at
    FROM members
    GROUP BY counted_id
)

SELECT
    w.counted_id AS contact_id,
    w.outcome_id,
    w.status,
    w.updated_at,
    max(CASE WHEN o.position = w.language_position THEN o.language END) AS language,
    max(CASE WHEN o.position = w.language_position THEN o.language_source END) AS language_source,
    max(CASE WHEN o.position = w.topic_position THEN o.topic END) AS topic,
    max(CASE WHEN o.position = w.team_position THEN o.team END) AS team,
    max(CASE WHEN o.position = w.agent_position THEN o.agent_id END) AS agent_id,
    w.other_replied_at,
    w.outcome_created_at,
    -- a vendor's durations start with the ticket, the customer's wait before it: instants serve both.
    -- What was never reopened was solved once: its minutes beside its instant would make it two.
    coalesce(
        max(k.first_solved_at),
        CASE WHEN coalesce(max(k.reopens_count), 0) = 0 THEN max(k.solved_at) END,
        seconds_after(w.outcome_created_at, max(k.vendor_first_resolution_seconds))
    ) AS first_solved_at,
    coalesce(max(k.solved_at), seconds_after(w.outcome_created_at, max(k.vendor_full_resolution_seconds))) AS solved_at,
    max(k.closed_at) AS closed_at,
    max(k.reopens_count) AS reopens_count
FROM words AS w
INNER JOIN members AS o ON o.counted_id = w.counted_id
LEFT JOIN latest_contact_clocks AS k ON k.contact_id = w.outcome_id
GROUP BY w.counted_id, w.outcome_id, w.status, w.updated_at, w.other_replied_at, w.outcome_created_at
