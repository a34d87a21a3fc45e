/* ---
summary = "Every solve of a counted contact: the status history's, else the first and the last that the helpdesk's clocks tell."
grain = "one solve event"
key = ["contact_id", "ordinal"]
sort = ["solved_on", "channel", "language"]
[columns]
contact_id = { type = "VARCHAR", meaning = "the contact" }
solved_at = { type = "TIMESTAMP", unit = "UTC", meaning = "when it was solved" }
solved_on = { type = "DATE", unit = "local day", meaning = "day of the solve" }
solved_slot = { type = "SMALLINT", unit = "local half hour", meaning = "half hour of the solve, 0..47" }
ordinal = { type = "BIGINT", meaning = "1 for the contact's first solve, 2 for the next that is known" }
channel = { type = "VARCHAR", meaning = "canonical channel" }
language = { type = "VARCHAR", meaning = "canonical language" }
topic = { type = "VARCHAR", meaning = "canonical issue type" }
team = { type = "VARCHAR", meaning = "team; NULL where the export names none" }
agent_id = { type = "VARCHAR", meaning = "agent the contact belongs to last" }
--- */
WITH solves AS (
    SELECT
        contact_id,
        changed_at AS solved_at
    FROM core_status_changes
    WHERE is_solve
    UNION
    SELECT
        c.contact_id,
        c.first_solved_at AS solved_at
    FROM fact_contacts AS c
    WHERE c.first_solved_at IS NOT NULL
    UNION
    SELECT
        c.contact_id,
        c.last_solved_at AS solved_at
    FROM fact_contacts AS c
    WHERE c.last_solved_at <> c.first_solved_at OR c.first_solved_at IS NULL
)

SELECT
    s.contact_id,
    s.solved_at,
    q.local_on AS solved_on,
    q.local_slot AS solved_slot,
    row_number() OVER (PARTITION BY s.contact_id ORDER BY s.solved_at) AS ordinal,
    c.channel,
    c.language,
    c.topic,
    c.team,
    c.agent_id
FROM solves AS s
INNER JOIN fact_contacts AS c ON c.contact_id = s.contact_id
INNER JOIN core_local_quarters AS q ON q.quarter_at = quarter_of(s.solved_at)
WHERE c.exclusion IS NULL
