-- The rows of a made-up raw store. Every value comes from a hash of the row's number, so that
-- they are the same on any machine. Arrivals spread over three years; two fifths are live chats, a
-- tenth calls, the rest tickets. $contacts, $start and $stop are filled in by raw_store.py.

-- block: noise
CREATE MACRO noise
    (a, b) AS CAST(hash(a, b) % 1000000007 AS BIGINT),
    (a, b, c) AS CAST(hash(a, b, c) % 1000000007 AS BIGINT)

-- block: base
WITH kinds AS (
    SELECT i, CASE WHEN noise(i, 1) % 10 < 4 THEN 'chat' WHEN noise(i, 1) % 10 < 5 THEN 'call' ELSE 'ticket' END AS kind
    FROM range($start, $stop) AS r(i)
),

base AS (
    SELECT
        i,
        kind,
        CASE kind WHEN 'chat' THEN 'zendesk_chat:' WHEN 'call' THEN 'calls:' ELSE 'zendesk:' END
            || (1000000 + i) AS contact_id,
        TIMESTAMP '2023-07-01' + to_seconds(CAST(i * 94608000 // $contacts AS BIGINT)) AS born_at,
        CAST(floor(-ln((noise(i, 2) % 999983 + 1) / 999984.0)
            * CASE kind WHEN 'ticket' THEN 14400 ELSE 45 END) AS BIGINT) AS wait,
        noise(i, 3) % 100 AS luck
    FROM kinds
)

-- block: contacts
SELECT
    contact_id,
    split_part(contact_id, ':', 1) AS source,
    split_part(contact_id, ':', 2) AS source_id,
    kind,
    CASE kind WHEN 'chat' THEN 'live_chat' WHEN 'call' THEN 'phone' END AS channel,
    CASE kind WHEN 'ticket' THEN ['email', 'web', 'twitter'][1 + noise(i, 4) % 3] ELSE kind END AS channel_raw,
    'inbound' AS direction,
    ['ko', 'ko-KR', 'ko', 'en', 'en-US', 'ja', 'zh-CN', 'es', 'ru', 'vi'][1 + noise(i, 5) % 10] AS language_raw,
    'declared' AS language_source,
    ['login', 'trade', 'withdrawal', 'stolen account', 'kyc', 'fees', 'other'][1 + noise(i, 6) % 7] AS topic_raw,
    CASE WHEN luck < 80 THEN 'closed' WHEN luck < 92 THEN 'solved' ELSE 'open' END AS status,
    ['low', 'normal', 'high', 'urgent'][1 + noise(i, 7) % 4] AS priority,
    CASE WHEN luck = 7 THEN 'spam ' ELSE '' END || 'app ios v' || noise(i, 8) % 9 AS tags,
    kind || ' team ' || noise(i, 5) % 10 // 3 AS team,
    'agent_' || noise(i, 10) % 400 AS agent_id,
    md5(CAST(noise(i, 11) % 3000000 AS VARCHAR)) AS requester_id,
    'Question ' || noise(i, 12) % 100000 AS subject,
    born_at AS created_at,
    born_at + to_seconds(wait * 3 + 600) AS updated_at,
    CASE WHEN kind = 'chat' AND luck < 30 THEN born_at + to_seconds(20) END AS handed_over_at
FROM base

-- block: contact_clocks
SELECT
    contact_id,
    born_at + to_seconds(wait * 3 + 600) AS updated_at,
    born_at + to_seconds(60) AS first_assigned_at,
    CASE WHEN luck < 92 THEN born_at + to_seconds(wait * 3 + 500) END AS solved_at,
    CASE WHEN luck % 12 = 0 THEN 1 ELSE 0 END AS reopens_count,
    2 AS replies_count,
    wait // 60 * 60 AS vendor_first_response_seconds,
    wait * 2 AS vendor_first_resolution_seconds,
    wait * 3 + 500 AS vendor_full_resolution_seconds
FROM base
WHERE kind = 'ticket'

-- block: messages
SELECT
    contact_id || '-' || n AS message_id,
    contact_id,
    born_at + to_seconds(CASE n WHEN 0 THEN 0 ELSE wait + (n - 1) * 61 END) AS sent_at,
    CASE WHEN n % 2 = 0 THEN 'customer_' || noise(i, 11) % 3000000 ELSE 'agent_' || noise(i, 10) % 400 END AS author_id,
    CASE WHEN n % 2 = 0 THEN 'customer' ELSE 'agent' END AS author_role,
    n = 0 OR noise(i, n, 13) % 20 > 0 AS is_public,
    'My withdrawal ' || noise(i, n, 14) || ' has not arrived since ' || noise(i, n, 15) % 60
        || ' minutes, please check order ' || noise(i, n, 16) % 1000000 AS text
FROM base, range(6) AS m(n)
WHERE kind <> 'call'

-- block: sessions
SELECT
    contact_id,
    born_at + to_seconds(wait * 3 + 600) AS updated_at,
    born_at + to_seconds(20) AS queue_entered_at,
    CASE WHEN luck < 90 THEN born_at + to_seconds(20 + wait) END AS answered_at,
    CASE WHEN luck >= 90 THEN born_at + to_seconds(20 + wait) END AS abandoned_at,
    born_at + to_seconds(wait + 620) AS ended_at,
    CASE WHEN luck < 90 THEN 'answered' ELSE 'abandoned' END AS outcome,
    wait AS wait_seconds,
    CASE WHEN luck < 90 THEN 600 END AS talk_seconds,
    30 AS wrap_seconds,
    noise(i, 17) % 2 AS transfers_count
FROM base
WHERE kind <> 'ticket'

-- block: surveys
SELECT
    'surveys:' || i AS survey_id,
    contact_id,
    born_at + to_seconds(90000) AS updated_at,
    born_at + to_seconds(86400) AS sent_at,
    CASE WHEN luck < 40 THEN born_at + to_seconds(90000) END AS answered_at,
    '1-5' AS scale,
    CASE WHEN luck < 40 THEN CAST(1 + noise(i, 18) % 5 AS VARCHAR) END AS score_raw,
    CASE WHEN luck < 40 THEN 1 + noise(i, 18) % 5 END AS score,
    CASE WHEN luck < 40 THEN 1 + noise(i, 19) % 5 END AS speed,
    CASE WHEN luck < 20 THEN 'the agent was quick and explained it well ' || i END AS comment,
    'ko' AS language_raw
FROM base
WHERE i % 5 = 0

-- block: status_events
SELECT
    contact_id,
    born_at + to_seconds(CASE n WHEN 0 THEN 60 WHEN 1 THEN wait + 61 WHEN 2 THEN wait * 3 + 500 ELSE wait * 3 + 600 END)
        AS changed_at,
    ['new', 'open', 'pending', 'solved'][1 + n] AS from_status,
    ['open', 'pending', 'solved', 'closed'][1 + n] AS to_status
FROM base, range(4) AS m(n)
WHERE kind = 'ticket'
    AND (n < 2 OR luck < 92)
    AND (n < 3 OR luck < 80)

-- block: article_events
SELECT
    'zendesk:visit-' || i AS event_id,
    CASE WHEN i % 10 = 1 THEN 'search' ELSE 'view' END AS event,
    born_at - to_seconds(600) AS happened_at,
    1 AS events_count,
    CASE WHEN i % 10 <> 1 THEN 'zendesk:' || noise(i, 20) % 300 END AS article_id,
    md5(CAST(noise(i, 21) % 3000000 AS VARCHAR)) AS visitor_id,
    ['ko', 'en-us', 'ja', 'zh-cn', 'es'][1 + noise(i, 5) % 5] AS language_raw,
    CASE WHEN i % 10 = 1 THEN 'withdrawal ' || noise(i, 22) % 500 END AS query,
    CASE WHEN i % 10 = 1 THEN noise(i, 23) % 6 END AS results_count
FROM base
WHERE i % 10 IN (1, 2)

-- block: reviews
SELECT
    'scorecards:' || i AS review_id,
    contact_id,
    'reviewer_' || noise(i, 24) % 20 AS reviewer_id,
    ['tone', 'accuracy', 'process'][1 + n] AS category,
    noise(i, n, 25) % 5 AS score,
    0 AS score_min,
    4 AS score_max,
    1 AS weight,
    n = 1 AS is_critical,
    'random' AS drawn,
    0.01 AS selection_probability,
    born_at + to_seconds(172800) AS reviewed_at
FROM base, range(3) AS m(n)
WHERE i % 100 = 0
