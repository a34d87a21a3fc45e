/* ---
summary = "Every quality review with its score: the weighted mean of its categories, 0 where a critical one failed."
grain = "one review"
key = ["review_id"]
sort = ["reviewed_on", "language"]
[columns]
review_id = { type = "VARCHAR", meaning = "`<system>:<id>`" }
contact_id = { type = "VARCHAR", meaning = "the contact reviewed, the one that counts where it was linked or merged" }
reviewer_id = { type = "VARCHAR", meaning = "who reviewed it" }
reviewed_at = { type = "TIMESTAMP", unit = "UTC", meaning = "when" }
reviewed_on = { type = "DATE", unit = "local day", meaning = "day of the review" }
review_score = { type = "DOUBLE", unit = "points 0-100", meaning = "100 * weighted mean of the categories that apply; 0 where a critical one failed; NULL where none applies" }
has_failed = { type = "BOOLEAN", meaning = "a critical category is under the critical share" }
categories_count = { type = "BIGINT", unit = "categories", meaning = "categories that apply" }
drawn = { type = "VARCHAR", meaning = "random, targeted (for a reason) or calibration (once more, by another reviewer)" }
selection_probability = { type = "DOUBLE", unit = "share", meaning = "chance that the random draw had to take the contact" }
channel = { type = "VARCHAR", meaning = "canonical channel of the contact; unknown without one" }
language = { type = "VARCHAR", meaning = "canonical language of the contact; und without one" }
topic = { type = "VARCHAR", meaning = "canonical issue type of the contact; unknown without one" }
team = { type = "VARCHAR", meaning = "team of the contact" }
agent_id = { type = "VARCHAR", meaning = "agent of the contact" }
urgency = { type = "VARCHAR", meaning = "urgent or normal; NULL without a contact" }
source = { type = "VARCHAR", meaning = "system of the contact, as its id names it" }
exclusion = { type = "VARCHAR", meaning = "why its contact is not counted; NULL where it is" }
--- */
WITH totals AS (
    SELECT
        review_id,
        min(contact_id) AS contact_id,
        min(reviewer_id) AS reviewer_id,
        min(reviewed_at) AS reviewed_at,
        min(reviewed_on) AS reviewed_on,
        sum(weight * share) / nullif(sum(CASE WHEN share IS NOT NULL THEN weight END), 0) AS weighted_share,
        max(CASE WHEN is_failed THEN 1 ELSE 0 END) = 1 AS has_failed,
        count(share) AS categories_count,
        min(drawn) AS drawn,
        min(selection_probability) AS selection_probability,
        min(channel) AS channel,
        min(language) AS language,
        min(topic) AS topic,
        min(team) AS team,
        min(agent_id) AS agent_id,
        min(urgency) AS urgency,
        min(source) AS source,
        min(exclusion) AS exclusion
    FROM fact_review_scores
    GROUP BY review_id
)

SELECT
    review_id,
    contact_id,
    reviewer_id,
    reviewed_at,
    reviewed_on,
    CASE WHEN has_failed THEN 0 ELSE 100 * weighted_share END AS review_score,
    has_failed,
    categories_count,
    drawn,
    selection_probability,
    channel,
    language,
    topic,
    team,
    agent_id,
    urgency,
    source,
    exclusion
FROM totals
