/* ---
summary = "Status events with the status before, told by the event itself, else by the event before it. Those of a ticket that a counted session became are the session's."
grain = "one change of a contact's status"
key = ["contact_id", "changed_at", "to_status"]
--- */
WITH staged AS (
    SELECT
        contact_id,
        changed_at,
        from_status,
        to_status,
        -- equal instants follow a contact's life, whatever order the file has
        CASE to_status
            WHEN 'new' THEN 1
            WHEN 'open' THEN 2
            WHEN 'pending' THEN 3
            WHEN 'hold' THEN 4
            WHEN 'solved' THEN 5
            WHEN 'closed' THEN 6
            ELSE 7
        END AS stage
    FROM latest_status_events
),

changes AS (
    SELECT
        contact_id,
        changed_at,
        coalesce(
            from_status,
            lag(to_status) OVER (PARTITION BY contact_id ORDER BY changed_at, stage, to_status)
        ) AS from_status,
        to_status,
        -- since when it had the status before
        lag(changed_at) OVER (PARTITION BY contact_id ORDER BY changed_at, stage, to_status) AS since_at
    FROM staged
)

SELECT
    coalesce(t.contact_id, c.contact_id) AS contact_id,
    c.changed_at,
    c.from_status,
    c.to_status,
    c.since_at,
    c.to_status IN ('solved', 'closed') AND coalesce(c.from_status, 'new') NOT IN ('solved', 'closed') AS is_solve,
    c.to_status IN ('new', 'open', 'pending', 'hold') AND coalesce(c.from_status IN ('solved', 'closed'), FALSE) AS is_reopen
FROM changes AS c
LEFT JOIN core_outcomes AS t ON t.outcome_id = c.contact_id
LEFT JOIN core_outcomes AS o ON o.contact_id = c.contact_id AND o.outcome_id IS NOT NULL
WHERE o.contact_id IS NULL
