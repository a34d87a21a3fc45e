/* ---
summary = "The helpdesk's clocks of each contact; those of its solves from the ticket that a counted session became."
grain = "one contact with clocks"
key = ["contact_key"]
stored = "view"
--- */
SELECT
    contact_key(k.contact_id) AS contact_key,
    k.first_solved_at,
    k.solved_at,
    k.closed_at,
    k.reopens_count,
    k.replies_count,
    k.vendor_first_response_seconds,
    k.vendor_first_response_business_seconds,
    k.vendor_first_resolution_seconds,
    k.vendor_full_resolution_seconds,
    k.vendor_requester_wait_seconds,
    k.vendor_agent_wait_seconds,
    k.vendor_on_hold_seconds,
    k.teams_count,
    t._load_id IS NOT NULL AS load_tells_replies,
    u._load_id IS NOT NULL AS load_hides_reopenings
FROM latest_contact_clocks AS k
LEFT JOIN core_timed_loads AS t ON t._load_id = k._load_id
LEFT JOIN core_untold_reopenings AS u ON u._load_id = k._load_id
WHERE NOT EXISTS (SELECT 1 FROM core_outcomes AS o WHERE o.contact_id = k.contact_id AND o.outcome_id IS NOT NULL)
UNION ALL
SELECT
    contact_key(o.contact_id) AS contact_key,
    o.first_solved_at,
    o.solved_at,
    o.closed_at,
    o.reopens_count,
    k.replies_count,
    k.vendor_first_response_seconds,
    k.vendor_first_response_business_seconds,
    CAST(NULL AS BIGINT) AS vendor_first_resolution_seconds,
    CAST(NULL AS BIGINT) AS vendor_full_resolution_seconds,
    CAST(NULL AS BIGINT) AS vendor_requester_wait_seconds,
    CAST(NULL AS BIGINT) AS vendor_agent_wait_seconds,
    CAST(NULL AS BIGINT) AS vendor_on_hold_seconds,
    k.teams_count,
    t._load_id IS NOT NULL AS load_tells_replies,
    u._load_id IS NOT NULL AS load_hides_reopenings
FROM core_outcomes AS o
LEFT JOIN latest_contact_clocks AS k ON k.contact_id = o.contact_id
LEFT JOIN core_timed_loads AS t ON t._load_id = k._load_id
LEFT JOIN core_untold_reopenings AS u ON u._load_id = k._load_id
WHERE o.outcome_id IS NOT NULL
