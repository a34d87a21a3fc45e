-- The visits behind ga4_events.jsonl; NULL: 72 hours after its last event are not over.
SELECT
    make_timestamp(started * 1000000) AS started_at,
    make_timestamp(ended * 1000000) AS ended_at,
    language_code(language) AS language,
    CASE WHEN is_viewed THEN topic_code(topic) ELSE 'unknown' END AS topic,
    CASE WHEN ended + 259200 <= getvariable('cut') THEN is_followed END AS is_followed_by_contact
FROM help_visits
ORDER BY started, number, user_id;
