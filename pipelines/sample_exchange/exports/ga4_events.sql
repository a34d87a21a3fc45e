-- Google Analytics 4, as BigQuery exports it: searches, and article views of those who found one.
WITH events AS (
    SELECT number, user_id, language, started AS seen_at, 'session_start' AS name, NULL AS key, NULL AS text
    FROM help_visits
    UNION ALL
    SELECT number, user_id, language, started, 'view_search_results', 'search_term',
        search_words(topic, language)
    FROM help_visits
    UNION ALL
    -- who found nothing searches again, in other words
    SELECT number, user_id, language, ended,
        CASE WHEN is_viewed THEN 'page_view' ELSE 'view_search_results' END,
        CASE WHEN is_viewed THEN 'page_location' ELSE 'search_term' END,
        CASE WHEN is_viewed
            THEN 'https://help.exchange.example.com/hc/' || lower(language_code(language))
                || '/articles/' || article_id_of(topic) || '-' || topic_code(topic)
            ELSE search_words(topic, language) || ' ?' END
    FROM help_visits
)
SELECT
    concat(
        '{"event_date":"', strftime(make_timestamp((seen_at + 32400) * 1000000), '%Y%m%d'),
        '","event_timestamp":"', seen_at * 1000000 + number % 1000000, '","event_name":"', name,
        '","user_id":"', user_id, '","user_pseudo_id":"', 1000000000 + number, '.', started_of,
        '","device":{"language":"', lower(language_code(language)), '"},"event_params":[',
        coalesce('{"key":"' || key || '","value":{"string_value":' || json_text(text) || '}}', ''),
        ']}', chr(10)
    ) AS line
FROM (SELECT *, min(seen_at) OVER (PARTITION BY user_id, number) AS started_of FROM events)
ORDER BY seen_at, number, name, key;
