/* ---
summary = "Contacts offered to humans per queue and half hour: 0 where the feed was up and nobody came, NULL where its feeds were not up that day (fact_source_days) or the half hour is after their end. Where some were, and those that were not bring over a tenth of the queue, contacts that came are told and the half hour is not observed."
grain = "one channel, language and half hour, from the queue's first arrival day to its channel's last"
key = ["channel", "language", "starts_at"]
sort = ["channel", "language", "starts_at"]
[columns]
starts_at = { type = "TIMESTAMP", unit = "UTC", meaning = "start of the half hour" }
local_on = { type = "DATE", unit = "local day", meaning = "its day in the site's zone" }
local_slot = { type = "SMALLINT", unit = "local half hour", meaning = "half hour of that day, 0..47; twice where clocks go back" }
channel = { type = "VARCHAR", meaning = "canonical channel" }
language = { type = "VARCHAR", meaning = "canonical language" }
offered = { type = "BIGINT", unit = "contacts", meaning = "contacts that humans were asked to take (is_offered), each call and chat about a matter; NULL: not observed" }
answered = { type = "BIGINT", unit = "contacts", meaning = "of these, answered, whenever that was; NULL: not observed" }
abandoned = { type = "BIGINT", unit = "contacts", meaning = "of these, left before an answer; NULL: not observed" }
handle_seconds = { type = "BIGINT", unit = "seconds", meaning = "handle time of these, where it is known, added up; NULL: not observed" }
handled = { type = "BIGINT", unit = "contacts", meaning = "of these, with a known handle time: the divisor of handle_seconds" }
is_observed = { type = "BOOLEAN", meaning = "what came is all that came, but for a tenth of what the queue brings at most; false: a count is too low, or NULL" }
is_open = { type = "BOOLEAN", meaning = "the desk is open at the start of the half hour; NULL without a calendar" }
--- */
WITH feed_ends AS (
    SELECT source, max(greatest(created_at, coalesce(updated_at, created_at))) AS ends_at
    FROM fact_contacts
    GROUP BY source
),

feeds AS (
    SELECT DISTINCT channel, source
    FROM fact_contacts
    WHERE is_offered
),

up_days AS (
    SELECT
        f.channel,
        d.day AS arrived_on,
        max(e.ends_at) AS ends_at
    FROM feeds AS f
    INNER JOIN fact_source_days AS d ON d.source = f.source
    INNER JOIN feed_ends AS e ON e.source = f.source
    WHERE d.is_up
    GROUP BY f.channel, d.day
),

-- how much of each queue every source brings, as a share of what it brings in all
brought AS (
    SELECT
        c.channel,
        c.language,
        c.source,
        COUNT(*) / nullif(CAST(max(t.contacts) AS DOUBLE), 0) AS share
    FROM fact_contacts AS c
    INNER JOIN (SELECT source, SUM(contacts) AS contacts FROM fact_source_days GROUP BY source) AS t ON t.source = c.source
    WHERE c.is_offered
    GROUP BY c.channel, c.language, c.source
),

-- a feed that is up proves nothing of a queue that another one brings
partial_days AS (
    SELECT
        b.channel,
        b.language,
        d.day
    FROM brought AS b
    INNER JOIN fact_source_days AS d ON d.source = b.source
    GROUP BY b.channel, b.language, d.day
    HAVING SUM(d.missing * b.share) > 0.1 * SUM((d.missing + d.contacts) * b.share)
),

offered AS (
    SELECT
        q.slot_starts_at AS starts_at,
        c.channel,
        c.language,
        COUNT(*) AS offered,
        CAST(sum(CASE WHEN c.is_answered THEN 1 ELSE 0 END) AS BIGINT) AS answered,
        CAST(sum(CASE WHEN c.is_abandoned THEN 1 ELSE 0 END) AS BIGINT) AS abandoned,
        CAST(sum(coalesce(c.handle_seconds, 0)) AS BIGINT) AS handle_seconds,
        COUNT(c.handle_seconds) AS handled
    FROM fact_contacts AS c
    INNER JOIN core_local_quarters AS q ON q.quarter_at = quarter_of(c.arrived_at)
    WHERE c.is_offered
    GROUP BY q.slot_starts_at, c.channel, c.language
),

slots AS (
    SELECT
        slot_starts_at AS starts_at,
        min(local_on) AS local_on,
        min(local_slot) AS local_slot
    FROM core_local_quarters
    GROUP BY slot_starts_at
),

queue_spans AS (
    SELECT
        o.channel,
        o.language,
        min(s.local_on) AS first_on
    FROM offered AS o
    INNER JOIN slots AS s ON s.starts_at = o.starts_at
    GROUP BY o.channel, o.language
),

channel_spans AS (
    SELECT
        o.channel,
        max(s.local_on) AS last_on
    FROM offered AS o
    INNER JOIN slots AS s ON s.starts_at = o.starts_at
    GROUP BY o.channel
)

SELECT
    s.starts_at,
    s.local_on,
    s.local_slot,
    q.channel,
    q.language,
    (o.offered IS NOT NULL OR coalesce(u.ends_at >= s.starts_at, FALSE)) AND p.day IS NULL AS is_observed,
    coalesce(o.offered, CASE WHEN is_observed THEN 0 END) AS offered,
    coalesce(o.answered, CASE WHEN is_observed THEN 0 END) AS answered,
    coalesce(o.abandoned, CASE WHEN is_observed THEN 0 END) AS abandoned,
    coalesce(o.handle_seconds, CASE WHEN is_observed THEN 0 END) AS handle_seconds,
    coalesce(o.handled, CASE WHEN is_observed THEN 0 END) AS handled,
    is_open_at(second_of_day(s.starts_at), b.s1, b.e1, b.s2, b.e2, b.s3, b.e3, b.s4, b.e4) AS is_open
FROM queue_spans AS q
INNER JOIN channel_spans AS l ON l.channel = q.channel
INNER JOIN slots AS s ON s.local_on >= q.first_on AND s.local_on <= l.last_on
LEFT JOIN offered AS o ON o.channel = q.channel AND o.language = q.language AND o.starts_at = s.starts_at
LEFT JOIN up_days AS u ON u.channel = q.channel AND u.arrived_on = s.local_on
LEFT JOIN partial_days AS p ON p.channel = q.channel AND p.language = q.language AND p.day = s.local_on
LEFT JOIN ref_queues AS d ON d.channel = q.channel AND d.language = q.language
LEFT JOIN business_days AS b ON b.calendar_id = d.calendar_id AND b.utc_day = CAST(s.starts_at AS DATE)
