/* ---
variant_of = "csat"
system = "chatwoot"
label = "Chatwoot"
summary = "Chatwoot's CSAT: responses of 4 or 5 of all responses."
differs = "Every response counts, also several of one contact and late ones"
statistic = "share"
statistics = ["share"]
unit = "share"
population = "ratings"
date = "answer"
requires = []
leaves_out = ["linked", "deleted", "quarantined"]
exclusions = "linked, deleted and quarantined contacts; unanswered surveys"
up_is_good = true
formula = "responses of 4 or 5 / responses"
worked_example = "One contact answers 1, then 5: 1 / 2 = 50%; the last alone is 100%."
reference = "Chatwoot CSAT report: every survey response is a row"
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
WHERE coalesce(c.exclusion, 'counted') NOT IN ('linked', 'deleted', 'quarantined')
    AND c.scale = '1-5'
    AND c.score IS NOT NULL
