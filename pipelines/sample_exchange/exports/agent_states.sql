-- A workforce tool's states of the agents of the live desks: logged in for their shift on days on
-- which they took contacts in it, and beyond it while a contact lasts. One break a shift.
WITH worked_shifts AS (
    SELECT w.agent, s.starts, s.ends
    FROM live_work AS w
    INNER JOIN live_shifts AS s
        ON w.agent BETWEEN s.first_agent AND s.last_agent
        AND w.starts >= s.starts
        AND w.starts < s.ends
    GROUP BY w.agent, s.starts, s.ends
),
breaks AS (
    SELECT
        agent,
        (starts + ends) // 2 + agent % 4 * 900 AS starts,
        CASE WHEN ends - starts >= 21600 THEN 3600 ELSE 900 END AS seconds
    FROM worked_shifts
),
-- +1 where a stretch begins, -1 where it ends: their running sums say what lies over an instant
edges AS (
    SELECT agent, starts AS instant, 1 AS on_duty, 0 AS on_break, 0 AS wrapping, 0 AS busy FROM worked_shifts
    UNION ALL SELECT agent, ends, -1, 0, 0, 0 FROM worked_shifts
    UNION ALL SELECT agent, starts, 0, 1, 0, 0 FROM breaks
    UNION ALL SELECT agent, starts + seconds, 0, -1, 0, 0 FROM breaks
    UNION ALL SELECT agent, starts, 0, 0, 1, 1 FROM live_work
    UNION ALL SELECT agent, busy_until, 0, 0, 0, -1 FROM live_work
    UNION ALL SELECT agent, wrapped_at, 0, 0, -1, 0 FROM live_work
),
instants AS (
    SELECT
        agent, instant, sum(on_duty) AS on_duty, sum(on_break) AS on_break, sum(wrapping) AS wrapping,
        sum(busy) AS busy
    FROM edges
    GROUP BY agent, instant
),
moments AS (
    SELECT
        agent, instant,
        CASE
            WHEN sum(busy) OVER life > 0 THEN 'On Contact'
            WHEN sum(wrapping) OVER life > 0 THEN 'ACW'
            WHEN sum(on_duty) OVER life = 0 THEN 'Logged out'
            WHEN sum(on_break) OVER life > 0 THEN 'Break'
            ELSE 'Available'
        END AS state
    FROM instants
    WINDOW life AS (PARTITION BY agent ORDER BY instant)
),
turns AS (
    SELECT agent, instant, state
    FROM moments
    QUALIFY state IS DISTINCT FROM lag(state) OVER (PARTITION BY agent ORDER BY instant)
),
stretches AS (
    SELECT
        agent, state, instant AS starts,
        least(lead(instant) OVER (PARTITION BY agent ORDER BY instant), getvariable('cut')) AS ends
    FROM turns
)
SELECT
    concat(
        agent_id_of(agent), ',', state, ',', replace(seoul(starts), ' ', 'T'), '+09:00,',
        replace(seoul(ends), ' ', 'T'), '+09:00,', d.channel, ',', d.language, ',',
        quoted(d.team), chr(10)
    ) AS line
FROM stretches
INNER JOIN (
    SELECT DISTINCT first_agent // 1000 AS number, channel, language, team FROM live_shifts
) AS d ON d.number = agent // 1000
WHERE state <> 'Logged out' AND starts < getvariable('cut')
ORDER BY agent, starts;
