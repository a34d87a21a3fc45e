/* ---
summary = "Times of a source that are dates, each written as midnight: which hour it was nobody knows, and durations from or to them are whole days."
grain = "one source and kind of time of which all are dates"
key = ["source", "time"]
[columns]
source = { type = "VARCHAR", meaning = "system the contacts belong to" }
time = { type = "VARCHAR", meaning = "column of fact_contacts: created_at, first_reply_at or last_solved_at" }
contacts = { type = "BIGINT", unit = "contacts", meaning = "counted contacts with such a time" }
--- */
-- midnight is on a quarter hour by every clock: most sources are out after one look
WITH rests AS (
    SELECT
        source,
        max(second_of_day(created_at) % 900) AS created_rest,
        max(second_of_day(first_reply_at) % 900) AS replied_rest,
        max(second_of_day(last_solved_at) % 900) AS solved_rest
    FROM fact_contacts
    WHERE exclusion IS NULL
    GROUP BY source
),

on_quarters AS (
    SELECT source, 'created_at' AS time FROM rests WHERE created_rest = 0
    UNION ALL
    SELECT source, 'first_reply_at' AS time FROM rests WHERE replied_rest = 0
    UNION ALL
    SELECT source, 'last_solved_at' AS time FROM rests WHERE solved_rest = 0
),

times AS (
    SELECT
        q.source,
        q.time,
        CASE q.time
            WHEN 'created_at' THEN c.created_at
            WHEN 'first_reply_at' THEN c.first_reply_at
            ELSE c.last_solved_at
        END AS told_at
    FROM on_quarters AS q
    INNER JOIN fact_contacts AS c ON c.source = q.source
    WHERE c.exclusion IS NULL
)

-- a week of them is no accident, and one midnight moves by an hour where clocks change
SELECT
    source,
    time,
    COUNT(told_at) AS contacts
FROM times
GROUP BY source, time
HAVING COUNT(DISTINCT second_of_day(told_at)) <= 2
    AND COUNT(DISTINCT CAST(told_at AS DATE)) >= 7
