/* ---
summary = "Every change of a contact's status, with the status before, told by the event itself, else by the event before it. Those of a ticket that a counted session became are the session's."
grain = "one change"
key = ["contact_id", "changed_at", "to_status"]
[columns]
contact_id = { type = "VARCHAR", meaning = "the contact; for a ticket that a counted session became, the session", compression = "zstd" }
changed_at = { type = "TIMESTAMP", unit = "UTC", meaning = "when" }
from_status = { type = "VARCHAR", meaning = "status before, told by the event or by the one before it; NULL where neither does" }
to_status = { type = "VARCHAR", meaning = "status after" }
since_at = { type = "TIMESTAMP", unit = "UTC", meaning = "when the contact got the status before; NULL for its first event" }
is_solve = { type = "BOOLEAN", meaning = "a solve: closing a solved contact is not a second one" }
is_reopen = { type = "BOOLEAN", meaning = "a solved contact was opened again" }
--- */
WITH staged AS (
    SELECT
        contact_id,
        contact_key(contact_id) AS contact_key,
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
            WHEN 'deleted' THEN 7
            ELSE 8
        END AS stage
    FROM latest_status_events
),

changes AS (
    SELECT
        contact_id,
        changed_at,
        coalesce(
            from_status,
            lag(to_status) OVER (PARTITION BY contact_key ORDER BY changed_at, stage)
        ) AS from_status,
        to_status,
        lag(changed_at) OVER (PARTITION BY contact_key ORDER BY changed_at, stage) AS since_at
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
