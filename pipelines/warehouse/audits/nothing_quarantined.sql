/* ---
severity = "warn"
summary = "no row was refused and no contact's time runs backwards"
remedy = "see `support-quality quarantine`: each row says what to do"
--- */
SELECT
    file,
    table_name,
    reasons,
    COUNT(*) AS refused
FROM quarantine
-- totals, footers and repeated headers are no records: nobody misses them
WHERE remedy NOT LIKE 'nothing to do%'
GROUP BY file, table_name, reasons
ORDER BY refused DESC, file, table_name, reasons
