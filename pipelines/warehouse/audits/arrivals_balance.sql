/* ---
severity = "block"
summary = "the half hours of fact_arrivals hold every contact offered, once"
remedy = "an arrival lies outside the days that core_local_quarters covers, or a queue is there twice: look at its created_at"
--- */
SELECT
    a.arrived,
    c.offered
FROM (SELECT CAST(coalesce(sum(offered), 0) AS BIGINT) AS arrived FROM fact_arrivals) AS a
CROSS JOIN (SELECT COUNT(*) AS offered FROM fact_contacts WHERE is_offered) AS c
WHERE a.arrived <> c.offered
