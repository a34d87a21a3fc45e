/* ---
summary = "Older deliveries of contacts that came again; the newest one is in fact_contacts."
grain = "one older delivery"
key = ["load_id", "line", "contact_id"]
[columns]
load_id = { type = "VARCHAR", meaning = "load that delivered it" }
line = { type = "BIGINT", meaning = "line of the file" }
contact_id = { type = "VARCHAR", meaning = "the contact" }
day = { type = "DATE", unit = "local day", meaning = "day of its creation" }
updated_at = { type = "TIMESTAMP", unit = "UTC", meaning = "when the export had last changed this delivery" }
--- */
SELECT
    r._load_id AS load_id,
    r._line AS line,
    r.contact_id,
    local_on(r.created_at) AS day,
    r.updated_at
FROM repeated_contacts AS r
WHERE r.recency > 1
