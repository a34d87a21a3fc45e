/* ---
summary = "Visits to the help centre: what one visitor read and searched without a long pause, and whether they contacted support after it."
grain = "one visit of a known visitor"
key = ["visit_id"]
sort = ["started_on"]
[columns]
visit_id = { type = "VARCHAR", meaning = "event_id of the visit's first event" }
visitor_id = { type = "VARCHAR", meaning = "keyed pseudonym of the visitor; that of the requester where both are signed in" }
source = { type = "VARCHAR", meaning = "system that tells of it" }
started_at = { type = "TIMESTAMP", unit = "UTC", meaning = "first event" }
started_on = { type = "DATE", unit = "local day", meaning = "day of the first event" }
started_slot = { type = "SMALLINT", unit = "local half hour", meaning = "half hour of the first event, 0..47" }
ended_at = { type = "TIMESTAMP", unit = "UTC", meaning = "last event" }
views_count = { type = "BIGINT", unit = "views", meaning = "articles viewed" }
searches_count = { type = "BIGINT", unit = "searches", meaning = "searches made" }
language = { type = "VARCHAR", meaning = "canonical language of the first event that tells one; und where none does" }
topic = { type = "VARCHAR", meaning = "issue type of the first article viewed that has one; unknown where none has" }
next_contact_at = { type = "TIMESTAMP", unit = "UTC", meaning = "first counted contact of the visitor from the start of the visit on" }
is_followed_by_contact = { type = "BOOLEAN", meaning = "a contact came within the deflection window (default 72 hours) after the last event; NULL while it is open" }
--- */
WITH paced AS (
    SELECT
        e.event_id,
        e.visitor_id,
        e.source,
        e.event,
        e.happened_at,
        nullif(e.language, 'und') AS language,
        nullif(e.topic, 'unknown') AS topic,
        e.next_contact_at,
        row_number() OVER (PARTITION BY e.visitor_id, e.source ORDER BY e.happened_at, e.event_id) AS position,
        CASE
            WHEN seconds_between(
                lag(e.happened_at) OVER (PARTITION BY e.visitor_id, e.source ORDER BY e.happened_at, e.event_id), e.happened_at
            ) <= r.visit_gap_minutes * 60 THEN 0
            ELSE 1
        END AS is_first
    FROM fact_article_events AS e
    CROSS JOIN ref_rules AS r
    WHERE e.visitor_id IS NOT NULL
        AND e.event IN ('view', 'search')
),

numbered AS (
    SELECT
        event_id,
        visitor_id,
        source,
        event,
        happened_at,
        language,
        topic,
        next_contact_at,
        is_first,
        position,
        sum(is_first) OVER (
            PARTITION BY visitor_id, source ORDER BY position ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS visit_number
    FROM paced
),

visits AS (
    SELECT
        min(CASE WHEN is_first = 1 THEN event_id END) AS visit_id,
        visitor_id,
        source,
        min(happened_at) AS started_at,
        max(happened_at) AS ended_at,
        CAST(sum(CASE WHEN event = 'view' THEN 1 ELSE 0 END) AS BIGINT) AS views_count,
        CAST(sum(CASE WHEN event = 'search' THEN 1 ELSE 0 END) AS BIGINT) AS searches_count,
        -- the first event that tells one
        min_by(language, CASE WHEN language IS NOT NULL THEN position END) AS language,
        min_by(topic, CASE WHEN topic IS NOT NULL THEN position END) AS topic,
        min(next_contact_at) AS next_contact_at
    FROM numbered
    GROUP BY visitor_id, source, visit_number
)

SELECT
    v.visit_id,
    v.visitor_id,
    v.source,
    v.started_at,
    local_on(v.started_at) AS started_on,
    local_slot(v.started_at) AS started_slot,
    v.ended_at,
    v.views_count,
    v.searches_count,
    coalesce(v.language, 'und') AS language,
    coalesce(v.topic, 'unknown') AS topic,
    v.next_contact_at,
    CASE
        WHEN seconds_between(v.ended_at, b.data_cut_at) < r.deflection_hours * 3600 THEN NULL
        ELSE coalesce(seconds_between(v.ended_at, v.next_contact_at) < r.deflection_hours * 3600, FALSE)
    END AS is_followed_by_contact
FROM visits AS v
CROSS JOIN core_data_cut AS b
CROSS JOIN ref_rules AS r
