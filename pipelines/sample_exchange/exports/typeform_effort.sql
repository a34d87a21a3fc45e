-- Typeform's results of a form with one question: how easy was it, 1-7?
SELECT
    concat(
        substr(digest(number), 1, 12), ',', ease, ',', ticket_id_of(number), ',',
        strftime(make_timestamp((answered - 40) * 1000000), '%Y-%m-%d %H:%M:%S'), ',',
        strftime(make_timestamp(answered * 1000000), '%Y-%m-%d %H:%M:%S'), ',n',
        number % 1000, chr(10)
    ) AS line
FROM polls
WHERE ease IS NOT NULL
ORDER BY number;
