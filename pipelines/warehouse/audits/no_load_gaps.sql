/* ---
severity = "warn"
summary = "no source lacks a whole day on which its weekday usually brings contacts"
remedy = "export the missing days and load them; a day on which everybody was closed needs nothing, nor does a system that was given up: it is missed for four weeks"
--- */
SELECT
    source,
    day,
    contacts,
    usual
FROM fact_source_days
WHERE contacts = 0
    AND usual >= 5
ORDER BY day DESC, source
