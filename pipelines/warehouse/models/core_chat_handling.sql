/* ---
summary = "The agent's time that each chat took: where chats overlap, each moment is divided by the chats open at it."
grain = "one answered chat with an agent, a start and an end"
key = ["contact_id"]
--- */
WITH chats AS (
    SELECT
        c.contact_id,
        c.agent_id,
        s.answered_at AS starts_at,
        s.ended_at AS ends_at
    FROM latest_sessions AS s
    INNER JOIN latest_contacts AS c ON c.contact_id = s.contact_id
    WHERE c.kind = 'chat'
        AND c.agent_id IS NOT NULL
        AND s.talk_seconds IS NOT NULL
        AND s.answered_at < s.ended_at
),

steps AS (
    SELECT agent_id, starts_at AS moment_at, 1 AS step FROM chats
    UNION ALL
    SELECT agent_id, ends_at AS moment_at, -1 AS step FROM chats
),

moments AS (
    SELECT agent_id, moment_at, CAST(sum(step) AS BIGINT) AS step
    FROM steps
    GROUP BY agent_id, moment_at
),

open_chats AS (
    SELECT
        agent_id,
        moment_at,
        CAST(sum(step) OVER (PARTITION BY agent_id ORDER BY moment_at) AS BIGINT) AS concurrency,
        lead(moment_at) OVER (PARTITION BY agent_id ORDER BY moment_at) AS next_at
    FROM moments
),

worked AS (
    SELECT
        agent_id,
        moment_at,
        coalesce(
            sum(CAST(seconds_between(moment_at, next_at) AS DOUBLE) / nullif(concurrency, 0)) OVER (
                PARTITION BY agent_id ORDER BY moment_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ),
            0.0
        ) AS shared_seconds
    FROM open_chats
)

SELECT
    c.contact_id,
    CAST(floor(z.shared_seconds - a.shared_seconds + 0.5) AS BIGINT) AS talk_share_seconds
FROM chats AS c
INNER JOIN worked AS a ON a.agent_id = c.agent_id AND a.moment_at = c.starts_at
INNER JOIN worked AS z ON z.agent_id = c.agent_id AND z.moment_at = c.ends_at
