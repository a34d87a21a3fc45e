-- Zendesk users: requesters and agents of the delivered tickets. Most locales are the default.
WITH people AS (
    SELECT DISTINCT requester_id_of(requester) AS id, 'end-user' AS role, language
    FROM tickets_as_of(getvariable('cut')) WHERE updated >= getvariable('json_from')
    UNION ALL
    SELECT DISTINCT agent_id_of(agent) AS id, 'agent' AS role, 0 AS language
    FROM tickets_as_of(getvariable('cut'))
    WHERE updated >= getvariable('json_from') AND agent IS NOT NULL
)
SELECT
    concat(
        '{"id":', id,
        ',"name":"', CASE role WHEN 'agent' THEN 'Agent ' ELSE 'Customer ' END, id % 1000000000,
        '","email":"', CASE role WHEN 'agent' THEN 'agent.' || id || '@example.com'
            ELSE email_of(id % 1000000000) END,
        '","role":"', role,
        '","locale":"', CASE WHEN id % 4 = 0 THEN language_code(language) ELSE 'en-US' END,
        '","time_zone":"Seoul","created_at":"2023-01-02T00:00:00Z","updated_at":"',
        iso(getvariable('cut') - 86400), '"}', chr(10)
    ) AS line
FROM people
ORDER BY id;
