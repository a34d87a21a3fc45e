/* ---
summary = "Ratings that changed their mind: of every contact and scale, whether a satisfied answer was followed by a dissatisfied one, or the other way round, in the order in which they were given, not delivered."
grain = "one contact and scale rated at least once"
key = ["rated_id", "scale"]
--- */
WITH told_better AS (
    SELECT
        contact_id,
        split_part(survey_id, ':', 1) AS system
    FROM latest_surveys
    WHERE survey_id <> contact_id
    GROUP BY contact_id, system
),

-- every delivery of a survey tells a state of it: later ones are later states
given AS (
    SELECT
        coalesce(m.counted_id, s.contact_id, s.survey_id) AS rated_id,
        s.scale,
        s.score >= sc.satisfied_from AS is_satisfied,
        coalesce(s.updated_at, s.answered_at, s.sent_at) AS given_at,
        s.survey_id,
        s._load_id,
        s._line
    FROM raw_surveys AS s
    INNER JOIN ref_scales AS sc ON sc.scale = s.scale
    CROSS JOIN ref_rules AS r
    LEFT JOIN told_better AS t
        ON s.survey_id = s.contact_id AND t.contact_id = s.contact_id AND t.system = split_part(s.survey_id, ':', 1)
    LEFT JOIN core_counted_contacts AS m ON m.contact_id = s.contact_id
    WHERE s.score IS NOT NULL
        AND t.contact_id IS NULL
        AND (
            s.sent_at IS NULL
            OR seconds_between(s.sent_at, coalesce(s.updated_at, s.answered_at, s.sent_at)) <= r.survey_window_days * 86400
        )
),

steps AS (
    SELECT
        rated_id,
        scale,
        is_satisfied,
        lag(is_satisfied) OVER (PARTITION BY rated_id, scale ORDER BY given_at, survey_id, _load_id, _line) AS was_satisfied
    FROM given
)

SELECT
    rated_id,
    scale,
    max(CASE WHEN was_satisfied AND NOT is_satisfied THEN 1 ELSE 0 END) = 1 AS is_good_to_bad,
    max(CASE WHEN NOT was_satisfied AND is_satisfied THEN 1 ELSE 0 END) = 1 AS is_bad_to_good
FROM steps
GROUP BY rated_id, scale
