-- The functions that models use and engines spell differently. Instants are naive UTC: TIMESTAMP is
-- TIMESTAMP_NTZ in this session. timestampdiff counts elapsed units, as date_sub of DuckDB does.
-- Messages are sorted and joined by a number instead of a long text: 64 bits of the contact's id.
-- No two contacts of a build share one, or the build stops (audits/contact_keys.sql).
CREATE OR REPLACE TEMPORARY FUNCTION contact_key(id STRING) RETURNS BIGINT
    RETURN xxhash64(id);
CREATE OR REPLACE TEMPORARY FUNCTION seconds_between(a TIMESTAMP, b TIMESTAMP) RETURNS BIGINT
    RETURN timestampdiff(SECOND, a, b);
CREATE OR REPLACE TEMPORARY FUNCTION seconds_after(t TIMESTAMP, n BIGINT) RETURNS TIMESTAMP
    RETURN timestampadd(SECOND, n, t);
CREATE OR REPLACE TEMPORARY FUNCTION days_after(d DATE, n INT) RETURNS DATE
    RETURN date_add(d, n);
CREATE OR REPLACE TEMPORARY FUNCTION second_of_day(t TIMESTAMP) RETURNS BIGINT
    RETURN timestampdiff(SECOND, date_trunc('day', t), t);
CREATE OR REPLACE TEMPORARY FUNCTION quarter_of(t TIMESTAMP) RETURNS TIMESTAMP
    RETURN timestampadd(MINUTE, 15 * (minute(t) DIV 15), date_trunc('hour', t));
CREATE OR REPLACE TEMPORARY FUNCTION weekday_of(d DATE) RETURNS INT
    RETURN weekday(d) + 1;
CREATE OR REPLACE TEMPORARY FUNCTION month_of(d DATE) RETURNS DATE
    RETURN trunc(d, 'MM');
-- Open seconds of a calendar from its first day to the second of a UTC day, and whether it is open
-- then: arguments are the day's row in business_days.
CREATE OR REPLACE TEMPORARY FUNCTION open_seconds_until(
    s BIGINT, before BIGINT, s1 BIGINT, e1 BIGINT, s2 BIGINT, e2 BIGINT, s3 BIGINT, e3 BIGINT, s4 BIGINT, e4 BIGINT
) RETURNS BIGINT
    RETURN before + greatest(0, least(s, e1) - s1) + greatest(0, least(s, e2) - s2)
        + greatest(0, least(s, e3) - s3) + greatest(0, least(s, e4) - s4);
CREATE OR REPLACE TEMPORARY FUNCTION is_open_at(
    s BIGINT, s1 BIGINT, e1 BIGINT, s2 BIGINT, e2 BIGINT, s3 BIGINT, e3 BIGINT, s4 BIGINT, e4 BIGINT
) RETURNS BOOLEAN
    RETURN (s >= s1 AND s < e1) OR (s >= s2 AND s < e2) OR (s >= s3 AND s < e3) OR (s >= s4 AND s < e4);
