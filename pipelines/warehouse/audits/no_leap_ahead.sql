/* ---
severity = "warn"
summary = "the data end where most of them end: no few contacts stand over a month after all others and move the data cut"
remedy = "look at the dates of the contacts from that day on; a wrong one is put right in the helpdesk or by a line in corrections.csv, and the data cut, ages and censored waits with it"
--- */
WITH days AS (
    SELECT
        day,
        SUM(contacts) AS contacts
    FROM fact_source_days
    WHERE contacts > 0
    GROUP BY day
),

compared AS (
    SELECT
        day,
        LAG(day) OVER (ORDER BY day) AS day_before,
        CAST(SUM(contacts) OVER (ORDER BY day DESC) AS BIGINT) AS contacts_from_then_on,
        SUM(contacts) OVER () AS all_contacts
    FROM days
)

SELECT
    day,
    day_before,
    contacts_from_then_on
FROM compared
WHERE day > days_after(day_before, 31)
    AND contacts_from_then_on * 100 < all_contacts
ORDER BY day
