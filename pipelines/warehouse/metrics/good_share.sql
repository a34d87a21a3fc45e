/* ---
label = "Rated good"
summary = "Share of good among the ratings on the scale good/bad."
statistic = "share"
statistics = ["share"]
unit = "share"
population = "ratings on the scale good/bad, the last of each contact and of what was linked to it or merged into it"
date = "answer"
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; answers after the survey window (default 14 days); other scales; unanswered surveys, which the response rate counts"
up_is_good = true
formula = "good / (good + bad)"
worked_example = "9 good and 1 bad: 90%, with a 95% interval of 59.6 to 98.2%."
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
    CASE WHEN s.score >= 1 THEN 1 ELSE 0 END AS value
FROM fact_surveys AS s
WHERE s.exclusion IS NULL
    AND s.scale = 'good_bad'
    AND s.is_last_rating
