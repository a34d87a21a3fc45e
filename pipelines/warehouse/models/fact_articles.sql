/* ---
summary = "Articles of the help centre, as each was delivered last."
grain = "one article in one locale"
key = ["article_id", "language_raw"]
[columns]
article_id = { type = "VARCHAR", meaning = "`<system>:<id>`" }
language = { type = "VARCHAR", meaning = "canonical language; und where no alias fits" }
language_raw = { type = "VARCHAR", meaning = "locale as the export writes it" }
title = { type = "VARCHAR", meaning = "title" }
section = { type = "VARCHAR", meaning = "section or collection" }
topic = { type = "VARCHAR", meaning = "canonical issue type, told by the topic, else by the section; unknown where no alias fits" }
topic_raw = { type = "VARCHAR", meaning = "issue type as the export writes it" }
is_draft = { type = "BOOLEAN", meaning = "not published" }
is_outdated = { type = "BOOLEAN", meaning = "a translation older than its source" }
votes_count = { type = "BIGINT", unit = "votes", meaning = "votes so far" }
votes_sum = { type = "BIGINT", unit = "votes", meaning = "votes up minus votes down so far" }
created_at = { type = "TIMESTAMP", unit = "UTC", meaning = "when it was made" }
updated_at = { type = "TIMESTAMP", unit = "UTC", meaning = "when the export last changed it" }
--- */
SELECT
    a.article_id,
    coalesce(la.language, 'und') AS language,
    a.language_raw,
    a.title,
    a.section,
    coalesce(tp.topic, ts.topic, 'unknown') AS topic,
    a.topic_raw,
    a.is_draft,
    a.is_outdated,
    a.votes_count,
    a.votes_sum,
    a.created_at,
    a.updated_at
FROM latest_articles AS a
LEFT JOIN ref_languages AS la ON la.alias = lower(trim(a.language_raw))
LEFT JOIN ref_topics AS tp ON tp.alias = lower(trim(a.topic_raw))
LEFT JOIN ref_topics AS ts ON ts.alias = lower(trim(a.section))
