-- Zendesk Explore's report of help-centre searches, by day, words and locale.
SELECT
    concat(
        day, ',', quoted(search_words(topic, language)), ',', lower(language_code(language)), ',',
        searches, ',', CASE WHEN has_article(topic, language) THEN 3 + topic ELSE 0 END, ',',
        CASE WHEN has_article(topic, language) THEN searches * 3 // 5 ELSE 0 END, ',',
        CASE WHEN has_article(topic, language) THEN searches // 10 ELSE searches * 2 // 5 END,
        chr(10)
    ) AS line
FROM (
    SELECT day, language, topic,
        CAST(sum(contacts) AS BIGINT) * 2 + drawn(day || language || topic, 'searches') % 3
            AS searches
    FROM help_demand
    GROUP BY day, language, topic
)
WHERE searches > 0
ORDER BY day, language, topic;
