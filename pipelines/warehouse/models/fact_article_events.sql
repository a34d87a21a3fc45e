/* ---
summary = "What visitors did in the help centre: views, searches and votes."
grain = "one event, or one line of counts of equal events"
key = ["event_id"]
sort = ["happened_on"]
[columns]
event_id = { type = "VARCHAR", meaning = "`<system>:<id>`" }
event = { type = "VARCHAR", meaning = "view, search or vote" }
happened_at = { type = "TIMESTAMP", unit = "UTC", meaning = "when, or the start of the counted day" }
happened_on = { type = "DATE", unit = "local day", meaning = "its day in the site's zone" }
events_count = { type = "BIGINT", unit = "events", meaning = "how many such events the line stands for" }
article_id = { type = "VARCHAR", meaning = "article viewed, voted on, or clicked after a search" }
visitor_id = { type = "VARCHAR", meaning = "keyed pseudonym of the visitor" }
language = { type = "VARCHAR", meaning = "canonical language of the event; und where it tells none" }
language_raw = { type = "VARCHAR", meaning = "locale as the export writes it" }
topic = { type = "VARCHAR", meaning = "canonical issue type of the article; unknown without one" }
query = { type = "VARCHAR", meaning = "masked words searched for" }
results_count = { type = "BIGINT", unit = "results", meaning = "results of the search" }
clicks_count = { type = "BIGINT", unit = "clicks", meaning = "clicks on them" }
contacts_count = { type = "BIGINT", unit = "contacts", meaning = "contacts made after it; NULL where the export does not tell" }
source = { type = "VARCHAR", meaning = "system that tells of it" }
is_counted = { type = "BOOLEAN", meaning = "false where a report counts the same day's events of that kind: what single visitors did, those who are not known too, would be counted twice" }
no_result_count = { type = "BIGINT", unit = "searches", meaning = "of these searches, those without a result; NULL where not told" }
no_click_count = { type = "BIGINT", unit = "searches", meaning = "of these searches, those without a click; NULL where not told" }
contacted_count = { type = "BIGINT", unit = "searches", meaning = "of these searches, those that a contact followed: as the export counts them, else by the same visitor within the deflection window; NULL while that is open or where the visitor is not known" }
next_contact_at = { type = "TIMESTAMP", unit = "UTC", meaning = "first counted contact of the same visitor from then on" }
is_helpful = { type = "BOOLEAN", meaning = "of a vote" }
--- */
WITH topics AS (
    SELECT
        article_id,
        min(topic) AS topic
    FROM fact_articles
    WHERE topic <> 'unknown'
    GROUP BY article_id
),

-- a load that tells any visitor tells single events, those of unknown visitors too
single AS (
    SELECT
        _load_id,
        split_part(event_id, ':', 1) AS source
    FROM latest_article_events
    WHERE visitor_id IS NOT NULL
    GROUP BY _load_id, split_part(event_id, ':', 1)
),

reported AS (
    SELECT
        r.event,
        local_on(r.happened_at) AS happened_on
    FROM latest_article_events AS r
    LEFT JOIN single AS s ON s._load_id = r._load_id AND s.source = split_part(r.event_id, ':', 1)
    WHERE r.visitor_id IS NULL
        AND s._load_id IS NULL
    GROUP BY r.event, local_on(r.happened_at)
)

SELECT
    e.event_id,
    e.event,
    e.happened_at,
    local_on(e.happened_at) AS happened_on,
    e.events_count,
    e.article_id,
    e.visitor_id,
    coalesce(la.language, 'und') AS language,
    e.language_raw,
    coalesce(t.topic, 'unknown') AS topic,
    e.query,
    e.results_count,
    e.clicks_count,
    e.contacts_count,
    split_part(e.event_id, ':', 1) AS source,
    s._load_id IS NULL OR p.event IS NULL AS is_counted,
    CASE
        WHEN e.event = 'search' AND e.results_count = 0 THEN e.events_count
        WHEN e.event = 'search' AND e.results_count > 0 THEN 0
    END AS no_result_count,
    CASE WHEN e.event = 'search' AND e.clicks_count IS NOT NULL THEN greatest(e.events_count - e.clicks_count, 0) END AS no_click_count,
    CASE
        WHEN e.event <> 'search' THEN NULL
        WHEN e.contacts_count IS NOT NULL THEN least(e.contacts_count, e.events_count)
        WHEN e.visitor_id IS NULL THEN NULL
        WHEN seconds_between(e.happened_at, b.data_cut_at) < ru.deflection_hours * 3600 THEN NULL
        WHEN seconds_between(e.happened_at, n.next_contact_at) < ru.deflection_hours * 3600 THEN e.events_count
        ELSE 0
    END AS contacted_count,
    n.next_contact_at,
    e.is_helpful
FROM latest_article_events AS e
CROSS JOIN core_data_cut AS b
CROSS JOIN ref_rules AS ru
LEFT JOIN core_next_contacts AS n ON n.event_id = e.event_id
LEFT JOIN ref_languages AS la ON la.alias = lower(trim(e.language_raw))
LEFT JOIN topics AS t ON t.article_id = e.article_id
LEFT JOIN single AS s ON s._load_id = e._load_id AND s.source = split_part(e.event_id, ':', 1)
LEFT JOIN reported AS p ON p.event = e.event AND p.happened_on = local_on(e.happened_at)
