/* ---
summary = "What reviewers gave: the score of every category of every quality review, between 0 and 1."
grain = "one category of one review"
key = ["review_id", "category"]
sort = ["reviewed_on", "language", "category"]
[columns]
review_id = { type = "VARCHAR", meaning = "`<system>:<id>`" }
contact_id = { type = "VARCHAR", meaning = "the contact reviewed, the one that counts where it was linked or merged" }
reviewer_id = { type = "VARCHAR", meaning = "who reviewed it" }
reviewed_at = { type = "TIMESTAMP", unit = "UTC", meaning = "when" }
reviewed_on = { type = "DATE", unit = "local day", meaning = "day of the review" }
category = { type = "VARCHAR", meaning = "what was judged, as the scorecard names it" }
share = { type = "DOUBLE", unit = "share", meaning = "(score - least) / (most - least); NULL: does not apply" }
weight = { type = "DOUBLE", meaning = "weight of the category within the review" }
is_critical = { type = "BOOLEAN", meaning = "failing it fails the review" }
is_failed = { type = "BOOLEAN", meaning = "critical, and under the critical share (default 50%)" }
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
WITH scored AS (
    SELECT
        s.review_id,
        coalesce(m.counted_id, s.contact_id) AS contact_id,
        s.reviewer_id,
        s.reviewed_at,
        s.category,
        (s.score - s.score_min) / nullif(s.score_max - s.score_min, 0) AS share,
        s.weight,
        s.is_critical,
        s.drawn,
        s.selection_probability
    FROM latest_reviews AS s
    LEFT JOIN core_counted_contacts AS m ON m.contact_id = s.contact_id
)

SELECT
    s.review_id,
    s.contact_id,
    s.reviewer_id,
    s.reviewed_at,
    local_on(s.reviewed_at) AS reviewed_on,
    s.category,
    s.share,
    s.weight,
    s.is_critical,
    s.is_critical AND coalesce(s.share < r.critical_share, FALSE) AS is_failed,
    s.drawn,
    s.selection_probability,
    coalesce(c.channel, 'unknown') AS channel,
    coalesce(c.language, 'und') AS language,
    coalesce(c.topic, 'unknown') AS topic,
    c.team,
    c.agent_id,
    c.urgency,
    coalesce(c.source, split_part(s.contact_id, ':', 1)) AS source,
    c.exclusion
FROM scored AS s
CROSS JOIN ref_rules AS r
LEFT JOIN fact_contacts AS c ON c.contact_id = s.contact_id
