/* ---
label = "Problem solving"
summary = "Mean rating from 1 to 5 of the solution of the problem."
statistic = "mean"
statistics = ["mean"]
unit = "points 1-5"
population = "surveys that rate this aspect"
date = "answer"
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; answers after the survey window; surveys without this rating"
up_is_good = true
formula = "sum of ratings / ratings"
worked_example = "Ratings 5, 4 and 3, one survey without this rating: 12 / 3 = 4.00."
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
    s.problem_solving AS value
FROM fact_surveys AS s
WHERE s.exclusion IS NULL
    AND s.problem_solving IS NOT NULL
    AND coalesce(s.is_last_rating, s.is_answered_in_window, TRUE)
