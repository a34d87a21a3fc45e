/* ---
summary = "Every run of customer messages after the first reply, and how long it waited for the next one. Contacts that were linked or merged are one conversation. What a solved contact says last (thanks) waits for nothing and is not in it."
grain = "one run of customer messages, of a counted contact"
key = ["contact_id", "asked_at"]
sort = ["asked_on"]
lies_as = "contacts.created_at"
[columns]
contact_id = { type = "VARCHAR", meaning = "the contact", compression = "zstd" }
asked_at = { type = "TIMESTAMP", unit = "UTC", meaning = "first message of the run" }
asked_on = { type = "DATE", unit = "local day", meaning = "its day in the site's zone" }
asked_slot = { type = "SMALLINT", unit = "local half hour", meaning = "half hour of that day, 0..47" }
next_reply_seconds = { type = "BIGINT", unit = "seconds", meaning = "until the next public human reply, else so far at the data cut" }
is_answered = { type = "BOOLEAN", meaning = "false: it waits still" }
channel = { type = "VARCHAR", meaning = "canonical channel" }
language = { type = "VARCHAR", meaning = "canonical language" }
topic = { type = "VARCHAR", meaning = "canonical issue type" }
team = { type = "VARCHAR", meaning = "team; NULL where the export names none" }
agent_id = { type = "VARCHAR", meaning = "agent the contact belongs to last" }
urgency = { type = "VARCHAR", meaning = "urgent or normal" }
source = { type = "VARCHAR", meaning = "system of the contact" }
--- */
-- what several contacts of one matter share is one conversation, whichever of them it went on in
WITH shared AS (
    SELECT
        m.counted_key AS contact_key,
        m.sent_at,
        m.speaker,
        CAST(sum(CASE WHEN m.speaker = 3 THEN 1 ELSE 0 END) OVER (
            PARTITION BY m.counted_key
            ORDER BY m.sent_at, m.speaker
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS BIGINT) - CASE WHEN m.speaker = 3 THEN 1 ELSE 0 END AS turn
    FROM core_shared_messages AS m
    INNER JOIN fact_contacts AS c ON contact_key(c.contact_id) = m.counted_key
    WHERE m.sent_at > c.first_reply_at
),

turns AS (
    SELECT
        t.contact_key,
        t.asked_at,
        t.replied_at
    FROM core_turns AS t
    LEFT JOIN core_shared_contacts AS p ON p.contact_key = t.contact_key
    WHERE p.contact_key IS NULL
    UNION ALL
    SELECT
        contact_key,
        min(CASE WHEN speaker = 1 THEN sent_at END) AS asked_at,
        max(CASE WHEN speaker = 3 THEN sent_at END) AS replied_at
    FROM shared
    GROUP BY contact_key, turn
)

SELECT
    c.contact_id,
    t.asked_at,
    local_on(t.asked_at) AS asked_on,
    local_slot(t.asked_at) AS asked_slot,
    seconds_between(t.asked_at, coalesce(t.replied_at, b.data_cut_at)) AS next_reply_seconds,
    t.replied_at IS NOT NULL AS is_answered,
    c.channel,
    c.language,
    c.topic,
    c.team,
    c.agent_id,
    c.urgency,
    c.source
FROM fact_contacts AS c
INNER JOIN turns AS t ON t.contact_key = contact_key(c.contact_id)
CROSS JOIN core_data_cut AS b
WHERE c.exclusion IS NULL
    AND local_on(t.asked_at) IS NOT NULL
    AND t.asked_at > c.first_reply_at
    AND (t.replied_at IS NOT NULL OR c.status IN ('new', 'open', 'pending', 'hold') AND c.left_at IS NULL)
