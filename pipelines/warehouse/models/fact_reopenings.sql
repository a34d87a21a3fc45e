/* ---
summary = "Every time a solved contact was opened again: the status history's; where there is none, as many as the helpdesk counts (100 at most), dated as late as they can have been."
grain = "one reopening of a counted contact"
key = ["contact_id", "ordinal"]
sort = ["reopened_on"]
[columns]
contact_id = { type = "VARCHAR", meaning = "the contact" }
ordinal = { type = "BIGINT", meaning = "1 for the contact's first reopening" }
reopened_at = { type = "TIMESTAMP", unit = "UTC", meaning = "when it was opened again" }
reopened_on = { type = "DATE", unit = "local day", meaning = "its day in the site's zone" }
channel = { type = "VARCHAR", meaning = "canonical channel" }
language = { type = "VARCHAR", meaning = "canonical language" }
topic = { type = "VARCHAR", meaning = "canonical issue type" }
team = { type = "VARCHAR", meaning = "team; NULL where the export names none" }
agent_id = { type = "VARCHAR", meaning = "agent the contact belongs to last" }
urgency = { type = "VARCHAR", meaning = "urgent or normal" }
source = { type = "VARCHAR", meaning = "system of the contact" }
--- */
WITH digits AS (
    SELECT 0 AS n UNION ALL SELECT 1 AS n UNION ALL SELECT 2 AS n UNION ALL SELECT 3 AS n UNION ALL SELECT 4 AS n
    UNION ALL SELECT 5 AS n UNION ALL SELECT 6 AS n UNION ALL SELECT 7 AS n UNION ALL SELECT 8 AS n UNION ALL SELECT 9 AS n
),

reopenings AS (
    SELECT
        c.contact_id,
        e.ordinal,
        e.changed_at AS reopened_at,
        c.channel,
        c.language,
        c.topic,
        c.team,
        c.agent_id,
        c.urgency,
        c.source
    FROM (
        SELECT
            contact_key(contact_id) AS contact_key,
            changed_at,
            row_number() OVER (PARTITION BY contact_key(contact_id) ORDER BY changed_at, to_status) AS ordinal
        FROM fact_status_events
        WHERE is_reopen
    ) AS e
    INNER JOIN fact_contacts AS c ON contact_key(c.contact_id) = e.contact_key
    WHERE c.exclusion IS NULL
    UNION ALL
    SELECT
        c.contact_id,
        CAST(10 * t.n + u.n + 1 AS BIGINT) AS ordinal,
        coalesce(CASE WHEN c.is_resolved THEN c.last_solved_at END, least(c.updated_at, b.data_cut_at), b.data_cut_at) AS reopened_at,
        c.channel,
        c.language,
        c.topic,
        c.team,
        c.agent_id,
        c.urgency,
        c.source
    FROM fact_contacts AS c
    CROSS JOIN core_data_cut AS b
    INNER JOIN digits AS t ON 10 * t.n < c.reopens_count
    INNER JOIN digits AS u ON 10 * t.n + u.n < c.reopens_count
    LEFT JOIN core_resolutions AS e ON e.contact_key = contact_key(c.contact_id) AND (e.solves_count > 0 OR e.reopens_count > 0)
    WHERE c.exclusion IS NULL
        AND c.reopens_count > 0
        AND e.contact_key IS NULL
)

SELECT
    contact_id,
    ordinal,
    reopened_at,
    local_on(reopened_at) AS reopened_on,
    channel,
    language,
    topic,
    team,
    agent_id,
    urgency,
    source
FROM reopenings
WHERE local_on(reopened_at) IS NOT NULL
