/* ---
summary = "How many contacts were open from which day to which: each contact opens when it is created, ends when it is solved, merged or deleted, and opens again when reopened."
grain = "one queue and issue, with equal days of creation, opening and end"
key = ["channel", "language", "topic", "team", "urgency", "source", "created_on", "opened_on", "opened_by", "ended_on", "ended_by"]
--- */
WITH tracked AS (
    SELECT
        contact_key(c.contact_id) AS contact_key,
        c.channel,
        c.language,
        c.topic,
        c.team,
        c.urgency,
        c.source,
        c.exclusion,
        c.is_resolved,
        c.first_solved_at,
        c.first_solved_on,
        c.last_solved_at,
        c.last_solved_on,
        local_on(c.created_at) AS created_on,
        -- the latest day on which something unseen can have happened
        local_on(least(coalesce(c.updated_at, b.data_cut_at), b.data_cut_at)) AS updated_on
    FROM fact_contacts AS c
    CROSS JOIN core_data_cut AS b
    WHERE local_on(c.created_at) IS NOT NULL
        AND c.is_resolved IS NOT NULL
        AND coalesce(c.exclusion, 'deleted') IN ('deleted', 'merged')
),

turns AS (
    SELECT
        contact_key(e.contact_id) AS contact_key,
        local_on(e.changed_at) AS turned_on,
        e.changed_at,
        e.to_status,
        e.is_solve,
        lag(e.is_solve) OVER (PARTITION BY contact_key(e.contact_id) ORDER BY e.changed_at, e.is_solve, e.to_status) AS was_solve
    FROM fact_status_events AS e
    WHERE (e.is_solve OR e.is_reopen)
        AND local_on(e.changed_at) IS NOT NULL
),

-- a contact that is already open cannot reopen, one that is solved cannot be solved
alternating AS (
    SELECT
        contact_key,
        turned_on,
        is_solve,
        lead(turned_on) OVER (PARTITION BY contact_key ORDER BY changed_at, is_solve, to_status) AS next_on
    FROM turns
    WHERE is_solve <> coalesce(was_solve, FALSE)
),

-- the first solve that any history tells; of a contact that is known to have been solved before, later than it was
first_solves AS (
    SELECT
        contact_key,
        min(turned_on) AS solved_on
    FROM alternating
    WHERE is_solve
    GROUP BY contact_key
),

spells AS (
    SELECT
        t.channel,
        t.language,
        t.topic,
        t.team,
        t.urgency,
        t.source,
        t.created_on,
        t.created_on AS opened_on,
        'created' AS opened_by,
        CASE
            WHEN t.exclusion = 'merged' THEN coalesce(t.first_solved_on, f.solved_on, t.updated_on)
            WHEN coalesce(t.first_solved_on, f.solved_on) IS NOT NULL THEN coalesce(t.first_solved_on, f.solved_on)
            -- reopened, and only the last solve is told
            WHEN t.is_resolved THEN coalesce(t.last_solved_on, t.updated_on)
            WHEN t.exclusion = 'deleted' THEN t.updated_on
        END AS ended_on,
        CASE
            WHEN t.exclusion = 'merged' THEN 'merged'
            WHEN coalesce(t.first_solved_on, f.solved_on) IS NOT NULL OR t.is_resolved THEN 'resolved'
            WHEN t.exclusion = 'deleted' THEN 'deleted'
        END AS ended_by
    FROM tracked AS t
    LEFT JOIN first_solves AS f ON f.contact_key = t.contact_key
    UNION ALL
    -- reopened, as the status history tells it; that of a ticket older than its session counts from then
    SELECT
        t.channel,
        t.language,
        t.topic,
        t.team,
        t.urgency,
        t.source,
        t.created_on,
        greatest(a.turned_on, t.created_on) AS opened_on,
        'reopened' AS opened_by,
        CASE WHEN a.next_on IS NULL AND t.exclusion = 'deleted' THEN t.updated_on ELSE a.next_on END AS ended_on,
        CASE
            WHEN a.next_on IS NOT NULL THEN 'resolved'
            WHEN t.exclusion = 'deleted' THEN 'deleted'
        END AS ended_by
    FROM tracked AS t
    INNER JOIN alternating AS a ON a.contact_key = t.contact_key
    WHERE NOT a.is_solve
        AND coalesce(t.exclusion, '') <> 'merged'
    UNION ALL
    -- reopened at a time that no history tells: at the latest it can have been
    SELECT
        t.channel,
        t.language,
        t.topic,
        t.team,
        t.urgency,
        t.source,
        t.created_on,
        CASE WHEN t.is_resolved THEN t.last_solved_on ELSE t.updated_on END AS opened_on,
        'reopened' AS opened_by,
        CASE WHEN t.is_resolved THEN t.last_solved_on WHEN t.exclusion = 'deleted' THEN t.updated_on END AS ended_on,
        CASE WHEN t.is_resolved THEN 'resolved' WHEN t.exclusion = 'deleted' THEN 'deleted' END AS ended_by
    FROM tracked AS t
    LEFT JOIN core_resolutions AS e ON e.contact_key = t.contact_key AND e.solves_count > 0
    WHERE e.contact_key IS NULL
        AND coalesce(t.exclusion, '') <> 'merged'
        AND t.first_solved_on IS NOT NULL
        AND (NOT t.is_resolved OR t.last_solved_at > t.first_solved_at)
)

SELECT
    channel,
    language,
    topic,
    team,
    urgency,
    source,
    created_on,
    opened_on,
    opened_by,
    CASE WHEN ended_on < opened_on THEN opened_on ELSE ended_on END AS ended_on,
    ended_by,
    COUNT(*) AS n
FROM spells
GROUP BY channel, language, topic, team, urgency, source, created_on, opened_on, opened_by,
    CASE WHEN ended_on < opened_on THEN opened_on ELSE ended_on END, ended_by
