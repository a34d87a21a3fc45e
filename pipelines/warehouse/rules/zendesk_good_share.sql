/* ---
variant_of = "good_share"
system = "zendesk"
label = "Zendesk"
summary = "Zendesk's satisfaction score on the scale good/bad: good of good and bad."
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
formula = "good / (good + bad)"
worked_example = "9 good and 1 bad, the bad one late: 90%; without the late one 100%."
reference = "Zendesk help 203662256 (satisfaction ratings)"
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
    CASE WHEN c.score >= 1 THEN 1 ELSE 0 END AS value
FROM fact_surveys AS c
WHERE coalesce(c.exclusion, 'counted') NOT IN ('deleted', 'quarantined')
    AND c.scale = 'good_bad'
    AND c.score IS NOT NULL
