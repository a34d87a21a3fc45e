-- The articles of the help centre, one record a locale, as Zendesk Guide's API lists them.
SELECT
    concat(
        '{"id":', article_id_of(topic), ',"author_id":370000000001,"draft":false,"position":', topic,
        ',"vote_sum":', 40 - topic * 9, ',"vote_count":', 60 + topic,
        ',"section_id":', 360000000000 + topic // 3,
        ',"created_at":"2025-05-01T00:00:00Z","updated_at":"2026-02-0', 1 + topic, 'T00:00:00Z",',
        '"title":', json_text(search_words(topic, language)),
        ',"source_locale":"ko","locale":"', lower(language_code(language)),
        '","outdated":', json_flag(language > 2 AND topic = 2), ',"outdated_locales":[],',
        '"label_names":["', topic_code(topic), '"],"body":"<p>...</p>"}', chr(10)
    ) AS line
FROM range(7) AS t(topic)
CROSS JOIN range(len(getvariable('languages'))) AS l(language)
WHERE has_article(topic, language)
ORDER BY topic, language;
