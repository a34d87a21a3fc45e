/* ---
summary = "Status events with the status before, told by the event itself, else by the event before it."
grain = "one change of a contact's status"
key = ["contact_id", "changed_at", "to_status"]
--- */
WITH changes AS (
    SELECT
        contact_id,
        changed_at,
        coalesce(
            from_status,
            lag(to_status) OVER (
                PARTITION BY contact_id
                ORDER BY
                    changed_at,
                    -- equal instants follow a contact's life, whatever order the file has
                    CASE to_status
                        WHEN 'new' THEN 1
                        WHEN 'open' THEN 2
                        WHEN 'pending' THEN 3
                        WHEN 'hold' THEN 4
                        WHEN 'solved' THEN 5
                        WHEN 'closed' THEN 6
                        ELSE 7
                    END,
                    to_status
            )
        ) AS from_status,
        to_status
    FROM latest_status_events
)

SELECT
    contact_id,
    changed_at,
    from_status,
    to_status,
    to_status IN ('solved', 'closed') AND coalesce(from_status, 'new') NOT IN ('solved', 'closed') AS is_solve,
    to_status IN ('new', 'open', 'pending', 'hold') AND coalesce(from_status IN ('solved', 'closed'), FALSE) AS is_reopen
FROM changes
