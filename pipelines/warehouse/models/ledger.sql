/* ---
summary = "The books of the contacts: every received row is counted or says why not. Per row: received = counted + quarantined + all the other columns."
grain = "one source, file and local day"
key = ["source", "file", "day"]
sort = ["source", "file", "day"]
[columns]
source = { type = "VARCHAR", meaning = "kind of export" }
file = { type = "VARCHAR", meaning = "file name" }
day = { type = "DATE", unit = "local day", meaning = "day of arrival; NULL for refused lines without a readable time" }
received = { type = "BIGINT", unit = "rows", meaning = "rows of the file" }
counted = { type = "BIGINT", unit = "rows", meaning = "counted contacts" }
quarantined = { type = "BIGINT", unit = "rows", meaning = "refused while loading, or time runs backwards; see quarantine" }
merged = { type = "BIGINT", unit = "rows", meaning = "merged into another contact, which is counted" }
spam = { type = "BIGINT", unit = "rows", meaning = "spam" }
test = { type = "BIGINT", unit = "rows", meaning = "a test, or a line the telephone system itself made" }
duplicate = { type = "BIGINT", unit = "rows", meaning = "an older delivery of a row that came again" }
agent_initiated = { type = "BIGINT", unit = "rows", meaning = "started by an agent, not by a customer" }
internal = { type = "BIGINT", unit = "rows", meaning = "between colleagues, or made by a machine for itself" }
follow_up = { type = "BIGINT", unit = "rows", meaning = "the vendor's follow-up of a closed contact" }
linked = { type = "BIGINT", unit = "rows", meaning = "the same matter as another contact, which is counted" }
deleted = { type = "BIGINT", unit = "rows", meaning = "deleted in the helpdesk" }
--- */
WITH entries AS (
    SELECT
        _load_id AS load_id,
        arrived_on AS day,
        coalesce(exclusion, 'counted') AS fate,
        COUNT(*) AS n
    FROM fact_contacts
    GROUP BY _load_id, arrived_on, coalesce(exclusion, 'counted')
    UNION ALL
    SELECT
        load_id,
        day,
        'duplicate' AS fate,
        COUNT(*) AS n
    FROM fact_duplicates
    GROUP BY load_id, day
    UNION ALL
    SELECT
        r._load_id AS load_id,
        r.received_on AS day,
        'quarantined' AS fate,
        COUNT(*) AS n
    FROM raw_rejects AS r
    WHERE r.table_name = 'contacts'
    GROUP BY r._load_id, r.received_on
)

SELECT
    l.source,
    l.file,
    e.day,
    CAST(sum(e.n) AS BIGINT) AS received,
    CAST(sum(CASE WHEN e.fate = 'counted' THEN e.n ELSE 0 END) AS BIGINT) AS counted,
    CAST(sum(CASE WHEN e.fate = 'quarantined' THEN e.n ELSE 0 END) AS BIGINT) AS quarantined,
    CAST(sum(CASE WHEN e.fate = 'merged' THEN e.n ELSE 0 END) AS BIGINT) AS merged,
    CAST(sum(CASE WHEN e.fate = 'spam' THEN e.n ELSE 0 END) AS BIGINT) AS spam,
    CAST(sum(CASE WHEN e.fate = 'test' THEN e.n ELSE 0 END) AS BIGINT) AS test,
    CAST(sum(CASE WHEN e.fate = 'duplicate' THEN e.n ELSE 0 END) AS BIGINT) AS duplicate,
    CAST(sum(CASE WHEN e.fate = 'agent_initiated' THEN e.n ELSE 0 END) AS BIGINT) AS agent_initiated,
    CAST(sum(CASE WHEN e.fate = 'internal' THEN e.n ELSE 0 END) AS BIGINT) AS internal,
    CAST(sum(CASE WHEN e.fate = 'follow_up' THEN e.n ELSE 0 END) AS BIGINT) AS follow_up,
    CAST(sum(CASE WHEN e.fate = 'linked' THEN e.n ELSE 0 END) AS BIGINT) AS linked,
    CAST(sum(CASE WHEN e.fate = 'deleted' THEN e.n ELSE 0 END) AS BIGINT) AS deleted
FROM entries AS e
LEFT JOIN loads AS l ON l.load_id = e.load_id
GROUP BY l.source, l.file, e.day
