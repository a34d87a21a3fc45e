/* ---
summary = "Status events with the status before, told by the event itself, else by the event before it. Those of a ticket that a counted session became are the session's."
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
    coalesce(t.contact_id, c.contact_id) AS contact_id,
    c.changed_at,
    c.from_status,
    c.to_status,
    c.to_status IN ('solved', 'closed') AND coalesce(c.from_status, 'new') NOT IN ('solved', 'closed') AS is_solve,
    c.to_status IN ('new', 'open', 'pending', 'hold') AND coalesce(c.from_status IN ('solved', 'closed'), FALSE) AS is_reopen
FROM changes AS c
LEFT JOIN core_outcomes AS t ON t.outcome_id = c.contact_id
LEFT JOIN core_outcomes AS o ON o.contact_id = c.contact_id AND o.outcome_id IS NOT NULL
WHERE o.contact_id IS NULL
