/* ---
label = "Internal quality score"
summary = "Mean score of randomly drawn reviews, 0 to 100: each review is the weighted mean of its categories, and 0 where a critical one failed."
statistic = "mean"
statistics = ["mean"]
unit = "points 0-100"
population = "randomly drawn quality reviews"
date = "review"
exclusions = "targeted and calibration reviews; reviews in which no category applies; merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts"
up_is_good = true
formula = "sum of review scores / reviews"
worked_example = "Reviews of 100, 9.91, 63.96, 90.99 and 0: 52.97."
version = 2
--- */
SELECT
    r.contact_id,
    r.reviewed_on AS observed_on,
    r.channel,
    r.language,
    r.topic,
    r.team,
    r.agent_id AS agent,
    r.urgency,
    r.source,
    r.review_score AS value
FROM fact_reviews AS r
WHERE r.exclusion IS NULL
    AND r.drawn = 'random'
    AND r.review_score IS NOT NULL
