/* ---
summary = "The instants of each contact that waits are counted between: arrival, human queue, reply, leaving, solves."
grain = "one contact"
key = ["contact_id"]
stored = "view"
--- */
SELECT
    c.contact_id,
    c.source,
    c.kind,
    c.channel,
    c.channel_raw,
    c.direction,
    CASE WHEN c.language = 'und' THEN coalesce(o.language, f.language, 'und') ELSE c.language END AS language,
    c.language_raw,
    CASE
        WHEN c.language = 'und' THEN coalesce(o.language_source, f.language_source, c.language_source)
        ELSE c.language_source
    END AS language_source,
    c.language_declared,
    c.language_detected,
    CASE WHEN c.topic = 'unknown' THEN coalesce(o.topic, f.topic, 'unknown') ELSE c.topic END AS topic,
    c.topic_raw,
    c.is_urgent,
    coalesce(o.status, c.status) AS status,
    c.priority,
    c.tags,
    coalesce(c.team, o.team, f.team) AS team,
    coalesce(c.agent_id, o.agent_id) AS agent_id,
    c.requester_id,
    c.subject,
    c.exclusion AS given_exclusion,
    f.contact_key IS NOT NULL AS is_further_session,
    c.merged_into,
    c.linked_contact_id,
    c.created_at,
    greatest(c.updated_at, o.updated_at) AS updated_at,
    c.handed_over_at,
    c._load_id,

    s.hung_up_at,

    -- arrival: the first inbound message. Who was taken by an agent, or left, before writing had
    -- asked for one before it; of merged contacts the customer has waited since the first.
    v.contact_key IS NULL AND s.contact_key IS NULL AND n.contact_id IS NOT NULL AS is_clocked,
    coalesce(
        least(c.first_inbound_at, v.first_customer_at),
        CASE WHEN v.contact_key IS NULL AND s.contact_key IS NULL THEN n.clock_started_at END
    ) AS first_written_at,
    least(
        CASE
            WHEN least(s.answered_at, s.hung_up_at) < first_written_at THEN coalesce(s.queue_entered_at, c.created_at)
            ELSE coalesce(first_written_at, c.created_at)
        END,
        g.merged_arrived_at
    ) AS arrived_at,

    -- a bot spoke, no human did, and nobody was asked to
    c.kind = 'chat'
        AND o.contact_id IS NULL
        AND coalesce(v.has_bot_message, FALSE)
        AND v.first_agent_at IS NULL
        AND s.answered_at IS NULL
        AND s.queue_entered_at IS NULL
        AND c.handed_over_at IS NULL AS is_bot_contained,

    -- a session that ended without a queue, an answer or a hang-up: the line was closed
    s.contact_key IS NOT NULL
        AND o.contact_id IS NULL
        AND NOT s.is_told_served
        AND NOT s.is_told_abandoned
        AND s.queue_entered_at IS NULL
        AND s.answered_at IS NULL
        AND s.hung_up_at IS NULL
        AND v.first_agent_at IS NULL
        AND NOT is_bot_contained AS is_turned_away,

    -- a reply is a public message of a human, in what was merged too; sessions without messages have
    -- their answer. Who was not answered so, and did not leave, is in another one of its matter.
    v.first_agent_at,
    r.next_agent_at,
    br.first_bot_reply_at,
    coalesce(
        least(
            coalesce(
                CASE WHEN v.first_agent_at >= arrived_at THEN v.first_agent_at ELSE r.late_replied_at END,
                s.answered_at,
                CASE WHEN v.contact_key IS NULL AND s.contact_key IS NULL THEN n.clock_stopped_at END
            ),
            CASE WHEN s.hung_up_at IS NULL THEN g.merged_replied_at END
        ),
        CASE WHEN s.hung_up_at IS NULL AND o.other_replied_at >= arrived_at THEN o.other_replied_at END
    ) AS replied_at,
    CASE
        WHEN s.contact_key IS NULL OR is_bot_contained THEN NULL
        WHEN s.is_told_served THEN FALSE
        WHEN s.is_told_abandoned THEN NOT coalesce(replied_at <= s.hung_up_at, FALSE)
        WHEN replied_at IS NOT NULL THEN FALSE
        WHEN s.hung_up_at IS NOT NULL THEN TRUE
    END AS is_abandoned,
    CASE WHEN NOT coalesce(is_abandoned, FALSE) THEN replied_at END AS first_reply_at,
    CASE
        WHEN is_bot_contained THEN NULL
        ELSE coalesce(s.queue_entered_at, c.handed_over_at, CASE WHEN s.contact_key IS NULL THEN arrived_at END)
    END AS queue_entered_at,

    -- the vendor's durations count only where no timestamp tells whether anybody replied
    v.contact_key IS NULL AND s.contact_key IS NULL AND n.contact_id IS NULL AS is_untimed,
    -- they start with the ticket, the wait of whoever was merged into it before
    CASE WHEN g.merged_arrived_at < c.created_at THEN seconds_between(arrived_at, c.created_at) END AS seconds_before_ticket,
    CASE WHEN is_untimed THEN k.vendor_first_response_seconds + coalesce(seconds_before_ticket, 0) END AS untimed_response_seconds,
    -- an export without reply times tells who got no reply, but of nobody how long replies took
    NOT is_untimed OR coalesce(k.load_tells_replies, FALSE) AS tells_waits,
    CASE WHEN is_untimed AND seconds_before_ticket IS NULL THEN k.vendor_first_response_business_seconds END
        AS untimed_response_business_seconds,
    CASE
        WHEN is_abandoned THEN FALSE
        WHEN replied_at IS NOT NULL OR s.is_told_answered THEN TRUE
        WHEN NOT is_untimed THEN FALSE
        WHEN untimed_response_seconds IS NOT NULL THEN TRUE
        ELSE k.replies_count > 0
    END AS is_answered,
    -- who asked for a call-back, or spoke to a machine, left the queue without an answer, whoever
    -- wrote to them later in the ticket that it became
    is_answered AND NOT coalesce(
        s.is_told_served AND NOT s.is_told_answered AND s.answered_at IS NULL AND v.first_agent_at IS NULL, FALSE
    ) AS is_answered_in_queue,

    s.wait_seconds AS session_wait_seconds,
    s.answered_at AS session_answered_at,
    CASE WHEN o.contact_id IS NULL THEN s.ended_at END AS session_ended_at,
    s.queue_entered_at AS session_queued_at,
    s.talk_seconds,
    s.talk_share_seconds,
    s.hold_seconds,
    s.wrap_seconds,
    coalesce(s.transfers_count, CASE WHEN k.teams_count > 0 THEN k.teams_count - 1 ELSE k.teams_count END) AS own_transfers_count,
    coalesce(own_transfers_count + g.other_transfers_count, own_transfers_count, g.other_transfers_count) AS transfers_count,
    -- replies of a matter are those of all its contacts; an answered session without its words is one
    coalesce(
        g.agent_replies_count,
        greatest(v.agent_replies_count, CASE WHEN s.answered_at IS NOT NULL OR s.is_told_answered THEN 1 END),
        k.replies_count
    ) AS replies_count,
    CAST(coalesce(g.customer_messages_count, v.customer_messages_count) AS BIGINT) AS customer_messages_count,
    -- what was asked in a session whose words nobody tells is not known
    s.contact_key IS NULL OR v.contact_key IS NOT NULL AS tells_words,
    k.vendor_first_response_seconds,
    k.vendor_first_response_business_seconds,
    k.vendor_first_resolution_seconds,
    k.vendor_full_resolution_seconds,
    k.vendor_requester_wait_seconds,

    -- posts have a state in a helpdesk alone; where they come from the network, none is told
    o.outcome_id IS NOT NULL OR c.kind = 'ticket' OR c.kind = 'social' AND c.status <> 'unknown' AS is_tracked,
    -- solves: the status history, else the helpdesk's clocks. A clock tells the last solve only,
    -- which is also the first where nothing was reopened.
    coalesce(
        e.first_solved_at,
        k.first_solved_at,
        CASE WHEN coalesce(k.reopens_count, 0) = 0 THEN k.solved_at END,
        seconds_after(c.created_at, k.vendor_first_resolution_seconds),
        CASE WHEN c.status = 'closed' AND coalesce(k.reopens_count, 0) = 0 THEN k.closed_at END
    ) AS solved_first_at,
    coalesce(
        e.last_solved_at,
        k.solved_at,
        seconds_after(c.created_at, k.vendor_full_resolution_seconds),
        CASE WHEN coalesce(k.reopens_count, 0) = 0 THEN solved_first_at END,
        CASE WHEN c.status = 'closed' THEN k.closed_at END
    ) AS solved_last_at,
    -- a ticket that was linked later may have been solved before the session, but not before itself
    least(solved_first_at, solved_last_at) < least(c.created_at, arrived_at, o.outcome_created_at) AS is_solved_too_early,
    -- a solve that only the vendor's duration tells is no second opinion on that duration
    CASE
        WHEN e.first_solved_at IS NOT NULL OR k.first_solved_at IS NOT NULL THEN 'timestamps'
        WHEN k.solved_at IS NOT NULL AND coalesce(k.reopens_count, 0) = 0 THEN 'timestamps'
        WHEN solved_first_at IS NOT NULL THEN 'vendor'
    END AS first_resolution_origin,
    CASE
        WHEN e.last_solved_at IS NOT NULL OR k.solved_at IS NOT NULL THEN 'timestamps'
        WHEN solved_last_at IS NOT NULL THEN 'vendor'
    END AS full_resolution_origin,
    CASE WHEN e.solves_count > 0 THEN e.first_reopened_at END AS reopened_at,
    CASE WHEN e.solves_count > 0 OR e.reopens_count > 0 THEN e.reopens_count ELSE k.reopens_count END AS reopened_count,
    -- were only those without a reopening known, the reopened share would be 0
    NOT coalesce(k.load_hides_reopenings, FALSE) OR coalesce(e.solves_count, 0) > 0 AS tells_reopenings,
    coalesce(e.closed_at, k.closed_at) AS was_closed_at,
    coalesce(e.deleted_at, c.updated_at) AS was_deleted_at,
    e.solves_count,
    -- a history that begins before its contact tells no times
    CASE
        WHEN coalesce(o.outcome_created_at, c.created_at) <= e.first_changed_at
            THEN seconds_between(coalesce(o.outcome_created_at, c.created_at), e.first_changed_at)
    END AS first_status_seconds,
    e.open_seconds + first_status_seconds * CASE WHEN e.is_first_open THEN 1 ELSE 0 END AS told_open_seconds,
    e.pending_seconds + first_status_seconds * CASE WHEN e.is_first_pending THEN 1 ELSE 0 END AS told_pending_seconds,
    e.held_seconds + first_status_seconds * CASE WHEN e.is_first_held THEN 1 ELSE 0 END AS told_held_seconds,
    k.vendor_agent_wait_seconds,
    k.vendor_on_hold_seconds
FROM core_contacts AS c
LEFT JOIN core_conversations AS v ON v.contact_key = contact_key(c.contact_id)
LEFT JOIN core_bot_replies AS br ON br.contact_id = c.contact_id
LEFT JOIN core_late_replies AS r ON r.contact_id = c.contact_id
LEFT JOIN core_shared_talks AS g ON g.contact_key = contact_key(c.contact_id)
LEFT JOIN core_sessions AS s ON s.contact_key = contact_key(c.contact_id)
LEFT JOIN core_clocks AS k ON k.contact_key = contact_key(c.contact_id)
LEFT JOIN core_reply_clocks AS n ON n.contact_id = c.contact_id
LEFT JOIN core_outcomes AS o ON o.contact_id = c.contact_id
LEFT JOIN core_further_sessions AS f ON f.contact_key = contact_key(c.contact_id)
LEFT JOIN core_resolutions AS e ON e.contact_key = contact_key(c.contact_id)
