/* ---
severity = "warn"
summary = "no row was refused and no contact's time runs backwards"
remedy = "see `support-quality quarantine`: each row says what to do"
--- */
SELECT
    file,
    table_name,
    line,
    contact_id,
    reasons
FROM quarantine
-- totals, footers and repeated headers are no records: nobody misses them
WHERE remedy NOT LIKE 'nothing to do%'
ORDER BY file, table_name, line, contact_id
