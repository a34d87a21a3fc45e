/* ---
summary = "How long each calendar's usual open day is: what a business day of its desks is."
grain = "one calendar that ever opens"
key = ["calendar_id"]
[columns]
calendar_id = { type = "VARCHAR", meaning = "calendar of support.toml, or one of its periods alone" }
open_day_seconds = { type = "BIGINT", unit = "seconds", meaning = "median over the days on which it opens at all" }
--- */
SELECT
    calendar_id,
    CAST(floor(percentile_cont(0.5) WITHIN GROUP (ORDER BY e1 - s1 + e2 - s2 + e3 - s3 + e4 - s4)) AS BIGINT) AS open_day_seconds
FROM business_days
WHERE e1 - s1 + e2 - s2 + e3 - s3 + e4 - s4 > 0
GROUP BY calendar_id
