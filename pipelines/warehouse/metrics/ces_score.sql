/* ---
label = "Ease score"
summary = "Mean answer to the question how easy it was, on 1-7 where 7 is the easiest: up is good."
statistic = "mean"
statistics = ["mean"]
unit = "points 1-7"
population = "answers to the effort question on 1-7, the last of each contact and of what was linked to it or merged into it"
date = "answer"
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; answers after the survey window (default 14 days); unanswered surveys, which the response rate counts"
up_is_good = true
formula = "sum of answers / answers"
worked_example = "Answers 1, 4, 5, 7: 17 / 4 = 4.25."
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
    s.score AS value
FROM fact_surveys AS s
WHERE s.exclusion IS NULL
    AND s.scale = 'ces'
    AND s.is_last_rating
