-- Zendesk, Manage -> Reports -> full CSV export: written contacts as they stood at `csv_cut`.
-- Local times of the account's zone without an offset; unsolved ones carry 1900-01-01.
WITH written AS (
    SELECT
        t.*,
        CASE
            WHEN dirt = 'unknown_via' THEN 'Carrier pigeon'
            WHEN exclusion = 'agent_initiated' THEN 'OutBound'
            WHEN exclusion = 'internal' THEN 'Internal Communication'
            WHEN exclusion = 'follow_up' THEN 'Closed Ticket'
            WHEN channel = 0 THEN 'Chat'
            WHEN channel = 2 THEN 'Mail'
            WHEN channel = 3 THEN CASE number % 4 WHEN 0 THEN 'Mobile' ELSE 'Web form' END
            ELSE CASE number % 5 WHEN 0 THEN 'Facebook' WHEN 1 THEN 'Line' WHEN 2 THEN 'KakaoTalk'
                ELSE 'Twitter' END
        END AS via,
        CASE
            WHEN dirt = 'unknown_language' THEN 'Klingon'
            WHEN number % 29 = 0 THEN '-'
            ELSE language_text(language, number)
        END AS language_text,
        CASE
            WHEN dirt = 'unknown_topic' THEN 'Uncategorised 2'
            WHEN dirt = 'nfd_hangul' THEN nfd_topic(topic)
            WHEN number % 41 = 0 THEN '-'
            ELSE topic_text(topic, number)
        END AS topic_text
    FROM tickets_as_of(getvariable('csv_cut')) AS t
),
lines AS (
    SELECT
        number,
        dirt,
        concat(
            '1,',
            CASE WHEN dirt = 'ruined_id' THEN '2.40000E+06' ELSE cell(ticket_id_of(number)) END, ',',
            quoted('Customer ' || requester), ',',
            cell(requester_id_of(requester)), ',',
            '-,',
            quoted(email_of(requester)), ',',
            'example.com,',
            quoted(CASE WHEN exclusion = 'agent_initiated'
                THEN CAST(agent_id_of(agent) AS VARCHAR)
                ELSE 'Customer ' || requester END), ',',
            quoted(coalesce(CAST(agent_id_of(agent) AS VARCHAR), '-')), ',',
            quoted(team_name(team)), ',',
            quoted(CASE WHEN dirt = 'newline_in_subject'
                THEN subject || chr(10) || '"' || filled('{email}', number) || '"'
                ELSE CASE WHEN exclusion = 'test' THEN '[TEST] ' ELSE '' END || subject END), ',',
            quoted(ticket_tags(exclusion, language, topic, number)), ',',
            upper(status[1]) || status[2:], ',',
            ticket_priority(topic, number), ',',
            via, ',',
            'Incident,',
            CASE dirt
                WHEN 'no_created_at' THEN ''
                WHEN 'day_first_date' THEN seoul_minute_day_first(arrived)
                ELSE seoul_minute(arrived)
            END, ',',
            seoul_minute(updated), ',',
            cell(seoul_minute(CASE WHEN agent IS NOT NULL THEN arrived + 60 END)), ',',
            '-,',
            ',',
            cell(seoul_minute(CASE WHEN agent IS NOT NULL THEN arrived + 60 END)), ',',
            CASE
                WHEN dirt = 'solved_before_created' THEN seoul_minute(arrived - 90000)
                ELSE coalesce(seoul_minute(last_solved), '1900-01-01 00:00')
            END, ',',
            cell(CAST(floor((settled - arrived) / 3600) AS BIGINT)), ',',
            CASE
                WHEN channel = 2 OR channel = 0 THEN 'Not Offered'
                WHEN survey_answered IS NOT NULL AND score >= 4 THEN 'Good'
                WHEN survey_answered IS NOT NULL THEN 'Bad'
                WHEN survey_sent IS NOT NULL THEN 'Offered'
                ELSE ''
            END, ',',
            '1,1,',
            cell(reopens), ',',
            cell(replies), ',',
            CASE WHEN dirt = 'negative_minutes' THEN '-5'
                ELSE cell(CAST(floor((reply_1 - arrived) / 60) AS BIGINT)) END, ',,',
            cell(CAST(floor((solved_1 - arrived) / 60) AS BIGINT)), ',,',
            cell(CAST(floor((settled - arrived) / 60) AS BIGINT)), ',,',
            pending_seconds // 60, ',,', (desk_seconds + hold_seconds) // 60, ',,',
            hold_seconds // 60, ',,',
            quoted(language_text), ',',
            quoted(topic_text),
            chr(10)
        ) AS line
    FROM written
)
SELECT
    CASE dirt
        WHEN 'twice' THEN line || line
        WHEN 'header_again' THEN getvariable('zendesk_header') || line
        WHEN 'blank_line' THEN line || chr(10)
        WHEN 'short_row' THEN left(line, 40) || chr(10)
        ELSE line
    END AS line
FROM lines;
