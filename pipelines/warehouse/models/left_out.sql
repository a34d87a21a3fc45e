/* ---
summary = "Every received row that is not counted, by the column of the ledger that it is in: the ledger's sums are its rows."
grain = "one received row that is not counted"
key = []
stored = "view"
[columns]
reason = { type = "VARCHAR", meaning = "column of the ledger: quarantined, merged, spam, duplicate, ..." }
source = { type = "VARCHAR", meaning = "kind of export" }
file = { type = "VARCHAR", meaning = "file name" }
day = { type = "DATE", unit = "local day", meaning = "day of the ledger; NULL for refused lines without a readable time" }
line = { type = "BIGINT", meaning = "line of the file; NULL where the contact_id finds it" }
contact_id = { type = "VARCHAR", meaning = "the contact; NULL where it could not be read" }
other_contact_id = { type = "VARCHAR", meaning = "contact that it was merged into or is linked to" }
detail = { type = "VARCHAR", meaning = "why it was refused; of other rows the status, tags and channel that they have" }
remedy = { type = "VARCHAR", meaning = "what to do; NULL where nothing is wrong" }
load_id = { type = "VARCHAR", meaning = "load that delivered it" }
--- */
SELECT
    c.exclusion AS reason,
    l.source,
    l.file,
    c.arrived_on AS day,
    CAST(NULL AS BIGINT) AS line,
    c.contact_id,
    coalesce(c.merged_into, c.linked_contact_id) AS other_contact_id,
    c.channel || ', ' || c.status || CASE WHEN c.tags IS NULL THEN '' ELSE ', tags: ' || c.tags END AS detail,
    CAST(NULL AS STRING) AS remedy,
    c._load_id AS load_id
FROM fact_contacts AS c
LEFT JOIN loads AS l ON l.load_id = c._load_id
WHERE c.exclusion IS NOT NULL
    AND c.exclusion <> 'quarantined'
UNION ALL
SELECT
    'duplicate' AS reason,
    l.source,
    l.file,
    d.day,
    d.line,
    d.contact_id,
    CAST(NULL AS STRING) AS other_contact_id,
    'the newest delivery of this contact counts' AS detail,
    CAST(NULL AS STRING) AS remedy,
    d.load_id
FROM fact_duplicates AS d
LEFT JOIN loads AS l ON l.load_id = d.load_id
UNION ALL
SELECT
    'quarantined' AS reason,
    l.source,
    q.file,
    q.day,
    q.line,
    q.contact_id,
    CAST(NULL AS STRING) AS other_contact_id,
    q.reasons AS detail,
    q.remedy,
    q.load_id
FROM quarantine AS q
LEFT JOIN loads AS l ON l.load_id = q.load_id
WHERE q.table_name = 'contacts'
