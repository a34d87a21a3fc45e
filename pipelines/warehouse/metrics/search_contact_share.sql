/* ---
label = "Searches followed by a contact"
summary = "Share of help-centre searches that a contact followed: as the export counts them, else by the same visitor within 72 hours."
statistic = "ratio"
statistics = ["ratio"]
unit = "share"
population = "searches in the help centre"
date = "search"
exclusions = "searches without a count of contacts and without a known visitor; searches whose window is still open; single events on days for which a report counts the same"
up_is_good = false
formula = "such searches / searches"
worked_example = "A report tells 2 contacts after 40 searches: 5%."
version = 2
--- */
SELECT
    CAST(NULL AS STRING) AS contact_id,
    e.happened_on AS observed_on,
    CAST(NULL AS STRING) AS channel,
    e.language,
    e.topic,
    CAST(NULL AS STRING) AS team,
    CAST(NULL AS STRING) AS agent,
    CAST(NULL AS STRING) AS urgency,
    e.source,
    e.contacted_count AS value,
    e.events_count AS weight
FROM fact_article_events AS e
WHERE e.event = 'search'
    AND e.is_counted
    AND e.contacted_count IS NOT NULL
