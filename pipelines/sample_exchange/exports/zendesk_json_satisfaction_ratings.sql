-- Zendesk satisfaction_ratings: an offered row is updated in place when the customer answers. Who
-- changes their mind is delivered as they first were, and again.
WITH ratings AS (
    SELECT
        number, requester, agent, team, has_comment, comment, survey_sent, survey_answered,
        CASE WHEN survey_answered IS NULL THEN 'offered' WHEN score >= 4 THEN 'good' ELSE 'bad' END
            AS rating,
        coalesce(survey_answered, survey_sent) AS changed
    FROM tickets_as_of(getvariable('cut'))
    WHERE updated >= getvariable('json_from') AND channel IN (3, 4) AND survey_sent IS NOT NULL
),
deliveries AS (
    SELECT * FROM ratings
    UNION ALL BY NAME
    SELECT * REPLACE (
        CASE rating WHEN 'good' THEN 'bad' ELSE 'good' END AS rating,
        survey_sent + (survey_answered - survey_sent) // 2 AS changed
    )
    FROM ratings
    WHERE changes_mind(number, survey_sent, survey_answered)
)
SELECT
    concat(
        '{"id":', 7700000 + number, ',"ticket_id":', ticket_id_of(number),
        ',"requester_id":', requester_id_of(requester),
        ',"assignee_id":', json_number(agent_id_of(agent)),
        ',"group_id":', 36000100 + team,
        ',"score":"', rating,
        '","comment":', json_text(CASE WHEN survey_answered IS NOT NULL AND has_comment
            THEN filled(comment, number) END),
        ',"created_at":"', iso(survey_sent),
        '","updated_at":"', iso(changed), '"}', chr(10)
    ) AS line
FROM deliveries
ORDER BY number, changed;
