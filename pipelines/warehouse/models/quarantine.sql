/* ---
summary = "What is not counted because it can't be true or can't be read, with reason and remedy: refused lines, and contacts whose time runs backwards."
grain = "one refused line or contact"
key = []
[columns]
load_id = { type = "VARCHAR", meaning = "load that delivered it" }
file = { type = "VARCHAR", meaning = "file name" }
day = { type = "DATE", unit = "local day", meaning = "day it belongs to; NULL where no time could be read" }
line = { type = "BIGINT", meaning = "line of the file; NULL for a contact refused by the build" }
table_name = { type = "VARCHAR", meaning = "raw table it was meant for" }
contact_id = { type = "VARCHAR", meaning = "the contact, where it could be read" }
reasons = { type = "VARCHAR", meaning = "every reason, joined by semicolons" }
remedy = { type = "VARCHAR", meaning = "what to do" }
--- */
SELECT
    r._load_id AS load_id,
    l.file,
    r.received_on AS day,
    r.line,
    r.table_name,
    CAST(NULL AS STRING) AS contact_id,
    r.reasons,
    r.remedy
FROM raw_rejects AS r
LEFT JOIN loads AS l ON l.load_id = r._load_id
UNION ALL
SELECT
    c._load_id AS load_id,
    l.file,
    c.arrived_on AS day,
    CAST(NULL AS BIGINT) AS line,
    'contacts' AS table_name,
    c.contact_id,
    CASE
        WHEN least(c.first_solved_at, c.last_solved_at) < least(c.created_at, c.arrived_at) THEN 'solved before it was created'
        WHEN c.left_at < least(c.created_at, c.arrived_at) THEN 'left before it was created'
        ELSE 'answered before it was created'
    END AS reasons,
    'check the time zone and the times of this contact in the export' AS remedy
FROM fact_contacts AS c
LEFT JOIN loads AS l ON l.load_id = c._load_id
WHERE c.exclusion = 'quarantined'
