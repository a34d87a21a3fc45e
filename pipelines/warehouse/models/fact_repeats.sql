/* ---
summary = "Whether the same customer came back on the same topic, in any channel, within the repeat window after the first solve (after the arrival, while unsolved). Topic and time stand in for the same problem."
grain = "one counted contact with a known customer and topic"
key = ["contact_id"]
sort = ["arrived_on"]
lies_as = "contacts.created_at"
[columns]
contact_id = { type = "VARCHAR", meaning = "the contact", compression = "zstd" }
arrived_on = { type = "DATE", unit = "local day", meaning = "day of its arrival" }
arrived_slot = { type = "SMALLINT", unit = "local half hour", meaning = "half hour of that day, 0..47" }
channel = { type = "VARCHAR", meaning = "canonical channel" }
language = { type = "VARCHAR", meaning = "canonical language" }
topic = { type = "VARCHAR", meaning = "canonical issue type" }
team = { type = "VARCHAR", meaning = "team; NULL where the export names none" }
agent_id = { type = "VARCHAR", meaning = "agent the contact belongs to last" }
urgency = { type = "VARCHAR", meaning = "urgent or normal" }
source = { type = "VARCHAR", meaning = "system of the contact" }
repeated_by = { type = "VARCHAR", meaning = "the customer's next contact on the topic, if within the window; told at once" }
is_repeated = { type = "BOOLEAN", meaning = "the customer came back within the window; NULL until it is over, whichever way it went" }
is_first_contact_resolved = { type = "BOOLEAN", meaning = "solved and not repeated; NULL until the window is over, and where the system keeps no solved state" }
--- */
WITH following AS (
    SELECT
        c.contact_id,
        c.requester_id,
        c.topic,
        c.arrived_at,
        coalesce(c.first_solved_at, c.arrived_at) AS settled_at,
        lag(c.arrived_at) OVER (PARTITION BY c.requester_id, c.topic ORDER BY c.arrived_at, c.contact_id) AS previous_at,
        lead(c.contact_id) OVER (PARTITION BY c.requester_id, c.topic ORDER BY c.arrived_at, c.contact_id) AS next_id,
        lead(c.arrived_at) OVER (PARTITION BY c.requester_id, c.topic ORDER BY c.arrived_at, c.contact_id) AS next_at
    FROM fact_contacts AS c
    WHERE c.exclusion IS NULL
        AND c.requester_id IS NOT NULL
        AND c.topic <> 'unknown'
),

-- who came in the same instant has not come again: the last of them tells who came after
later AS (
    SELECT
        f.contact_id,
        f.settled_at,
        max(CASE WHEN f.next_at > f.arrived_at THEN f.next_id END) OVER (
            PARTITION BY f.requester_id, f.topic, f.arrived_at
        ) AS repeated_by,
        max(CASE WHEN f.next_at > f.arrived_at THEN f.next_at END) OVER (
            PARTITION BY f.requester_id, f.topic, f.arrived_at
        ) AS repeated_at
    FROM following AS f
    CROSS JOIN ref_rules AS u
    -- few: who comes back late, or never, and came alone need not be compared
    WHERE f.next_at < seconds_after(f.settled_at, u.repeat_window_days * 86400)
        OR f.arrived_at IN (f.previous_at, f.next_at)
),

repeated AS (
    SELECT
        f.contact_id,
        f.repeated_by
    FROM later AS f
    CROSS JOIN ref_rules AS u
    WHERE f.repeated_at < seconds_after(f.settled_at, u.repeat_window_days * 86400)
)

SELECT
    c.contact_id,
    c.arrived_on,
    c.arrived_slot,
    c.channel,
    c.language,
    c.topic,
    c.team,
    c.agent_id,
    c.urgency,
    c.source,
    r.repeated_by,
    -- of a young cohort only the repeats are known: nobody's outcome is told before the window is over
    CASE
        WHEN seconds_after(coalesce(c.first_solved_at, c.arrived_at), u.repeat_window_days * 86400) <= b.data_cut_at
            THEN r.contact_id IS NOT NULL
    END AS is_repeated,
    CASE
        WHEN c.is_resolved IS NULL THEN NULL
        WHEN is_repeated THEN FALSE
        WHEN NOT is_repeated THEN c.is_resolved
    END AS is_first_contact_resolved
FROM fact_contacts AS c
CROSS JOIN core_data_cut AS b
CROSS JOIN ref_rules AS u
LEFT JOIN repeated AS r ON r.contact_id = c.contact_id
WHERE c.exclusion IS NULL
    AND c.requester_id IS NOT NULL
    AND c.topic <> 'unknown'
