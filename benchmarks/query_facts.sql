-- The facts that metrics read, invented for `wanted.contacts` contacts over two years: sorted as a
-- build sorts them, with waits and work of a live desk's and an e-mail desk's spread. Numbers come
-- from hashes of the row, so they are the same on every machine.
CREATE MACRO uniform(i, stream) AS hash(i * 31 + stream) % 1000003 / 1000003.0;
CREATE MACRO exponential(i, stream) AS -ln(1 - 0.999999 * uniform(i, stream));

CREATE TABLE build_info AS
SELECT
    'benchmark' AS build_id,
    TIMESTAMP '2026-01-01' AS created_at,
    TIMESTAMP '2025-12-31 15:00:00' AS data_cut_at,
    'Asia/Seoul' AS zone,
    'Benchmark' AS site_name;

CREATE TABLE ref_rules AS
SELECT
    5 AS short_abandon_seconds,
    7 AS resolution_follow_up_days,
    72 AS left_before_reply_hours;

CREATE TEMP TABLE drawn AS
SELECT
    i,
    DATE '2024-01-01' + CAST(i * 731 // (SELECT contacts FROM wanted) AS INTEGER) AS arrived_on,
    CAST(48 * (uniform(i, 1) + uniform(i, 2)) / 2 AS SMALLINT) % 48 AS arrived_slot,
    CASE
        WHEN uniform(i, 3) < 0.45 THEN 'live_chat' WHEN uniform(i, 3) < 0.70 THEN 'email'
        WHEN uniform(i, 3) < 0.85 THEN 'phone' WHEN uniform(i, 3) < 0.95 THEN 'help_centre'
        ELSE 'social'
    END AS channel,
    ['ko', 'ko', 'ko', 'ko', 'ko', 'ko', 'en', 'en', 'en', 'ja', 'ja', 'zh-CN', 'zh-TW', 'es', 'ru',
     'vi', 'tr', 'pt', 'id', 'und'][1 + CAST(floor(20 * uniform(i, 4)) AS INTEGER)] AS language,
    ['login', 'trade', 'withdrawal', 'stolen_account', 'kyc', 'fees', 'other', 'unknown']
        [1 + CAST(floor(8 * uniform(i, 5)) AS INTEGER)] AS topic,
    'team ' || CAST(floor(12 * uniform(i, 6)) AS INTEGER) AS team,
    'agent ' || CAST(floor(400 * uniform(i, 7)) AS INTEGER) AS agent_id
FROM range((SELECT contacts FROM wanted)) AS t(i);

CREATE TEMP TABLE waited AS
SELECT
    *,
    channel IN ('live_chat', 'phone') AS is_live,
    CAST(CASE
        WHEN channel IN ('live_chat', 'phone') THEN 2 + 45 * exponential(i, 8)
        ELSE 300 + 15000 * exponential(i, 8) * exponential(i, 9)
    END AS BIGINT) AS wait,
    CAST(20 + 240 * exponential(i, 10) AS BIGINT) AS patience,
    CAST(600 + CASE WHEN channel IN ('live_chat', 'phone') THEN 4000 ELSE 150000 END
        * exponential(i, 11) AS BIGINT) AS work
FROM drawn;

CREATE TABLE fact_contacts AS
SELECT
    'zendesk:' || i AS contact_id,
    channel,
    language,
    topic,
    CASE WHEN topic IN ('withdrawal', 'stolen_account') THEN 'urgent' ELSE 'normal' END AS urgency,
    CASE channel WHEN 'phone' THEN 'talkdesk' WHEN 'live_chat' THEN 'channel_io' ELSE 'zendesk' END AS source,
    team,
    agent_id,
    CASE WHEN uniform(i, 12) < 0.03 THEN 'spam' WHEN uniform(i, 12) < 0.05 THEN 'merged' END AS exclusion,
    CAST(arrived_on AS TIMESTAMP) + to_minutes(30 * CAST(arrived_slot AS INTEGER)) - INTERVAL 9 HOUR AS arrived_at,
    arrived_on,
    arrived_slot,
    uniform(i, 13) > 0.08 AS is_offered,
    NOT is_live OR wait <= patience AS is_answered,
    CASE WHEN is_live THEN wait > patience END AS is_abandoned,
    CAST(NULL AS TIMESTAMP) AS left_at,
    CASE WHEN is_answered THEN wait END AS first_response_seconds,
    CASE WHEN is_answered THEN CAST(wait * 0.6 AS BIGINT) END AS first_response_business_seconds,
    least(wait, patience) AS queue_wait_seconds,
    CASE WHEN is_live THEN least(wait, patience) ELSE wait END AS waited_seconds,
    CASE WHEN urgency = 'urgent' THEN CASE WHEN is_live THEN 30 ELSE 1800 END END AS urgent_within_seconds,
    coalesce(urgent_within_seconds, CASE WHEN channel = 'phone' THEN 20 WHEN is_live THEN 60 ELSE 86400 END) AS within_seconds,
    CASE WHEN is_answered AND is_live THEN CAST(60 + 300 * exponential(i, 14) AS BIGINT) END AS handle_seconds,
    is_answered AND uniform(i, 15) < 0.93 AS is_resolved,
    CASE WHEN is_resolved THEN arrived_on + CAST((wait + work) // 86400 AS INTEGER) END AS first_solved_on,
    CASE WHEN is_resolved THEN first_solved_on + CAST(uniform(i, 16) < 0.06 AS INTEGER) END AS last_solved_on,
    CASE WHEN is_resolved THEN wait + work END AS first_resolution_seconds,
    CASE WHEN is_resolved THEN wait + work + 86400 * (last_solved_on - first_solved_on) END AS full_resolution_seconds,
    wait + work AS resolution_waited_seconds,
    CASE WHEN is_resolved THEN uniform(i, 16) < 0.06 END AS is_reopened_in_window,
    NOT is_live AND (arrived_slot < 18 OR arrived_slot >= 36) AS is_out_of_hours
FROM waited
ORDER BY arrived_on, channel, language;

CREATE TABLE fact_resolutions AS
SELECT
    contact_id,
    first_solved_on AS solved_on,
    arrived_slot AS solved_slot,
    channel,
    language,
    topic,
    team,
    agent_id,
    urgency,
    source
FROM fact_contacts
WHERE is_resolved AND exclusion IS NULL
ORDER BY solved_on, channel, language;

CREATE TABLE fact_surveys AS
SELECT
    contact_id,
    last_solved_on AS sent_on,
    CASE WHEN u < 0.25 THEN last_solved_on + 1 END AS answered_on,
    u < 0.25 AS is_answered_in_window,
    CASE WHEN u < 0.25 THEN TRUE END AS is_last_rating,
    CASE WHEN u < 0.25 THEN CASE WHEN channel = 'live_chat' THEN 'good_bad' ELSE '1-5' END END AS scale,
    CASE WHEN u < 0.25 THEN CASE WHEN channel = 'live_chat' THEN 1.0 ELSE 1 + floor(20 * u) END END AS score,
    CASE WHEN u < 0.25 THEN CAST(1 + floor(20 * u) AS BIGINT) END AS professionalism,
    CASE WHEN u < 0.25 THEN CAST(1 + floor(20 * u) AS BIGINT) END AS speed,
    CASE WHEN u < 0.25 THEN CAST(1 + floor(20 * u) AS BIGINT) END AS problem_solving,
    channel,
    language,
    topic,
    team,
    agent_id,
    urgency,
    source,
    exclusion
FROM (SELECT *, hash(contact_id) % 1000003 / 1000003.0 AS u FROM fact_contacts WHERE is_resolved)
ORDER BY sent_on, channel, language;

CREATE TABLE fact_backlog AS
SELECT
    arrived_on AS day,
    channel,
    language,
    topic,
    team,
    urgency,
    source,
    CAST(count(*) AS BIGINT) AS closing
FROM fact_contacts
WHERE exclusion IS NULL
GROUP BY ALL
ORDER BY ALL;
