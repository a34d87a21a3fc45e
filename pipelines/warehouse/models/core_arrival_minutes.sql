/* ---
summary = "The minute of the local day in which each counted contact was made, where that is in the half hour of its arrival."
grain = "one counted contact"
key = []
stored = "view"
--- */
SELECT
    c.source,
    c.channel,
    c.arrived_on,
    CAST(c.arrived_slot AS BIGINT) * 30
        + CAST(floor(CAST(seconds_between(q.slot_starts_at, c.created_at) AS DOUBLE) / 60) AS BIGINT) AS minute_of_day
FROM fact_contacts AS c
INNER JOIN core_local_quarters AS q ON q.quarter_at = quarter_of(c.created_at) AND q.local_on = c.arrived_on
WHERE c.exclusion IS NULL
    AND q.local_slot = c.arrived_slot
