-- What was answered to the two questions beside satisfaction.
SELECT 'zendesk:' || ticket_id_of(number) AS contact_id, make_timestamp(answered * 1000000) AS answered_at,
    CAST(recommendation AS BIGINT) AS recommendation, CAST(ease AS BIGINT) AS ease
FROM polls
WHERE recommendation IS NOT NULL OR ease IS NOT NULL
ORDER BY number;
