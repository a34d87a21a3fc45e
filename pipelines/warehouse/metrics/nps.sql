/* ---
label = "Net Promoter Score"
summary = "Promoters (9 and 10 of 0-10) minus detractors (0 to 6), in points from -100 to 100; an answer of 0 counts."
statistic = "mean"
statistics = ["mean"]
unit = "points -100 to 100"
population = "answers to the question whether one would recommend us, on 0-10, the last of each contact and of what was linked to it or merged into it"
date = "answer"
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; answers after the survey window (default 14 days); unanswered surveys, which the response rate counts"
up_is_good = true
formula = "100 * (promoters - detractors) / answers"
worked_example = "Five of 9 or 10, four of 0 to 6 (one of them 0) and one passive: 100 * (5 - 4) / 10 = +10."
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
    CASE WHEN s.score >= 9 THEN 100 WHEN s.score >= 7 THEN 0 ELSE -100 END AS value
FROM fact_surveys AS s
WHERE s.exclusion IS NULL
    AND s.scale = 'nps'
    AND s.is_last_rating
