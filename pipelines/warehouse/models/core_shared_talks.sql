/* ---
summary = "What a contact has of the conversation that it shares: how often each side wrote, in all its contacts; hand-overs in the others; of a merge target since when the customer waited and when a human first replied."
grain = "one counted contact of a shared conversation, or one that others were merged into"
key = ["contact_key"]
--- */
WITH told AS (
    SELECT
        counted_key AS contact_key,
        CAST(COUNT(CASE WHEN speaker = 1 THEN 1 END) AS BIGINT) AS customer_messages_count,
        NULL AS agent_replies_count,
        NULL AS other_transfers_count,
        NULL AS merged_arrived_at,
        NULL AS merged_replied_at
    FROM core_shared_messages
    WHERE is_told
    GROUP BY counted_key
    UNION ALL
    SELECT
        p.counted_key AS contact_key,
        NULL AS customer_messages_count,
        -- an answered session without its words is one reply, however many legs it has or systems tell it
        coalesce(
            greatest(
                sum(v.agent_replies_count), max(CASE WHEN s.answered_at IS NOT NULL OR s.outcome = 'answered' THEN 1 END)
            ),
            sum(k.replies_count)
        ) AS agent_replies_count,
        sum(CASE
            WHEN p.contact_key = p.counted_key THEN NULL
            WHEN k.teams_count > 0 THEN k.teams_count - 1
            ELSE k.teams_count
        END) AS other_transfers_count,
        NULL AS merged_arrived_at,
        NULL AS merged_replied_at
    FROM core_shared_contacts AS p
    LEFT JOIN core_matters AS m ON contact_key(m.contact_id) = p.contact_key
    LEFT JOIN core_told_twice AS w ON w.contact_id = m.contact_id
    LEFT JOIN core_conversations AS v ON v.contact_key = p.contact_key
    LEFT JOIN latest_sessions AS s ON contact_key(s.contact_id) = p.contact_key
    LEFT JOIN latest_contact_clocks AS k ON contact_key(k.contact_id) = p.contact_key
    GROUP BY p.counted_key,
        CASE
            WHEN w.same_id IS NOT NULL THEN contact_key(w.same_id)
            WHEN m.first_leg_id IS NOT NULL THEN contact_key(m.first_leg_id)
            ELSE p.contact_key
        END
    UNION ALL
    SELECT
        contact_key(contact_id) AS contact_key,
        NULL AS customer_messages_count,
        NULL AS agent_replies_count,
        NULL AS other_transfers_count,
        merged_arrived_at,
        merged_replied_at
    FROM core_merge_targets
)

SELECT
    contact_key,
    CAST(sum(customer_messages_count) AS BIGINT) AS customer_messages_count,
    CAST(sum(agent_replies_count) AS BIGINT) AS agent_replies_count,
    CAST(sum(other_transfers_count) AS BIGINT) AS other_transfers_count,
    max(merged_arrived_at) AS merged_arrived_at,
    max(merged_replied_at) AS merged_replied_at
FROM told
GROUP BY contact_key
