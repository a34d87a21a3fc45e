/* ---
summary = "Chats in which a bot spoke, and how they went: contained, left, resolved or handed to a human."
grain = "one counted chat in which a bot spoke"
key = ["contact_id"]
[columns]
contact_id = { type = "VARCHAR", meaning = "the contact" }
arrived_on = { type = "DATE", unit = "local day", meaning = "day of the arrival" }
arrived_slot = { type = "SMALLINT", unit = "local half hour", meaning = "half hour of the arrival, 0..47" }
channel = { type = "VARCHAR", meaning = "canonical channel" }
language = { type = "VARCHAR", meaning = "canonical language" }
topic = { type = "VARCHAR", meaning = "canonical issue type" }
team = { type = "VARCHAR", meaning = "team" }
agent_id = { type = "VARCHAR", meaning = "agent, where a human took part" }
urgency = { type = "VARCHAR", meaning = "urgent or normal" }
source = { type = "VARCHAR", meaning = "system of the contact" }
is_contained = { type = "BOOLEAN", meaning = "no human took part or was asked to" }
is_confirmed = { type = "BOOLEAN", meaning = "contained, and the customer's last rating is favourable; false: it is not; NULL: not rated" }
is_left = { type = "BOOLEAN", meaning = "contained, not confirmed, and the last word was the customer's: they left without an answer to it" }
next_contact_at = { type = "TIMESTAMP", unit = "UTC", meaning = "the customer's next counted contact, in any channel and on any topic; of contained ones only" }
is_resolved = { type = "BOOLEAN", meaning = "contained and confirmed, or contained, not left, not rated badly and no contact of the customer within bot_repeat_days; NULL until those days are over, or where the customer is not known" }
--- */
WITH chats AS (
    SELECT
        c.contact_id,
        c.arrived_at,
        c.arrived_on,
        c.arrived_slot,
        c.channel,
        c.language,
        c.topic,
        c.team,
        c.agent_id,
        c.urgency,
        c.source,
        c.requester_id,
        c.is_bot_contained,
        c.is_bot_contained AND v.last_customer_at > v.last_bot_at AS is_unanswered
    FROM fact_contacts AS c
    INNER JOIN core_conversations AS v ON v.contact_key = contact_key(c.contact_id)
    WHERE c.exclusion IS NULL
        AND c.kind = 'chat'
        AND v.has_bot_message
),

rated AS (
    SELECT
        contact_id,
        min(CASE WHEN is_satisfied THEN 1 ELSE 0 END) = 1 AS is_confirmed
    FROM fact_surveys
    WHERE is_last_rating
    GROUP BY contact_id
),

repeated AS (
    SELECT
        c.contact_id,
        min(n.arrived_at) AS next_contact_at
    FROM chats AS c
    INNER JOIN fact_contacts AS n ON n.requester_id = c.requester_id
    WHERE c.is_bot_contained
        AND n.exclusion IS NULL
        AND n.arrived_at > c.arrived_at
    GROUP BY c.contact_id
),

judged AS (
    SELECT
        c.contact_id,
        c.arrived_at,
        c.arrived_on,
        c.arrived_slot,
        c.channel,
        c.language,
        c.topic,
        c.team,
        c.agent_id,
        c.urgency,
        c.source,
        c.requester_id,
        c.is_bot_contained AS is_contained,
        CASE WHEN c.is_bot_contained THEN r.is_confirmed END AS is_confirmed,
        coalesce(c.is_unanswered, FALSE) AND NOT coalesce(r.is_confirmed, FALSE) AS is_left,
        n.next_contact_at
    FROM chats AS c
    LEFT JOIN rated AS r ON r.contact_id = c.contact_id
    LEFT JOIN repeated AS n ON n.contact_id = c.contact_id
)

SELECT
    j.contact_id,
    j.arrived_on,
    j.arrived_slot,
    j.channel,
    j.language,
    j.topic,
    j.team,
    j.agent_id,
    j.urgency,
    j.source,
    j.is_contained,
    j.is_confirmed,
    j.is_left,
    j.next_contact_at,
    -- of a young cohort only the failures are known: nobody's outcome is told before everybody's can be
    CASE
        WHEN seconds_between(j.arrived_at, b.data_cut_at) < ru.bot_repeat_days * 86400 THEN NULL
        -- whether a stranger came back nobody knows: not of those handed over alone
        WHEN j.requester_id IS NULL THEN NULL
        WHEN NOT j.is_contained OR j.is_left THEN FALSE
        WHEN j.is_confirmed IS NOT NULL THEN j.is_confirmed
        WHEN seconds_between(j.arrived_at, j.next_contact_at) < ru.bot_repeat_days * 86400 THEN FALSE
        ELSE TRUE
    END AS is_resolved
FROM judged AS j
CROSS JOIN core_data_cut AS b
CROSS JOIN ref_rules AS ru
