-- Zendesk satisfaction_ratings: an offered row is updated in place when the customer answers.
SELECT
    concat(
        '{"id":', 7700000 + number, ',"ticket_id":', ticket_id_of(number),
        ',"requester_id":', requester_id_of(requester),
        ',"assignee_id":', json_number(agent_id_of(agent)),
        ',"group_id":', 36000100 + team,
        ',"score":"', CASE WHEN survey_answered IS NULL THEN 'offered'
            WHEN score >= 4 THEN 'good' ELSE 'bad' END,
        '","comment":', json_text(CASE WHEN survey_answered IS NOT NULL AND has_comment
            THEN filled(comment, number) END),
        ',"created_at":"', iso(survey_sent),
        '","updated_at":"', iso(coalesce(survey_answered, survey_sent)), '"}', chr(10)
    ) AS line
FROM tickets_as_of(getvariable('cut')) AS t
WHERE t.updated >= getvariable('json_from') AND t.channel IN (3, 4) AND survey_sent IS NOT NULL
ORDER BY t.number;
