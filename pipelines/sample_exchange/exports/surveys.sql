-- The survey tool's export: one row per survey sent, answered or not, 1-5 with three aspects.
WITH asked AS (
    SELECT number, 'zendesk_chat' AS system, chat_id_of(number, arrived) AS contact, language,
        survey_sent, survey_answered, score, professionalism, speed, problem_solving,
        CASE WHEN has_comment THEN filled(comment, number) END AS comment, survey_dirt AS dirt
    FROM simulated_chats
    WHERE survey_sent IS NOT NULL
    UNION ALL BY NAME
    SELECT number, 'calls' AS system, call_id_of(number, arrived) AS contact, language,
        survey_sent, survey_answered, score, professionalism, speed, problem_solving,
        CASE WHEN has_comment THEN filled(comment, number) END AS comment, survey_dirt AS dirt
    FROM simulated_calls
    WHERE survey_sent IS NOT NULL
    UNION ALL BY NAME
    SELECT t.number, 'zendesk' AS system, CAST(ticket_id_of(t.number) AS VARCHAR) AS contact,
        t.language, t.survey_sent, t.survey_answered, t.score, t.professionalism, t.speed,
        t.problem_solving, CASE WHEN has_comment THEN filled(comment, t.number) END AS comment,
        t.survey_dirt AS dirt
    FROM tickets_as_of(getvariable('cut')) AS t
    WHERE t.survey_sent IS NOT NULL AND t.channel = 2
),
lines AS (
    SELECT
        number,
        dirt,
        concat(
            CASE WHEN dirt = 'no_id' THEN '' ELSE 'SV' || lpad(CAST(number AS VARCHAR), 9, '0') END,
            ',', system, ',',
            CASE WHEN dirt = 'no_contact' THEN '' ELSE contact END, ',',
            seoul(survey_sent), ',',
            CASE WHEN dirt = 'answered_before_sent' AND survey_answered IS NOT NULL
                THEN seoul(survey_sent - 5000)
                ELSE cell(seoul(survey_answered)) END, ',',
            CASE
                WHEN survey_answered IS NULL THEN ''
                WHEN dirt = 'score_out_of_scale' THEN '9'
                WHEN dirt = 'score_in_words' THEN quoted('매우 만족')
                ELSE cell(score)
            END, ',',
            cell(CASE WHEN survey_answered IS NOT NULL THEN professionalism END), ',',
            cell(CASE WHEN survey_answered IS NOT NULL THEN speed END), ',',
            cell(CASE WHEN survey_answered IS NOT NULL THEN problem_solving END), ',',
            CASE WHEN survey_answered IS NULL OR comment IS NULL THEN '' ELSE quoted(comment) END,
            ',', language_code(language),
            chr(10)
        ) AS line,
        concat(
            'SV' || lpad(CAST(number AS VARCHAR), 9, '0'), ',', system, ',', contact, ',',
            seoul(survey_sent), ',,,,,,,', language_code(language), chr(10)
        ) AS unanswered_line
    FROM asked
    ORDER BY number
)
SELECT
    CASE dirt
        WHEN 'twice' THEN line || line
        WHEN 'answered_later' THEN unanswered_line || line
        WHEN 'blank_line' THEN line || chr(10)
        ELSE line
    END AS line
FROM lines;
