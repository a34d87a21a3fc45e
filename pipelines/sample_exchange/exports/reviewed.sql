-- Quality reviews: a stratified random draw (language x channel), some of complaints, and some of
-- the random ones judged again by a second reviewer.
CREATE OR REPLACE VIEW reviewed AS
WITH contacts AS (
    SELECT number, 'zendesk_chat' AS system, chat_id_of(number, arrived) AS contact, 0 AS channel,
        language, agent, ended, score
    FROM simulated_chats
    WHERE exclusion = '' AND coalesce(dirt, '') = '' AND agent IS NOT NULL
    UNION ALL
    SELECT number, 'calls', call_id_of(number, arrived), 1, language, agent, ended, score
    FROM simulated_calls
    WHERE exclusion = '' AND coalesce(dirt, '') = '' AND agent IS NOT NULL
    UNION ALL
    SELECT number, 'zendesk', CAST(ticket_id_of(number) AS VARCHAR), channel, language, agent,
        settled, CASE WHEN survey_answered IS NOT NULL THEN score END
    FROM tickets_as_of(getvariable('cut'))
    WHERE channel >= 2 AND exclusion = '' AND coalesce(dirt, '') = '' AND agent IS NOT NULL
        AND settled IS NOT NULL
),
chances AS (
    SELECT
        *,
        CASE WHEN language = 0 THEN 100 WHEN language < 3 THEN 300 ELSE 800 END
            * CASE WHEN channel = 1 THEN 2 ELSE 1 END AS chance,
        ended + 86400 + drawn(number, 'review comes') * 9 AS reviewed
    FROM contacts
),
drawn_contacts AS (
    SELECT *, 'random' AS reason, 0 AS round FROM chances WHERE drawn(number, 'review') < chance
    UNION ALL
    SELECT *, 'calibration', 1 FROM chances
    WHERE drawn(number, 'review') < chance AND drawn(number, 'second review') < 3000
    UNION ALL
    SELECT *, 'targeted', 0 FROM chances
    WHERE drawn(number, 'review') >= chance AND score IN (1, 2) AND drawn(number, 'complaint') < 1000
),
judged AS (
    SELECT
        *,
        5 - CAST(drawn(number, 'accuracy') > 5500 AS BIGINT)
            - CAST(drawn(number, 'accuracy') > 8400 AS BIGINT)
            - CAST(drawn(number, 'accuracy') > 9500 AS BIGINT)
            - round * CAST(drawn(number, 'other accuracy') > 8000 AS BIGINT) AS accuracy,
        5 - CAST(drawn(number, 'tone') > 4000 AS BIGINT)
            - CAST(drawn(number, 'tone') > 8000 AS BIGINT)
            - round * CAST(drawn(number, 'other tone') > 6000 AS BIGINT) AS tone,
        CASE WHEN drawn(number, 'no form') >= 1500 THEN
            2 - CAST(drawn(number, 'completeness') > 7000 AS BIGINT) END AS completeness,
        CAST(drawn(number + round, 'security') >= 500 AS BIGINT) AS security
    FROM drawn_contacts
)
SELECT
    *,
    'R' || number || chr(CAST(65 + round AS INTEGER)) AS review_id,
    370000000901 + (number + round) % 4 AS reviewer,
    CASE WHEN reason = 'random' THEN chance / 10000.0 END AS probability,
    CASE WHEN security = 0 THEN 0.0 ELSE 100 * (
        3 * (accuracy - 1) / 4.0 + (tone - 1) / 4.0 + 2 * coalesce(completeness / 2.0, 0) + security
    ) / (5 + CASE WHEN completeness IS NULL THEN 0 ELSE 2 END) END AS true_score
FROM judged
WHERE reviewed + round * 7200 < getvariable('cut');
