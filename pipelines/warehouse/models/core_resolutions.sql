/* ---
summary = "Solves and reopenings of each contact and its time in each status, as the status history tells them; closing a solved contact is not a second solve."
grain = "one contact with status events"
key = ["contact_key"]
--- */
WITH told AS (
    SELECT
        contact_key(contact_id) AS contact_key,
        min(CASE WHEN is_solve THEN changed_at END) AS first_solved_at,
        max(CASE WHEN is_solve THEN changed_at END) AS last_solved_at,
        CAST(COUNT(CASE WHEN is_solve THEN 1 END) AS INTEGER) AS solves_count,
        min(CASE WHEN is_reopen THEN changed_at END) AS first_reopened_at,
        CAST(COUNT(CASE WHEN is_reopen THEN 1 END) AS INTEGER) AS reopens_count,
        max(CASE WHEN to_status = 'closed' THEN changed_at END) AS closed_at,
        max(CASE WHEN to_status = 'deleted' THEN changed_at END) AS deleted_at,
        -- the time before the first change is the caller's to add: it starts with the contact
        min(changed_at) AS first_changed_at,
        max(CASE WHEN since_at IS NULL AND coalesce(from_status, 'new') IN ('new', 'open') THEN 1 ELSE 0 END) = 1 AS is_first_open,
        max(CASE WHEN since_at IS NULL AND from_status = 'pending' THEN 1 ELSE 0 END) = 1 AS is_first_pending,
        max(CASE WHEN since_at IS NULL AND from_status = 'hold' THEN 1 ELSE 0 END) = 1 AS is_first_held,
        max(CASE WHEN since_at IS NULL AND from_status IN ('solved', 'closed') THEN 1 ELSE 0 END) = 1 AS is_first_solved,
        CAST(sum(CASE WHEN from_status IN ('new', 'open') AND since_at IS NOT NULL THEN seconds_between(since_at, changed_at) ELSE 0 END) AS BIGINT)
            AS open_seconds,
        CAST(sum(CASE WHEN from_status = 'pending' AND since_at IS NOT NULL THEN seconds_between(since_at, changed_at) ELSE 0 END) AS BIGINT)
            AS pending_seconds,
        CAST(sum(CASE WHEN from_status = 'hold' AND since_at IS NOT NULL THEN seconds_between(since_at, changed_at) ELSE 0 END) AS BIGINT)
            AS held_seconds
    FROM fact_status_events
    GROUP BY contact_key(contact_id)
)

-- what was reopened before had been solved before: when, and what came first, such a history does not tell
SELECT
    contact_key,
    CASE WHEN coalesce(first_solved_at <= first_reopened_at, TRUE) THEN first_solved_at END AS first_solved_at,
    last_solved_at,
    solves_count,
    first_reopened_at,
    reopens_count,
    closed_at,
    deleted_at,
    first_changed_at,
    is_first_open,
    is_first_pending,
    is_first_held,
    CASE WHEN NOT is_first_solved THEN open_seconds END AS open_seconds,
    CASE WHEN NOT is_first_solved THEN pending_seconds END AS pending_seconds,
    CASE WHEN NOT is_first_solved THEN held_seconds END AS held_seconds
FROM told
