-- Delighted's answers to "would you recommend us?", asked of some whose ticket was settled.
SELECT
    concat(
        '{"id":"', 5000000 + number, '","person":"', requester_id_of(requester),
        '","survey_type":"nps","score":', recommendation, ',"comment":null,"created_at":', answered,
        ',"updated_at":', answered, ',"person_properties":{"Ticket ID":"', ticket_id_of(number),
        '","Locale":"', language_code(language), '"},"notes":[],"tags":[]}', chr(10)
    ) AS line
FROM polls
WHERE recommendation IS NOT NULL
ORDER BY number;
