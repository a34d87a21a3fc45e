/* ---
variant_of = "csat"
system = "freshdesk"
label = "Freshdesk"
summary = "Freshdesk's satisfaction: positive ratings of all ratings on its signed scale, neutral ones included."
differs = "Another scale: -3 to 3, above 0 is positive; answers after the survey window count"
statistic = "share"
statistics = ["share"]
unit = "share"
population = "ratings"
date = "answer"
requires = []
leaves_out = ["merged", "spam", "deleted", "quarantined"]
exclusions = "merged, spam, deleted and quarantined contacts; unanswered surveys"
up_is_good = true
formula = "ratings above 0 / ratings"
worked_example = "Ratings 3, 0 and -2: 1 / 3 = 33.3%."
reference = "Freshdesk API, satisfaction_ratings: 103 to 101 positive, 100 neutral, -101 to -103 negative"
version = 1
--- */
SELECT
    c.contact_id,
    c.answered_on AS observed_on,
    c.channel,
    c.language,
    c.topic,
    c.team,
    c.agent_id AS agent,
    c.urgency,
    c.source,
    c.scale,
    c.survey_id,
    c.rating_standing AS because,
    CASE WHEN c.score > 0 THEN 1 ELSE 0 END AS value
FROM fact_surveys AS c
WHERE coalesce(c.exclusion, 'counted') NOT IN ('merged', 'spam', 'deleted', 'quarantined')
    AND NOT c.is_of_merged
    AND c.scale = 'signed'
    AND c.score IS NOT NULL
