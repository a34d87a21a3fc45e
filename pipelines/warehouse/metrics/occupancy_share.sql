/* ---
label = "Occupancy"
summary = "Share of the time in which agents are ready for contacts that they spend on them, after-contact work included. Known only where agent states are delivered."
statistic = "ratio"
statistics = ["ratio"]
unit = "share"
population = "half hours of agents, as their states tell them"
date = "the half hour in which the time was spent"
exclusions = "breaks, training and whatever else is paid and away; agents without states, and desks that deliver none"
formula = "handle / (handle + available without a contact)"
worked_example = "An hour: 40 min on calls, 5 min of after-contact work, 10 min ready, 5 min break: 45 / 55 = 81.8%; the same hour has a utilisation of 75%."
version = 2
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
    t.handle_seconds + t.available_seconds AS weight,
    t.local_on AS cluster_on
FROM fact_agent_time AS t
WHERE t.available_seconds IS NOT NULL
