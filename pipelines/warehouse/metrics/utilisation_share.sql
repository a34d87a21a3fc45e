/* ---
label = "Utilisation"
summary = "Share of the paid time that agents spend on contacts, after-contact work included: logged-in time where agent states are delivered, scheduled hours on days without."
statistic = "ratio"
statistics = ["ratio"]
unit = "share"
population = "half hours of agents, or of desks with a schedule and measured handle time"
date = "the half hour in which the time was spent"
exclusions = "half hours of which nothing was delivered; desks without measured handle time (e-mail)"
formula = "handle / paid"
worked_example = "An hour: 40 min on calls, 5 min of after-contact work, 10 min ready, 5 min break: 45 / 60 = 75%; the same hour has an occupancy of 81.8%."
version = 3
--- */
SELECT
    CAST(NULL AS STRING) AS contact_id,
    t.local_on AS observed_on,
    t.local_slot AS observed_slot,
    t.channel,
    t.language,
    CAST(NULL AS STRING) AS topic,
    t.team,
    t.agent_id AS agent,
    CAST(NULL AS STRING) AS urgency,
    t.origin AS source,
    t.handle_seconds AS value,
    t.paid_seconds AS weight,
    t.local_on AS cluster_on
FROM fact_agent_time AS t
WHERE t.paid_seconds IS NOT NULL
