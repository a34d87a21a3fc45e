-- Zendesk comments: the conversation of each ticket. Triggers write as author -1.
WITH tickets AS (
    SELECT t.* FROM tickets_as_of(getvariable('cut')) AS t
    WHERE t.updated >= getvariable('json_from')
),
comments AS (
    SELECT number, channel, 0 AS place, arrived AS sent,
        CASE WHEN exclusion = 'agent_initiated' THEN agent_id_of(agent)
            ELSE requester_id_of(requester) END AS author,
        TRUE AS is_public, filled(question, number) AS body FROM tickets
    UNION ALL BY NAME
    SELECT number, channel, 1 AS place, arrived + 3 AS sent, -1 AS author, TRUE AS is_public,
        auto_reply AS body FROM tickets WHERE channel = 2 AND exclusion = ''
    UNION ALL BY NAME
    SELECT number, channel, 2 AS place, note AS sent, agent_id_of(agent) AS author,
        FALSE AS is_public, filled(note_text, requester) AS body FROM tickets
    UNION ALL BY NAME
    SELECT number, channel, 3 AS place, reply_1 AS sent, agent_id_of(agent) AS author,
        TRUE AS is_public,
        reply_text || ' ' || CASE WHEN rounds > 0 THEN ask_text ELSE solution_text END AS body
        FROM tickets WHERE exclusion <> 'agent_initiated'
    UNION ALL BY NAME
    SELECT number, channel, 4 AS place, answer_1 AS sent, requester_id_of(requester) AS author,
        TRUE AS is_public, filled(answer_text, number) AS body FROM tickets
    UNION ALL BY NAME
    SELECT number, channel, 5 AS place, reply_2 AS sent, agent_id_of(agent) AS author,
        TRUE AS is_public, CASE WHEN rounds > 1 THEN ask_text ELSE solution_text END AS body
        FROM tickets
    UNION ALL BY NAME
    SELECT number, channel, 6 AS place, answer_2 AS sent, requester_id_of(requester) AS author,
        TRUE AS is_public, filled(answer_text, number + 1) AS body FROM tickets
    UNION ALL BY NAME
    SELECT number, channel, 7 AS place, reply_3 AS sent, agent_id_of(agent) AS author,
        TRUE AS is_public, CASE WHEN rounds > 2 THEN ask_text ELSE solution_text END AS body
        FROM tickets
    UNION ALL BY NAME
    SELECT number, channel, 8 AS place, answer_3 AS sent, requester_id_of(requester) AS author,
        TRUE AS is_public, filled(answer_text, number + 2) AS body FROM tickets
    UNION ALL BY NAME
    SELECT number, channel, 9 AS place, reply_4 AS sent, agent_id_of(agent) AS author,
        TRUE AS is_public, solution_text AS body FROM tickets
    UNION ALL BY NAME
    SELECT number, channel, 10 AS place, reopened AS sent, requester_id_of(requester) AS author,
        TRUE AS is_public, filled(reopen_text, requester) AS body FROM tickets
    UNION ALL BY NAME
    SELECT number, channel, 11 AS place, reply_5 AS sent, agent_id_of(agent) AS author,
        TRUE AS is_public, solution_text AS body FROM tickets
)
SELECT
    concat(
        '{"id":', 100 * ticket_id_of(number) + 10 * CAST(channel = 0 AS INTEGER) + place,
        ',"ticket_id":', ticket_id_of(number),
        ',"type":"Comment","author_id":', author,
        ',"body":', json_text(body),
        ',"public":', json_flag(is_public),
        ',"via":{"channel":"', CASE WHEN author = -1 THEN 'rule' WHEN channel = 2 THEN 'email'
            ELSE 'web' END, '"},"created_at":"', iso(sent), '"}', chr(10)
    ) AS line
FROM comments
WHERE sent IS NOT NULL
ORDER BY number, channel, place;
