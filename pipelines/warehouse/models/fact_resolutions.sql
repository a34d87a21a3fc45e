/* ---
summary = "Every solve of a counted contact: the status history's, else the first and the last that the helpdesk's clocks tell."
grain = "one solve event"
key = ["contact_id", "ordinal"]
sort = ["solved_on"]
[columns]
contact_id = { type = "VARCHAR", meaning = "the contact", compression = "zstd" }
solved_at = { type = "TIMESTAMP", unit = "UTC", meaning = "when it was solved" }
solved_on = { type = "DATE", unit = "local day", meaning = "day of the solve" }
solved_slot = { type = "SMALLINT", unit = "local half hour", meaning = "half hour of the solve, 0..47" }
ordinal = { type = "BIGINT", meaning = "1 for the contact's first solve, 2 for the next that is known" }
channel = { type = "VARCHAR", meaning = "canonical channel" }
language = { type = "VARCHAR", meaning = "canonical language" }
topic = { type = "VARCHAR", meaning = "canonical issue type" }
team = { type = "VARCHAR", meaning = "team; NULL where the export names none" }
agent_id = { type = "VARCHAR", meaning = "agent the contact belongs to last" }
urgency = { type = "VARCHAR", meaning = "urgent or normal" }
source = { type = "VARCHAR", meaning = "system of the contact" }
--- */
WITH told AS (
    SELECT
        contact_key(contact_id) AS contact_key,
        changed_at AS solved_at,
        row_number() OVER (PARTITION BY contact_key(contact_id) ORDER BY changed_at, to_status) AS ordinal
    FROM fact_status_events
    WHERE is_solve
),

solves AS (
    SELECT
        c.contact_id,
        t.solved_at,
        t.ordinal,
        c.channel,
        c.language,
        c.topic,
        c.team,
        c.agent_id,
        c.urgency,
        c.source
    FROM told AS t
    INNER JOIN fact_contacts AS c ON contact_key(c.contact_id) = t.contact_key
    WHERE c.exclusion IS NULL
    UNION ALL
    SELECT
        c.contact_id,
        CASE WHEN s.ordinal = 1 THEN coalesce(c.first_solved_at, c.last_solved_at) ELSE c.last_solved_at END AS solved_at,
        s.ordinal,
        c.channel,
        c.language,
        c.topic,
        c.team,
        c.agent_id,
        c.urgency,
        c.source
    FROM fact_contacts AS c
    CROSS JOIN (SELECT 1 AS ordinal UNION ALL SELECT 2 AS ordinal) AS s
    LEFT JOIN core_resolutions AS e ON e.contact_key = contact_key(c.contact_id) AND e.solves_count > 0
    WHERE c.exclusion IS NULL
        AND e.contact_key IS NULL
        AND (s.ordinal = 1 OR c.last_solved_at > c.first_solved_at)
)

SELECT
    s.contact_id,
    s.solved_at,
    local_on(s.solved_at) AS solved_on,
    local_slot(s.solved_at) AS solved_slot,
    s.ordinal,
    s.channel,
    s.language,
    s.topic,
    s.team,
    s.agent_id,
    s.urgency,
    s.source
FROM solves AS s
WHERE local_on(s.solved_at) IS NOT NULL
