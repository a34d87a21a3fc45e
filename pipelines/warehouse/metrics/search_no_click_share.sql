/* ---
label = "Searches without a click"
summary = "Share of help-centre searches after which no result was opened."
statistic = "ratio"
statistics = ["ratio"]
unit = "share"
population = "searches in the help centre"
date = "search"
exclusions = "searches of exports that do not tell clicks; single events on days for which a report counts the same"
up_is_good = false
formula = "such searches / searches"
worked_example = "40 searches with 12 clicks and 10 with 10: 28 / 50 = 56%."
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
    e.no_click_count AS value,
    e.events_count AS weight
FROM fact_article_events AS e
WHERE e.event = 'search'
    AND e.is_counted
    AND e.no_click_count IS NOT NULL
