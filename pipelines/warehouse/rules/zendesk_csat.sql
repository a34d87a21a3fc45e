/* ---
variant_of = "csat"
system = "zendesk"
label = "Zendesk"
summary = "Zendesk's satisfaction score on the scale 1-5: ratings of 4 or 5 of all rated tickets."
differs = "Answers after the survey window count; so do merged, internal and agent-started tickets"
statistic = "share"
statistics = ["share"]
unit = "share"
population = "ratings"
date = "answer"
requires = []
leaves_out = ["deleted", "quarantined"]
exclusions = "deleted and quarantined contacts; unanswered surveys"
up_is_good = true
formula = "ratings of 4 or 5 / ratings"
worked_example = "Ratings 5, 4 and a late 1: 2 / 3 = 66.7%; without the late one 100%."
reference = "Zendesk help 203662256 (ratings of tickets); 4-5 good, 1-3 bad on the scale 1-5"
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
    CASE WHEN c.score >= 4 THEN 1 ELSE 0 END AS value
FROM fact_surveys AS c
WHERE coalesce(c.exclusion, 'counted') NOT IN ('deleted', 'quarantined')
    AND c.scale = '1-5'
    AND c.score IS NOT NULL
