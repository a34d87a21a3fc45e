/* ---
label = "Internal quality score, weighted"
summary = "The same, with every review standing for the contacts it was drawn from: weighted by one over its chance to be drawn."
statistic = "ratio"
statistics = ["ratio"]
unit = "points 0-100"
population = "randomly drawn quality reviews"
date = "review"
exclusions = "targeted and calibration reviews; reviews in which no category applies; merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; reviews whose chance to be drawn is not told"
up_is_good = true
formula = "sum of (score / chance) / sum of (1 / chance)"
worked_example = "A review of 90 drawn with chance 0.01 and one of 50 with 0.1: (9,000 + 500) / (100 + 10) = 86.4, where the unweighted mean is 70."
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
    r.review_score / nullif(r.selection_probability, 0) AS value,
    1 / nullif(r.selection_probability, 0) AS weight
FROM fact_reviews AS r
WHERE r.exclusion IS NULL
    AND r.drawn = 'random'
    AND r.review_score IS NOT NULL
    AND r.selection_probability > 0
