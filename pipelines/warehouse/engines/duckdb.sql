-- The functions that models use and engines spell differently. Instants are naive UTC.
-- date_sub counts elapsed units; date_diff, which counts boundaries crossed, is never used.
-- Messages are sorted and joined by a number instead of a long text: 64 bits of the contact's id.
-- No two contacts of a build share one, or the build stops (audits/contact_keys.sql).
-- hash() takes a text in blocks of eight bytes, and what changes in the last bytes of two blocks at
-- once (LC00023/TH00023, LC00028/TH00028) can cancel out. Moved by half a block it does not.
CREATE OR REPLACE MACRO contact_key(id) AS hash(id, '----' || id);
CREATE OR REPLACE MACRO seconds_between(a, b) AS date_sub('second', a, b);
CREATE OR REPLACE MACRO seconds_after(t, n) AS t + to_seconds(n);
CREATE OR REPLACE MACRO days_after(d, n) AS d + CAST(n AS INTEGER);
CREATE OR REPLACE MACRO second_of_day(t) AS date_sub('second', CAST(t AS DATE), t);
CREATE OR REPLACE MACRO quarter_of(t) AS time_bucket(INTERVAL 15 MINUTES, t);
CREATE OR REPLACE MACRO weekday_of(d) AS isodow(d);
CREATE OR REPLACE MACRO month_of(d) AS CAST(date_trunc('month', d) AS DATE);
-- Open seconds of a calendar from its first day to the second of a UTC day, and whether it is open
-- then: arguments are the day's row in business_days.
CREATE OR REPLACE MACRO open_seconds_until(s, before, s1, e1, s2, e2, s3, e3, s4, e4) AS
    before + greatest(0, least(s, e1) - s1) + greatest(0, least(s, e2) - s2)
    + greatest(0, least(s, e3) - s3) + greatest(0, least(s, e4) - s4);
CREATE OR REPLACE MACRO is_open_at(s, s1, e1, s2, e2, s3, e3, s4, e4) AS
    (s >= s1 AND s < e1) OR (s >= s2 AND s < e2) OR (s >= s3 AND s < e3) OR (s >= s4 AND s < e4);
