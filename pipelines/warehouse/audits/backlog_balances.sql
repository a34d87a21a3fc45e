/* ---
severity = "block"
summary = "closing backlog = opening + created + reopened - resolved - merged - deleted, opens as the day before closed, and is the sum of its age bands"
remedy = "a contact ends more often than it opens in core_spells.sql: look at the contacts of that day"
--- */
WITH days AS (
    SELECT
        day,
        channel,
        language,
        topic,
        team,
        urgency,
        source,
        opening,
        closing,
        opening + created + reopened - resolved - merged - deleted AS balance,
        aged_0_1d + aged_1_3d + aged_3_7d + aged_7d_plus AS aged,
        lag(closing) OVER (PARTITION BY channel, language, topic, team, urgency, source ORDER BY day) AS closed_before
    FROM fact_backlog
)

SELECT
    day,
    channel,
    language,
    topic,
    team,
    urgency,
    source,
    opening,
    closing,
    balance,
    aged
FROM days
WHERE closing <> balance
    OR closing <> aged
    OR closing < 0
    OR opening <> coalesce(closed_before, 0)
