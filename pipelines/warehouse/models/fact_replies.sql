/* ---
summary = "Every run of customer messages after the first reply, and how long it waited for the next one. What a solved contact says last (thanks) waits for nothing and is not in it."
grain = "one run of customer messages, of a counted contact"
key = ["contact_id", "asked_at"]
sort = ["asked_on"]
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
FROM core_turns AS t
INNER JOIN fact_contacts AS c ON contact_key(c.contact_id) = t.contact_key
CROSS JOIN core_data_cut AS b
LEFT JOIN core_outcomes AS o ON contact_key(o.contact_id) = t.contact_key AND o.outcome_id IS NOT NULL
WHERE c.exclusion IS NULL
    AND local_on(t.asked_at) IS NOT NULL
    AND t.asked_at > c.first_reply_at
    -- what was said last in a session that became a ticket is answered there, if anywhere
    AND (
        t.replied_at IS NOT NULL
        OR c.status IN ('new', 'open', 'pending', 'hold') AND c.left_at IS NULL AND o.contact_id IS NULL
    )
