/* ---
summary = "How long each calendar's usual open day is: what a business day of its desks is."
grain = "one calendar that ever opens"
key = ["calendar_id"]
[columns]
calendar_id = { type = "VARCHAR", meaning = "calendar of support.toml, or one of its periods alone" }
open_day_seconds = { type = "BIGINT", unit = "seconds", meaning = "median over the days of its zone on which it opens at all" }
--- */
SELECT
    calendar_id,
    CAST(floor(percentile_cont(0.5) WITHIN GROUP (ORDER BY open_seconds)) AS BIGINT) AS open_day_seconds
FROM core_open_days
GROUP BY calendar_id
