-- Zendesk incremental export `tickets`: what changed since three days before the CSV was taken.
-- The language and the issue type are custom fields; the profile's locale is only a default.
WITH lines AS (
    SELECT
        number,
        dirt,
        concat(
            '{"url":"https://sample-exchange.example/api/v2/tickets/', ticket_id_of(number), '.json",',
            CASE WHEN dirt = 'no_id' THEN '' ELSE '"id":' || ticket_id_of(number) || ',' END,
            '"external_id":null,"via":{"channel":"',
            CASE
                WHEN dirt = 'unknown_via' THEN 'carrier_pigeon'
                WHEN exclusion = 'internal' THEN 'side_conversation'
                WHEN exclusion = 'follow_up' THEN 'closed_ticket'
                WHEN exclusion = 'agent_initiated' THEN 'web'
                WHEN channel = 0 THEN 'chat'
                WHEN channel = 2 THEN 'email'
                WHEN channel = 3 THEN CASE number % 4 WHEN 0 THEN 'mobile' ELSE 'web' END
                ELSE CASE number % 5 WHEN 0 THEN 'facebook' WHEN 1 THEN 'line'
                    WHEN 2 THEN 'kakaotalk' ELSE 'twitter' END
            END,
            '","source":{"from":{},"to":{},"rel":',
            CASE WHEN exclusion = 'follow_up' THEN '"follow_up"' ELSE 'null' END, '}},',
            CASE WHEN dirt = 'no_created_at' THEN ''
                ELSE '"created_at":"' || iso(arrived) || '",' END,
            '"updated_at":"', iso(updated), '",',
            '"generated_timestamp":', updated, ',',
            '"type":"incident",',
            '"subject":', json_text(subject), ',"raw_subject":', json_text(subject), ',',
            '"description":', json_text(filled(question, number)), ',',
            '"priority":"', ticket_priority(topic, number), '",',
            '"status":"', status, '",',
            '"recipient":null,',
            '"requester_id":', requester_id_of(requester), ',',
            '"submitter_id":', CASE WHEN exclusion = 'agent_initiated' THEN agent_id_of(agent)
                ELSE requester_id_of(requester) END, ',',
            '"assignee_id":', json_number(agent_id_of(agent)), ',',
            '"organization_id":null,',
            '"group_id":', 36000100 + team, ',',
            '"problem_id":null,"has_incidents":false,"is_public":true,',
            '"tags":["', replace(ticket_tags(exclusion, language, topic, number), ' ', '","'), '"],',
            '"custom_fields":[{"id":360000000101,"value":',
            CASE
                WHEN dirt = 'unknown_language' THEN '"tlh"'
                WHEN number % 29 = 0 THEN 'null'
                ELSE json_text(language_code(language))
            END,
            '},{"id":360000000102,"value":',
            CASE
                WHEN dirt = 'unknown_topic' THEN '"uncategorised_2"'
                WHEN number % 41 = 0 THEN 'null'
                ELSE json_text(topic_code(topic))
            END,
            '}],"satisfaction_rating":{"score":"',
            CASE
                WHEN channel = 2 OR channel = 0 OR survey_sent IS NULL THEN 'unoffered'
                WHEN survey_answered IS NULL THEN 'offered'
                WHEN score >= 4 THEN 'good'
                ELSE 'bad'
            END,
            '"},"custom_status_id":', 4044300 + ascii(status), ',',
            '"followup_ids":[],',
            CASE WHEN exclusion = 'follow_up'
                THEN '"via_followup_source_id":' || ticket_id_of(number - 400) || ',' ELSE '' END,
            '"merged_ticket_ids":[', coalesce(merged_ticket_ids, ''), '],',
            '"brand_id":360000358316,"allow_channelback":false,"from_messaging_channel":false}',
            chr(10)
        ) AS line
    FROM tickets_as_of(getvariable('cut')) AS t
    LEFT JOIN (
        SELECT
            merged_into AS target,
            string_agg(CAST(ticket_id_of(number) AS VARCHAR), ',' ORDER BY number)
                AS merged_ticket_ids
        FROM simulated_tickets
        WHERE merged_into IS NOT NULL AND arrived < getvariable('cut')
        GROUP BY merged_into
    ) AS m ON m.target = t.number
    WHERE updated >= getvariable('json_from')
    ORDER BY number, channel
)
SELECT
    CASE dirt
        WHEN 'twice' THEN line || line
        WHEN 'broken_json' THEN left(line, 300) || chr(10)
        WHEN 'blank_line' THEN line || chr(10)
        ELSE line
    END AS line
FROM lines;
