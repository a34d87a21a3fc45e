/* ---
summary = "Contacts after which the same customer came back on the same topic, in any channel, within the repeat window after the first solve (after the arrival, while unsolved). Topic and time stand in for the same problem."
grain = "one counted contact that was repeated"
key = ["contact_id"]
sort = ["arrived_on", "contact_id"]
[columns]
contact_id = { type = "VARCHAR", meaning = "the contact that was repeated" }
arrived_on = { type = "DATE", unit = "local day", meaning = "day of its arrival" }
repeated_by = { type = "VARCHAR", meaning = "the customer's next contact on the topic" }
repeated_at = { type = "TIMESTAMP", unit = "UTC", meaning = "when that arrived" }
--- */
WITH following AS (
    SELECT
        c.contact_id,
        c.arrived_on,
        coalesce(c.first_solved_at, c.arrived_at) AS settled_at,
        lead(c.contact_id) OVER (PARTITION BY c.requester_id, c.topic ORDER BY c.arrived_at, c.contact_id) AS repeated_by,
        lead(c.arrived_at) OVER (PARTITION BY c.requester_id, c.topic ORDER BY c.arrived_at, c.contact_id) AS repeated_at
    FROM fact_contacts AS c
    WHERE c.exclusion IS NULL
        AND c.requester_id IS NOT NULL
        AND c.topic <> 'unknown'
)

SELECT
    f.contact_id,
    f.arrived_on,
    f.repeated_by,
    f.repeated_at
FROM following AS f
CROSS JOIN ref_rules AS r
WHERE f.repeated_at < seconds_after(f.settled_at, r.repeat_window_days * 86400)
