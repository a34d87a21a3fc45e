/* ---
variant_of = "csat"
system = "intercom"
label = "Intercom"
summary = "Intercom's CSAT: conversation ratings of 4 or 5 of all conversation ratings."
differs = "Answers after the survey window count; merged conversations count apart"
statistic = "share"
statistics = ["share"]
unit = "share"
population = "ratings"
date = "answer"
requires = []
leaves_out = ["linked", "deleted", "quarantined"]
exclusions = "linked, deleted and quarantined contacts; unanswered surveys"
up_is_good = true
formula = "ratings of 4 or 5 / ratings"
worked_example = "Ratings 5, 4 and a late 1: 2 / 3 = 66.7%; without the late one 100%."
reference = "Intercom help 7872853 (conversation ratings)"
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
