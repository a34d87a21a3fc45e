/* ---
label = "Contacts per 1,000 article views"
summary = "How many contacts come for every 1,000 article views: where it is high, the articles of that topic and language are missing or do not help."
statistic = "ratio"
statistics = ["ratio"]
unit = "contacts per 1,000 views"
population = "counted contacts and article views of the days for which views were delivered"
date = "arrival of the contact, view of the article"
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; days before the first and after the last delivered view; single views on days for which a report counts them"
up_is_good = false
formula = "1,000 * contacts / article views"
worked_example = "30 Korean contacts about withdrawals and 600 views of Korean articles about withdrawals: 50 per 1,000. Without a view there is no number, however many contacts."
version = 3
--- */
WITH span AS (
    SELECT
        min(happened_on) AS first_on,
        max(happened_on) AS last_on
    FROM fact_article_events
    WHERE event = 'view'
        AND is_counted
)

SELECT
    c.contact_id,
    c.arrived_on AS observed_on,
    c.channel,
    c.language,
    c.topic,
    c.team,
    c.agent_id AS agent,
    c.urgency,
    c.source,
    1000 AS value,
    CAST(0 AS BIGINT) AS weight,
    c.arrived_on AS cluster_on
FROM fact_contacts AS c
CROSS JOIN span AS s
WHERE c.exclusion IS NULL
    AND c.arrived_on >= s.first_on
    AND c.arrived_on <= s.last_on
UNION ALL
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
    0 AS value,
    e.events_count AS weight,
    e.happened_on AS cluster_on
FROM fact_article_events AS e
WHERE e.event = 'view'
    AND e.is_counted
