/* ---
severity = "warn"
summary = "every source tells times of day, and not only dates"
remedy = "export it with times of day where the helpdesk has them; until then its durations are whole days (0 is the same day), shares answered within hours are shares of the same day, and its half hours are not known"
--- */
SELECT
    source,
    time,
    contacts
FROM fact_day_times
ORDER BY source, time
