-- Zendesk Chat export, one JSON object a line, with its history. A bot writes as `agent:trigger`;
-- `chat.transfer` to the department is the hand-over to people.
WITH chats AS (
    SELECT
        c.*,
        'visitor:' || requester AS visitor,
        'agent:' || agent_id_of(agent) AS agent_nick,
        ended - first_reply AS length,
        greatest(arrived, handed_over, answered, first_reply, gave_up, ended) AS updated
    FROM simulated_chats AS c
),
lines AS (
    SELECT
        number,
        dirt,
        updated,
        concat(
            '{"type":"', CASE WHEN is_offline THEN 'offline_msg' ELSE 'chat' END, '",',
            CASE WHEN dirt = 'no_id' THEN ''
                ELSE '"id":"' || chat_id_of(number, arrived) || '",' END,
            CASE WHEN dirt = 'no_timestamp' THEN ''
                ELSE '"timestamp":"' || iso(arrived) || '",' END,
            '"update_timestamp":"', iso(updated), '",',
            '"started_by":"',
            CASE WHEN exclusion = 'agent_initiated' THEN 'agent' ELSE 'visitor' END, '",',
            '"visitor":{"id":"', requester, '","name":"Visitor ', requester % 100000,
            '","email":"', CASE WHEN number % 3 = 0 THEN '' ELSE email_of(requester) END,
            '","phone":"', CASE WHEN number % 4 = 0 THEN phone_of(requester) ELSE '' END,
            '","notes":""},',
            '"session":{"country_code":"', country_of(language), '","start_date":"',
            iso(arrived - 40 - number % 600), '","end_date":"', iso(updated + 30), '"},',
            '"department_id":', 36000100 + team, ',"department_name":"', team_name(team), '",',
            '"tags":["', chat_tags(exclusion, language, topic, number, dirt), '"],',
            '"zendesk_ticket_id":', CASE WHEN to_ticket
                THEN CAST(ticket_id_of(number) AS VARCHAR) ELSE 'null' END, ',',
            CASE WHEN is_offline
                THEN '"unread":true,"message":' || json_text(filled(question, number)) || '}'
                ELSE concat(
                    '"agent_ids":[', CASE WHEN agent IS NULL THEN ''
                        ELSE '"' || agent_id_of(agent) || '"' END, '],',
                    '"agent_names":[', CASE WHEN agent IS NULL THEN ''
                        ELSE '"' || agent_name(agent) || '"' END, '],',
                    '"duration":', ended - arrived, ',',
                    '"missed":', json_flag(gave_up IS NOT NULL), ',',
                    '"triggered":', json_flag(has_bot), ',"triggered_response":false,',
                    '"response_time":{"first":', json_number(first_reply - arrived),
                    ',"max":', json_number(CASE WHEN first_reply IS NOT NULL
                        THEN greatest(first_reply - arrived, 95) END),
                    ',"avg":', json_number(CASE WHEN first_reply IS NOT NULL
                        THEN 20 + number % 60 END), '},',
                    '"count":{"total":', 2 + 2 * rounds + 3 * CAST(agent IS NOT NULL AS INTEGER),
                    ',"agent":', CAST(agent IS NOT NULL AS INTEGER) * (2 + rounds),
                    ',"visitor":', 1 + rounds + CAST(agent IS NOT NULL AS INTEGER), '},',
                    '"rating":', json_text(nullif(rating, '')), ',"comment":null,',
                    '"history":[',
                    concat_ws(
                        ',',
                        CASE WHEN exclusion = 'agent_initiated'
                            THEN chat_message(arrived, agent_nick, agent_name(agent), reply_text)
                        END,
                        chat_event('chat.memberjoin', arrived, visitor, 'Visitor', ''),
                        chat_message(
                            CASE WHEN dirt = 'message_before_chat' THEN arrived - 86400
                                ELSE arrived END,
                            visitor, 'Visitor', filled(question, number)
                        ),
                        CASE WHEN has_bot THEN concat_ws(
                            ',',
                            chat_message(arrived + 2, 'agent:trigger', 'Assistant', bot_greeting),
                            -- who leaves the bot asks once more and gets no answer
                            CASE WHEN is_gone THEN
                                chat_message(arrived + 9, visitor, 'Visitor', filled(question, number))
                            WHEN is_contained THEN
                                chat_message(arrived + 9, 'agent:trigger', 'Assistant', bot_answer)
                            END
                        ) END,
                        CASE WHEN handed_over IS NOT NULL THEN
                            chat_message(handed_over - 1, 'agent:trigger', 'Assistant',
                                bot_handover)
                            || ',' || chat_event('chat.transfer', handed_over, 'agent:trigger',
                                'Assistant', ',"department_id":' || (36000100 + team))
                        END,
                        CASE WHEN exclusion <> 'agent_initiated' THEN
                            chat_event('chat.memberjoin', answered, agent_nick,
                                agent_name(agent), '')
                            || ',' || chat_message(first_reply, agent_nick, agent_name(agent),
                                reply_text)
                        END,
                        CASE WHEN first_reply IS NOT NULL AND number % 3 = 0 THEN
                            chat_message(first_reply + 6, agent_nick, agent_name(agent),
                                solution_text)
                        END,
                        CASE WHEN rounds > 0 THEN
                            chat_message(first_reply + length // 6, agent_nick,
                                agent_name(agent), ask_text)
                            || ',' || chat_message(first_reply + length // 4, visitor, 'Visitor',
                                filled(answer_text, number))
                        END,
                        CASE WHEN rounds > 1 THEN
                            chat_message(first_reply + length // 3, agent_nick,
                                agent_name(agent), ask_text)
                            || ',' || chat_message(first_reply + length // 2, visitor, 'Visitor',
                                filled(answer_text, number + 1))
                        END,
                        CASE WHEN rounds > 2 THEN
                            chat_message(first_reply + length * 11 // 20, agent_nick,
                                agent_name(agent), ask_text)
                            || ',' || chat_message(first_reply + length * 3 // 5, visitor,
                                'Visitor', filled(answer_text, number + 2))
                        END,
                        CASE WHEN first_reply IS NOT NULL THEN
                            chat_message(first_reply + length * 7 // 10, agent_nick,
                                agent_name(agent), solution_text)
                        END,
                        CASE WHEN is_solved THEN
                            chat_message(first_reply + length * 9 // 10, visitor, 'Visitor',
                                thanks_text)
                        END,
                        CASE WHEN rating <> '' THEN
                            chat_event('chat.request.rating', ended, 'agent:trigger', 'Assistant',
                                '')
                            || ',' || chat_event('chat.rating', ended, visitor, 'Visitor',
                                ',"new_rating":"' || rating || '"')
                        END,
                        chat_event('chat.memberleave', ended, visitor, 'Visitor', '')
                    ),
                    ']}'
                )
            END,
            chr(10)
        ) AS line
    FROM chats
)
SELECT
    CASE dirt
        WHEN 'twice' THEN line || line
        WHEN 'older_after_newer' THEN line || replace(
            replace(line, '"update_timestamp":"' || iso(updated), '"update_timestamp":"'
                || iso(updated - 600)), '"rating":"good"', '"rating":null')
        WHEN 'broken_json' THEN left(line, 420) || chr(10)
        WHEN 'blank_line' THEN line || chr(10)
        ELSE line
    END AS line
FROM lines;
