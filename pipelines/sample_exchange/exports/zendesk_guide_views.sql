-- Zendesk Explore's report of article views, by day, article and locale. The Korean article on
-- identity checks is hardly read for what it is asked about.
SELECT
    concat(
        day, ',', article_id_of(topic), ',', quoted(search_words(topic, language)), ',',
        lower(language_code(language)), ',',
        CAST(sum(contacts) AS BIGINT) * CASE WHEN topic = 4 AND language = 0 THEN 2 ELSE 8 END
            + drawn(day || language || topic, 'views') % 5 + 1,
        chr(10)
    ) AS line
FROM help_demand
WHERE has_article(topic, language)
GROUP BY day, language, topic
ORDER BY day, language, topic;
