/* ---
label = "Searches without a result"
summary = "Share of help-centre searches that found nothing."
statistic = "ratio"
statistics = ["ratio"]
unit = "share"
population = "searches in the help centre"
date = "search"
exclusions = "searches of exports that do not tell how many results there were; single events on days for which a report counts the same"
up_is_good = false
formula = "such searches / searches"
worked_example = "30 searches for one word without a result, 70 for another with some: 30%."
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
    e.no_result_count AS value,
    e.events_count AS weight
FROM fact_article_events AS e
WHERE e.event = 'search'
    AND e.is_counted
    AND e.no_result_count IS NOT NULL
