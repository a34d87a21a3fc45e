/* ---
summary = "Solves and reopenings of each contact as its status history tells them; closing a solved contact is not a second solve."
grain = "one contact with status events"
key = ["contact_id"]
--- */
SELECT
    contact_id,
    min(CASE WHEN is_solve THEN changed_at END) AS first_solved_at,
    max(CASE WHEN is_solve THEN changed_at END) AS last_solved_at,
    CAST(sum(CASE WHEN is_solve THEN 1 ELSE 0 END) AS BIGINT) AS solves_count,
    min(CASE WHEN is_reopen THEN changed_at END) AS first_reopened_at,
    CAST(sum(CASE WHEN is_reopen THEN 1 ELSE 0 END) AS BIGINT) AS reopens_count,
    max(CASE WHEN to_status = 'closed' THEN changed_at END) AS closed_at,
    max(CASE WHEN to_status = 'deleted' THEN changed_at END) AS deleted_at
FROM core_status_changes
GROUP BY contact_id
