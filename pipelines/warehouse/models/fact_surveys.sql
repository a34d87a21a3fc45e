/* ---
summary = "Every survey sent, answered or not, with the contact it asks about. Of several ratings of one contact the last within the window counts: is_last_rating."
grain = "one survey"
key = ["survey_id"]
sort = ["answered_on"]
[columns]
survey_id = { type = "VARCHAR", meaning = "`<system>:<id>`" }
contact_id = { type = "VARCHAR", meaning = "the contact it asks about, the one that counts where it was linked or merged; NULL where not known" }
is_of_merged = { type = "BOOLEAN", meaning = "it asks about a contact that was merged into this one" }
sent_at = { type = "TIMESTAMP", unit = "UTC", meaning = "when it was offered" }
sent_on = { type = "DATE", unit = "local day", meaning = "day it was offered" }
answered_at = { type = "TIMESTAMP", unit = "UTC", meaning = "when it was answered; of a rated survey without that time, when the export last changed it" }
answered_on = { type = "DATE", unit = "local day", meaning = "day it was answered" }
is_window_over = { type = "BOOLEAN", meaning = "the survey window had passed at the data cut; NULL where the time of sending is not known" }
is_answered_in_window = { type = "BOOLEAN", meaning = "answered within the survey window; NULL while the window is open or where the time of sending is not known" }
scale = { type = "VARCHAR", meaning = "of ref_scales: good_bad, 0-1, 1-3, 1-5, 1-7, 1-10, 0-10, signed (-3..3), nps (0-10) or ces (1-7); scales are never mixed" }
score = { type = "DOUBLE", unit = "points of the scale", meaning = "the answer on its own scale; good 1, bad 0; NULL while unanswered" }
score_raw = { type = "VARCHAR", meaning = "the answer as the export writes it" }
is_satisfied = { type = "BOOLEAN", meaning = "at least the satisfied_from of ref_scales; NULL while unanswered" }
is_last_rating = { type = "BOOLEAN", meaning = "the contact's last rating within the window; NULL while unanswered" }
rating_standing = { type = "VARCHAR", meaning = "last_rating, earlier_rating (a later one within the window counts), late_rating (after the window) or rating_without_time (of sending, and not the last); NULL while unanswered" }
is_good_to_bad = { type = "BOOLEAN", meaning = "on this scale the contact was rated satisfied and later, within the window, not; NULL while unanswered" }
is_bad_to_good = { type = "BOOLEAN", meaning = "on this scale the contact was rated dissatisfied and later, within the window, satisfied; NULL while unanswered" }
professionalism = { type = "BIGINT", unit = "points 1-5", meaning = "rating of professionalism" }
speed = { type = "BIGINT", unit = "points 1-5", meaning = "rating of speed" }
problem_solving = { type = "BIGINT", unit = "points 1-5", meaning = "rating of problem solving" }
comment = { type = "VARCHAR", meaning = "masked comment" }
channel = { type = "VARCHAR", meaning = "canonical channel of the contact; unknown without one" }
language = { type = "VARCHAR", meaning = "canonical language of the contact, else of the survey" }
topic = { type = "VARCHAR", meaning = "canonical issue type of the contact; unknown without one" }
team = { type = "VARCHAR", meaning = "team of the contact" }
agent_id = { type = "VARCHAR", meaning = "agent of the contact" }
urgency = { type = "VARCHAR", meaning = "urgent or normal; NULL without a contact" }
source = { type = "VARCHAR", meaning = "system of the contact, else of the survey" }
first_response_seconds = { type = "BIGINT", unit = "seconds", meaning = "first response time of the contact" }
exclusion = { type = "VARCHAR", meaning = "why its contact is not counted; NULL where it is" }
--- */
-- a survey that the contact's own record tells of is the one that its survey export tells better
WITH told_better AS (
    SELECT
        contact_id,
        split_part(survey_id, ':', 1) AS system
    FROM latest_surveys
    WHERE survey_id <> contact_id
    GROUP BY contact_id, system
),

