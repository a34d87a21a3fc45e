/* ---
summary = "The agent's time that each chat took: where chats overlap, each moment is divided by the chats open at it."
grain = "one answered chat with an agent, a start and an end; a transferred one from its first leg to its last"
key = ["contact_key"]
--- */
WITH chats AS (
    SELECT
        -- the legs of a transferred chat are the first one's
        contact_key(coalesce(m.first_leg_id, s.contact_id)) AS contact_key,
        c.agent_id,
        s.answered_at AS starts_at,
        s.ended_at AS ends_at
    FROM latest_sessions AS s
    INNER JOIN latest_contacts AS c ON c.contact_id = s.contact_id
    LEFT JOIN core_matters AS m ON m.contact_id = s.contact_id
    WHERE c.kind = 'chat'
        AND c.agent_id IS NOT NULL
        AND s.talk_seconds IS NOT NULL
        AND s.answered_at < s.ended_at
),

neighbours AS (
    SELECT
        agent_id,
        contact_key,
        starts_at,
        ends_at,
        max(ends_at) OVER (
            PARTITION BY agent_id ORDER BY starts_at, contact_key ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS busy_until,
        lead(starts_at) OVER (PARTITION BY agent_id ORDER BY starts_at, contact_key) AS next_starts_at
    FROM chats
),

-- a chat beside which its agent has no other need not be divided: the others are fewer to sort
placed AS (
    SELECT
        agent_id,
        contact_key,
        starts_at,
        ends_at,
        coalesce(busy_until <= starts_at, TRUE) AND coalesce(next_starts_at >= ends_at, TRUE) AS is_alone
    FROM neighbours
),

steps AS (
    SELECT
        agent_id,
        contact_key,
        starts_at AS moment_at,
        1 AS step
    FROM placed
    WHERE NOT is_alone
    UNION ALL
    SELECT
        agent_id,
        contact_key,
        ends_at AS moment_at,
        -1 AS step
    FROM placed
    WHERE NOT is_alone
),

-- between equal moments lie 0 seconds: any order of them will do, if it is the same in both windows
moments AS (
    SELECT
        agent_id,
        contact_key,
        moment_at,
        step,
        seconds_between(
            moment_at, lead(moment_at) OVER (PARTITION BY agent_id ORDER BY moment_at, step, contact_key)
        ) AS seconds_to_next,
        CAST(sum(step) OVER (
            PARTITION BY agent_id
            ORDER BY moment_at, step, contact_key
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) AS open_chats
    FROM steps
),

-- the agent's seconds per open chat, from the first chat to each moment,
-- in 2520ths of a second, which up to ten chats at once divide without a rest: sums of fractions
-- would depend on the order of adding, and so would the rounding of half seconds
worked AS (
    SELECT
        contact_key,
        step,
        coalesce(
            sum(CAST(floor(CAST(seconds_to_next * 2520 AS DOUBLE) / nullif(open_chats, 0) + 0.5) AS BIGINT)) OVER (
                PARTITION BY agent_id
                ORDER BY moment_at, step, contact_key
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ),
            0
        ) AS shared_parts
    FROM moments
),

parts AS (
    SELECT
        contact_key,
        CASE WHEN step = -1 THEN shared_parts ELSE -shared_parts END AS parts
    FROM worked
    UNION ALL
    SELECT
        contact_key,
        seconds_between(starts_at, ends_at) * 2520 AS parts
    FROM placed
    WHERE is_alone
)

SELECT
    contact_key,
    CAST(floor(CAST(sum(parts) AS DOUBLE) / 2520 + 0.5) AS BIGINT) AS talk_share_seconds
FROM parts
GROUP BY contact_key
