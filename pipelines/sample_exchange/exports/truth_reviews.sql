-- The score that each review comes to.
SELECT review_id, system || ':' || contact AS contact_id, reason AS drawn,
    CAST(probability AS DOUBLE) AS selection_probability, CAST(true_score AS DOUBLE) AS score
FROM reviewed
ORDER BY number, review_id;
