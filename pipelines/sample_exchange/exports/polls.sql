-- Answers to the two questions beside satisfaction: would one recommend us, and how easy was it?
CREATE OR REPLACE VIEW polls AS
SELECT
    number, requester, language, topic,
    settled + 3600 + drawn(number, 'answers after') * 9 AS answered,
    CASE WHEN drawn(number, 'recommends') < 700 THEN CASE
        WHEN drawn(number, 'recommendation') < 600 THEN 0
        ELSE greatest(0, 10 - (drawn(number, 'recommendation') * rounds_weight) // 20000)
    END END AS recommendation,
    CASE WHEN drawn(number, 'rates ease') < 700 THEN
        greatest(1, 7 - (drawn(number, 'ease') * rounds_weight) // 25000)
    END AS ease
FROM (
    SELECT *, 6 + 5 * rounds + 8 * reopens AS rounds_weight FROM tickets_as_of(getvariable('cut'))
)
WHERE channel >= 2 AND exclusion = '' AND coalesce(dirt, '') = '' AND settled IS NOT NULL
    AND settled + 3600 + drawn(number, 'answers after') * 9 < getvariable('cut');
