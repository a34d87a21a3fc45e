/* ---
label = "CSAT"
summary = "Share of ratings in the top two boxes of the scale 1-5; 3 is not satisfied."
statistic = "share"
statistics = ["share"]
unit = "share"
population = "ratings on the scale 1-5, the last of each contact and of what was linked to it or merged into it"
date = "answer"
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; answers after the survey window (default 14 days); other scales; unanswered surveys, which the response rate counts"
up_is_good = true
formula = "ratings of 4 or 5 / ratings"
worked_example = "Ratings 1 to 5 counted 10, 20, 15, 3, 2: 5 / 50 = 10.0%."
version = 2
--- */
SELECT
    s.contact_id,
    s.answered_on AS observed_on,
    s.channel,
    s.language,
    s.topic,
    s.team,
    s.agent_id AS agent,
    s.urgency,
    s.source,
    s.scale,
    s.survey_id,
    CASE WHEN s.score >= 4 THEN 1 ELSE 0 END AS value
FROM fact_surveys AS s
WHERE s.exclusion IS NULL
    AND s.scale = '1-5'
    AND s.is_last_rating
