-- Contacts by day, language and topic: what people search and read goes with what they ask.
INSERT INTO help_demand
SELECT left(seoul(arrived), 10) AS day, language, topic, count(*) AS contacts
FROM (
    SELECT arrived, language, topic FROM simulated_chats WHERE exclusion = ''
    UNION ALL
    SELECT arrived, language, topic FROM simulated_calls WHERE exclusion = ''
    UNION ALL
    SELECT arrived, language, topic FROM simulated_tickets WHERE exclusion = '' AND channel >= 2
)
WHERE arrived >= getvariable('json_from')
GROUP BY day, language, topic;
