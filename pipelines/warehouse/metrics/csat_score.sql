/* ---
label = "CSAT score"
summary = "Mean rating on the scale 1-5."
statistic = "mean"
statistics = ["mean"]
unit = "points 1-5"
population = "ratings on the scale 1-5, the last of each contact and of what was linked to it or merged into it"
date = "answer"
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; answers after the survey window (default 14 days); other scales; unanswered surveys, which the response rate counts"
up_is_good = true
formula = "sum of ratings / ratings"
worked_example = "Ratings 1 to 5 counted 10, 20, 15, 3, 2: 117 / 50 = 2.34."
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
    AND s.scale = '1-5'
    AND s.is_last_rating
