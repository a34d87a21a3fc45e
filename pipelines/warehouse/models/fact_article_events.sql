/* ---
summary = "What visitors did in the help centre: views, searches and votes."
grain = "one event, or one line of counts of equal events"
key = ["event_id"]
sort = ["happened_on", "event", "language"]
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
is_helpful = { type = "BOOLEAN", meaning = "of a vote" }
--- */
WITH topics AS (
    SELECT
        article_id,
        min(topic) AS topic
    FROM fact_articles
    WHERE topic <> 'unknown'
    GROUP BY article_id
)

SELECT
    e.event_id,
    e.event,
    e.happened_at,
    q.local_on AS happened_on,
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
    e.is_helpful
FROM latest_article_events AS e
LEFT JOIN ref_languages AS la ON la.alias = lower(trim(e.language_raw))
LEFT JOIN topics AS t ON t.article_id = e.article_id
LEFT JOIN core_local_quarters AS q ON q.quarter_at = quarter_of(e.happened_at)
