-- Visits of signed-in customers to the help centre: some before they write, some who never do.
CREATE OR REPLACE VIEW help_visits AS
WITH askers AS (
    SELECT number, requester, language, topic, arrived
    FROM tickets_as_of(getvariable('cut'))
    WHERE channel >= 2 AND exclusion = '' AND coalesce(dirt, '') = ''
),
visits AS (
    SELECT number, requester_id_of(requester) AS user_id, language, topic, true AS is_followed,
        arrived - 300 - drawn(number, 'pause') AS started
    FROM askers
    WHERE drawn(number, 'visit before a ticket') < 600
    UNION ALL
    SELECT number, requester_id_of(500000000 + number) AS user_id, language, topic, false,
        arrived + 600 + drawn(number, 'pause') AS started
    FROM askers
    WHERE drawn(number, 'visit without a ticket') < 1500
)
SELECT
    number, user_id, language, topic, is_followed, started,
    has_article(topic, language) AS is_viewed,
    started + 20 + number % 70 AS ended
FROM visits
WHERE started + 100 < getvariable('cut');