dated AS (
    SELECT
        s.survey_id,
        coalesce(m.counted_id, s.contact_id) AS contact_id,
        coalesce(m.is_merged, FALSE) AS is_of_merged,
        s.sent_at,
        coalesce(s.answered_at, CASE WHEN s.score IS NOT NULL THEN coalesce(s.updated_at, s.sent_at) END) AS answered_at,
        s.scale,
        s.score,
        s.score_raw,
        s.professionalism,
        s.speed,
        s.problem_solving,
        s.comment,
        s.language_raw
    FROM latest_surveys AS s
    LEFT JOIN told_better AS t
        ON s.survey_id = s.contact_id AND t.contact_id = s.contact_id AND t.system = split_part(s.survey_id, ':', 1)
    LEFT JOIN core_counted_contacts AS m ON m.contact_id = s.contact_id
    WHERE t.contact_id IS NULL
),

judged AS (
    SELECT
        s.survey_id,
        s.contact_id,
        s.is_of_merged,
        s.sent_at,
        s.answered_at,
        seconds_between(s.sent_at, b.surveys_cut_at) > r.survey_window_days * 86400 AS is_window_over,
        CASE
            WHEN s.sent_at IS NULL THEN NULL
            WHEN s.answered_at IS NOT NULL
                THEN seconds_between(s.sent_at, s.answered_at) <= r.survey_window_days * 86400
            WHEN is_window_over THEN FALSE
        END AS is_answered_in_window,
        s.scale,
        s.score,
        s.score_raw,
        s.professionalism,
        s.speed,
        s.problem_solving,
        s.comment,
        s.language_raw
    FROM dated AS s
    CROSS JOIN core_data_cut AS b
    CROSS JOIN ref_rules AS r
),

last_ratings AS (
    SELECT
        survey_id,
        row_number() OVER (
            PARTITION BY coalesce(contact_id, survey_id), scale
            ORDER BY answered_at DESC, survey_id DESC
        ) AS recency
    FROM judged
    WHERE score IS NOT NULL
        AND coalesce(is_answered_in_window, TRUE)
)

SELECT
    s.survey_id,
    s.contact_id,
    s.is_of_merged,
    s.sent_at,
    local_on(s.sent_at) AS sent_on,
    s.answered_at,
    local_on(s.answered_at) AS answered_on,
    s.is_window_over,
    s.is_answered_in_window,
    s.scale,
    s.score,
    s.score_raw,
    s.score >= sc.satisfied_from AS is_satisfied,
    CASE WHEN s.score IS NOT NULL THEN coalesce(l.recency = 1, FALSE) END AS is_last_rating,
    CASE
        WHEN s.score IS NULL THEN NULL
        WHEN l.recency = 1 THEN 'last_rating'
        WHEN s.is_answered_in_window THEN 'earlier_rating'
        WHEN NOT s.is_answered_in_window THEN 'late_rating'
        ELSE 'rating_without_time'
    END AS rating_standing,
    CASE WHEN s.score IS NOT NULL THEN coalesce(ch.is_good_to_bad, FALSE) END AS is_good_to_bad,
    CASE WHEN s.score IS NOT NULL THEN coalesce(ch.is_bad_to_good, FALSE) END AS is_bad_to_good,
    s.professionalism,
    s.speed,
    s.problem_solving,
    s.comment,
    coalesce(c.channel, 'unknown') AS channel,
    coalesce(c.language, la.language, 'und') AS language,
    coalesce(c.topic, 'unknown') AS topic,
    c.team,
    c.agent_id,
    c.urgency,
    coalesce(c.source, split_part(s.survey_id, ':', 1)) AS source,
    c.first_response_seconds,
    c.exclusion
FROM judged AS s
LEFT JOIN ref_scales AS sc ON sc.scale = s.scale
LEFT JOIN last_ratings AS l ON l.survey_id = s.survey_id
LEFT JOIN core_rating_changes AS ch ON ch.rated_id = coalesce(s.contact_id, s.survey_id) AND ch.scale = s.scale
LEFT JOIN fact_contacts AS c ON c.contact_id = s.contact_id
LEFT JOIN ref_languages AS la ON la.alias = lower(trim(s.language_raw))
