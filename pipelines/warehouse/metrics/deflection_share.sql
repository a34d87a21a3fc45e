/* ---
label = "Deflection (upper bound)"
summary = "Share of help-centre visits with a search or an article view after which the visitor made no contact within 72 hours. An upper bound: who gave up, or contacted without being recognised, counts as helped."
statistic = "share"
statistics = ["share"]
unit = "share"
population = "visits of known visitors whose deflection window is over"
date = "start of the visit"
exclusions = "visits whose window (default 72 hours after the last event) is still open; events of reports that count without visitors"
up_is_good = true
formula = "visits without a contact in the window / visits"
worked_example = "Four visits; one visitor writes during the visit, one 71 hours after it, one 72 hours after it, one never: 2 / 4 = 50%."
version = 1
--- */
SELECT
    CAST(NULL AS STRING) AS contact_id,
    v.started_on AS observed_on,
    v.started_slot AS observed_slot,
    CAST(NULL AS STRING) AS channel,
    v.language,
    v.topic,
    CAST(NULL AS STRING) AS team,
    CAST(NULL AS STRING) AS agent,
    CAST(NULL AS STRING) AS urgency,
    v.source,
    CASE WHEN v.is_followed_by_contact THEN 0 ELSE 1 END AS value
FROM fact_visits AS v
WHERE v.is_followed_by_contact IS NOT NULL
