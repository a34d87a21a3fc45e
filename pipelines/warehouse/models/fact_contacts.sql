/* ---
summary = "Every contact once, as it was delivered last, with its waits and outcome; the counted ones have no exclusion."
grain = "one contact"
key = ["contact_id"]
sort = ["arrived_on"]
lies_as = "contacts.created_at"
[columns]
contact_id = { type = "VARCHAR", meaning = "`<system>:<source_id>`, the key everywhere", compression = "uncompressed" }
source = { type = "VARCHAR", meaning = "system the id belongs to" }
kind = { type = "VARCHAR", meaning = "ticket, chat, call or social" }
channel = { type = "VARCHAR", meaning = "canonical channel; unknown where no alias fits the raw one" }
channel_raw = { type = "VARCHAR", meaning = "channel as the export writes it" }
direction = { type = "VARCHAR", meaning = "inbound, outbound or internal" }
language = { type = "VARCHAR", meaning = "canonical language; und where none is known" }
language_raw = { type = "VARCHAR", meaning = "language as the export writes it" }
language_source = { type = "VARCHAR", meaning = "where the language comes from: declared, detected, queue, user_profile or unknown" }
language_declared = { type = "VARCHAR", meaning = "canonical language that the contact itself declares" }
language_detected = { type = "VARCHAR", meaning = "language of the customer's own messages, else of the subject; und where they are too thin to tell, NULL where there are none" }
topic = { type = "VARCHAR", meaning = "canonical issue type; unknown where no alias fits the raw one" }
topic_raw = { type = "VARCHAR", meaning = "issue type as the export writes it" }
urgency = { type = "VARCHAR", meaning = "urgent: the topic is, or the priority; else normal" }
status = { type = "VARCHAR", meaning = "status at the data cut; of a session that became a ticket, the ticket's" }
priority = { type = "VARCHAR", meaning = "priority as the export writes it, lower case" }
tags = { type = "VARCHAR", meaning = "tags joined by single spaces" }
team = { type = "VARCHAR", meaning = "group or department; NULL where the export names none" }
agent_id = { type = "VARCHAR", meaning = "agent the contact belongs to last" }
requester_id = { type = "VARCHAR", meaning = "keyed pseudonym of the customer", compression = "uncompressed" }
subject = { type = "VARCHAR", meaning = "masked subject", compression = "zstd" }
exclusion = { type = "VARCHAR", meaning = "why the contact is not counted, a column of the ledger; NULL where it is" }
merged_into = { type = "VARCHAR", meaning = "contact_id of the contact this one was merged into" }
linked_contact_id = { type = "VARCHAR", meaning = "contact that its record, or another one, names as the same matter" }
created_at = { type = "TIMESTAMP", unit = "UTC", meaning = "when the helpdesk made the contact" }
created_on = { type = "DATE", unit = "local day", meaning = "day of the creation in the site's zone: what helpdesks date their reports by" }
updated_at = { type = "TIMESTAMP", unit = "UTC", meaning = "when the export last changed the row" }
first_written_at = { type = "TIMESTAMP", unit = "UTC", meaning = "first message of the customer in this contact itself, those merged into it left aside; NULL: none is told" }
arrived_at = { type = "TIMESTAMP", unit = "UTC", meaning = "first inbound message, else creation; of a merge target the earliest of the merged" }
arrived_on = { type = "DATE", unit = "local day", meaning = "day of the arrival in the site's zone" }
arrived_slot = { type = "SMALLINT", unit = "local half hour", meaning = "half hour of the arrival, 0..47" }
handed_over_at = { type = "TIMESTAMP", unit = "UTC", meaning = "when a bot handed over to the human queue" }
queue_entered_at = { type = "TIMESTAMP", unit = "UTC", meaning = "joined the human queue: of the session, else the hand-over, else the arrival; NULL: never reached it" }
is_offered = { type = "BOOLEAN", meaning = "humans are asked to take it: counted contacts that reached them or should have, those who left the voice menu included, and further calls and chats about the matter of another (`linked`); false where a bot contained it, or the line was closed" }
first_reply_at = { type = "TIMESTAMP", unit = "UTC", meaning = "first public reply by a human, or answer of the session; NULL: none, or only the vendor's clock tells" }
first_replied_on = { type = "DATE", unit = "local day", meaning = "day of the first reply; where there is none, of an agent's first message" }
first_agent_at = { type = "TIMESTAMP", unit = "UTC", meaning = "first public message of a human, or answer of the session, whoever wrote first" }
next_agent_at = { type = "TIMESTAMP", unit = "UTC", meaning = "the public message of a human after that, where an agent wrote first; else NULL" }
first_bot_reply_at = { type = "TIMESTAMP", unit = "UTC", meaning = "first public message of a bot after one of the customer" }
is_answered = { type = "BOOLEAN", meaning = "a human replied; NULL: the export does not tell" }
is_answered_in_queue = { type = "BOOLEAN", meaning = "the same, but false where the customer left the queue for a call-back or a voice mail, whoever replied later" }
is_abandoned = { type = "BOOLEAN", meaning = "the customer left the live session before an answer; NULL outside live sessions" }
left_at = { type = "TIMESTAMP", unit = "UTC", meaning = "when the customer left a live session, or the end of the silence after which an unanswered contact counts as left" }
first_response_seconds = { type = "BIGINT", unit = "seconds", meaning = "arrival to first reply; NULL while unanswered" }
first_response_business_seconds = { type = "BIGINT", unit = "seconds", meaning = "open seconds between arrival and first reply; NULL without a calendar" }
first_response_origin = { type = "VARCHAR", meaning = "timestamps of messages and sessions; metric_events, the start and stop of the helpdesk's reply clock, where there are none; vendor, its duration, where there is neither" }
queue_wait_seconds = { type = "BIGINT", unit = "seconds", meaning = "human queue until answer or leaving; NULL while waiting" }
followed_seconds = { type = "BIGINT", unit = "seconds", meaning = "human queue, else arrival, until the data cut: a share of those served within a time counts who has been followed for as long" }
waited_seconds = { type = "BIGINT", unit = "seconds", meaning = "arrival until reply, leaving or end of a live session, or the data cut; NULL where not known or nobody was asked" }
within_seconds = { type = "BIGINT", unit = "seconds", meaning = "the target T: of urgent contacts the channel's urgent one where the site sets it, else the desk's; NULL where no desk answers the queue" }
urgent_within_seconds = { type = "BIGINT", unit = "seconds", meaning = "the urgent target T of the channel; NULL where the contact is not urgent or the site sets none" }
talk_seconds = { type = "BIGINT", unit = "seconds", meaning = "conversation" }
hold_seconds = { type = "BIGINT", unit = "seconds", meaning = "on hold" }
wrap_seconds = { type = "BIGINT", unit = "seconds", meaning = "after-contact work" }
handle_seconds = { type = "BIGINT", unit = "seconds", meaning = "talk, hold and after-contact work; of chats the agent's share of overlapping ones" }
transfers_count = { type = "BIGINT", unit = "transfers", meaning = "hand-overs between agents or teams in the live session; of tickets, those of its matter too, the teams they had after the first; NULL where the export does not tell" }
agent_replies_count = { type = "BIGINT", unit = "replies", meaning = "public replies by humans, in all contacts of its matter: agent messages in a row are one, an answered session without its words is one" }
customer_messages_count = { type = "BIGINT", unit = "messages", meaning = "public messages by the customer, in all contacts of its matter" }
agent_work_seconds = { type = "BIGINT", unit = "seconds", meaning = "time in new and open until the last change of status; NULL where no status history tells" }
agent_wait_seconds = { type = "BIGINT", unit = "seconds", meaning = "time in pending until then: the agent waits for the customer; the vendor's figure where there is no status history" }
on_hold_seconds = { type = "BIGINT", unit = "seconds", meaning = "time in on-hold until then; the vendor's figure where there is no status history" }
requester_wait_seconds = { type = "BIGINT", unit = "seconds", meaning = "time in new, open and on-hold until then; the vendor's figure where there is no status history" }
clarification_rounds = { type = "BIGINT", unit = "requests", meaning = "messages in which agents asked for an account, transaction, order or screenshot; NULL without texts or a human reply" }
is_complete_at_first = { type = "BOOLEAN", meaning = "the customer gave such a detail before the first human reply; NULL without texts" }
first_solved_at = { type = "TIMESTAMP", unit = "UTC", meaning = "first solve; NULL: not yet, or not told" }
first_solved_on = { type = "DATE", unit = "local day", meaning = "day of the first solve" }
last_solved_at = { type = "TIMESTAMP", unit = "UTC", meaning = "last solve before the data cut" }
last_solved_on = { type = "DATE", unit = "local day", meaning = "day of the last solve" }
closed_at = { type = "TIMESTAMP", unit = "UTC", meaning = "closed for good" }
is_resolved = { type = "BOOLEAN", meaning = "solved at the data cut; NULL where the system keeps no solved state (calls)" }
first_resolution_seconds = { type = "BIGINT", unit = "seconds", meaning = "arrival to first solve" }
full_resolution_seconds = { type = "BIGINT", unit = "seconds", meaning = "arrival to last solve; NULL where it is open again" }
first_resolution_origin = { type = "VARCHAR", meaning = "timestamps of the status history or the helpdesk's solves; vendor: only its duration tells" }
full_resolution_origin = { type = "VARCHAR", meaning = "the same of the last solve" }
resolution_waited_seconds = { type = "BIGINT", unit = "seconds", meaning = "arrival to first solve, else to the data cut; NULL where it was solved at a time that is not told" }
is_provisional = { type = "BOOLEAN", meaning = "solved but not closed: the last solve can still move; NULL where not solved" }
reopens_count = { type = "BIGINT", unit = "reopenings", meaning = "times reopened" }
is_reopened_in_window = { type = "BOOLEAN", meaning = "reopened within the reopen window after the first solve; NULL if never solved, reopened at an unknown time, or where the load does not tell when others were" }
calendar_id = { type = "VARCHAR", meaning = "opening hours of the desk that answers the queue" }
waited_business_days = { type = "BIGINT", unit = "business days", meaning = "business days until the first reply, or so far at the data cut, rounded up: 0 while the desk was closed, 1 within one; a business day is the calendar's usual open day; NULL without a calendar" }
is_out_of_hours = { type = "BOOLEAN", meaning = "arrived while the desk was closed; NULL without a calendar" }
is_bot_contained = { type = "BOOLEAN", meaning = "a bot spoke and no human took part or was asked to" }
vendor_first_response_seconds = { type = "BIGINT", unit = "seconds", meaning = "the vendor's own figure, for comparison" }
vendor_first_response_business_seconds = { type = "BIGINT", unit = "seconds", meaning = "the vendor's own figure, for comparison" }
vendor_first_resolution_seconds = { type = "BIGINT", unit = "seconds", meaning = "the vendor's own figure, for comparison" }
vendor_full_resolution_seconds = { type = "BIGINT", unit = "seconds", meaning = "the vendor's own figure, for comparison" }
vendor_requester_wait_seconds = { type = "BIGINT", unit = "seconds", meaning = "the vendor's own figure, for comparison" }
_load_id = { type = "VARCHAR", meaning = "the load that delivered the row" }
--- */
-- what a queue promises, and how long its desk had been open at the data cut
WITH queues AS (
    SELECT
        q.channel,
        q.language,
        q.within_seconds,
        q.calendar_id,
        q.open_day_seconds,
        open_seconds_until(
            second_of_day(b.data_cut_at), a.open_seconds_before, a.s1, a.e1, a.s2, a.e2, a.s3, a.e3, a.s4, a.e4
        ) AS open_seconds_at_cut
    FROM ref_queues AS q
    CROSS JOIN core_data_cut AS b
    LEFT JOIN business_days AS a ON a.calendar_id = q.calendar_id AND a.utc_day = CAST(b.data_cut_at AS DATE)
)

SELECT
    d.contact_id,
    d.source,
    d.kind,
    d.channel,
    d.channel_raw,
    d.direction,
    d.language,
    d.language_raw,
    d.language_source,
    d.language_declared,
    d.language_detected,
    d.topic,
    d.topic_raw,
    CASE WHEN d.is_urgent THEN 'urgent' ELSE 'normal' END AS urgency,
    d.status,
    d.priority,
    d.tags,
    d.team,
    d.agent_id,
    d.requester_id,
    d.subject,
    d.merged_into,
    d.linked_contact_id,
    d.created_at,
    local_on(d.created_at) AS created_on,
    d.updated_at,
    d.first_written_at,
    d.arrived_at,
    local_on(d.arrived_at) AS arrived_on,
    local_slot(d.arrived_at) AS arrived_slot,
    d.handed_over_at,
    d.queue_entered_at,
    d.first_reply_at,
    local_on(coalesce(d.first_reply_at, d.first_agent_at)) AS first_replied_on,
    coalesce(d.first_agent_at, d.session_answered_at, CASE WHEN d.is_clocked THEN d.first_reply_at END)
        AS first_agent_at,
    d.next_agent_at,
    d.first_bot_reply_at,
    d.is_answered,
    d.is_answered_in_queue,
    d.is_abandoned,
    CASE
        WHEN d.is_abandoned THEN d.hung_up_at
        WHEN d.is_abandoned IS NULL
            AND d.kind <> 'call'
            AND NOT d.is_answered
            AND NOT d.is_bot_contained
            AND coalesce(d.customer_messages_count, 1) <= 1
            AND seconds_between(d.arrived_at, b.data_cut_at) > ru.left_before_reply_hours * 3600
            THEN seconds_after(d.arrived_at, ru.left_before_reply_hours * 3600)
    END AS left_at,
    coalesce(seconds_between(d.arrived_at, d.first_reply_at), d.untimed_response_seconds) AS first_response_seconds,
    CASE
        WHEN d.first_reply_at IS NULL AND d.untimed_response_business_seconds IS NOT NULL THEN d.untimed_response_business_seconds
        ELSE
            open_seconds_until(
                second_of_day(coalesce(d.first_reply_at, seconds_after(d.arrived_at, d.untimed_response_seconds))), br.open_seconds_before, br.s1, br.e1, br.s2, br.e2, br.s3, br.e3, br.s4, br.e4
            )
            - open_seconds_until(
                second_of_day(d.arrived_at), ba.open_seconds_before, ba.s1, ba.e1, ba.s2, ba.e2, ba.s3, ba.e3, ba.s4, ba.e4
            )
    END AS first_response_business_seconds,
    CASE
        WHEN d.first_reply_at IS NOT NULL THEN CASE WHEN d.is_clocked THEN 'metric_events' ELSE 'timestamps' END
        WHEN d.untimed_response_seconds IS NOT NULL THEN 'vendor'
    END AS first_response_origin,
    CASE
        WHEN d.is_bot_contained THEN NULL
        WHEN d.session_wait_seconds IS NOT NULL THEN d.session_wait_seconds
        WHEN d.untimed_response_seconds IS NOT NULL THEN d.untimed_response_seconds
        WHEN d.is_abandoned AND d.hung_up_at >= d.queue_entered_at THEN seconds_between(d.queue_entered_at, d.hung_up_at)
        WHEN d.first_reply_at >= d.queue_entered_at
            THEN seconds_between(d.queue_entered_at, coalesce(d.session_answered_at, d.first_reply_at))
    END AS queue_wait_seconds,
    seconds_between(coalesce(d.queue_entered_at, d.arrived_at), b.data_cut_at) AS followed_seconds,
    CASE
        WHEN d.is_bot_contained THEN NULL
        WHEN d.is_answered THEN coalesce(seconds_between(d.arrived_at, d.first_reply_at), d.untimed_response_seconds)
        WHEN d.is_abandoned THEN seconds_between(d.arrived_at, d.hung_up_at)
        WHEN d.is_turned_away OR NOT d.tells_waits THEN NULL
        WHEN NOT d.is_answered THEN seconds_between(d.arrived_at, coalesce(d.session_ended_at, b.data_cut_at))
    END AS waited_seconds,
    CASE WHEN d.is_urgent THEN coalesce(ut.within_seconds, ua.within_seconds) END AS urgent_within_seconds,
    coalesce(urgent_within_seconds, qu.within_seconds) AS within_seconds,
    d.talk_seconds,
    d.hold_seconds,
    d.wrap_seconds,
    CASE
        WHEN d.talk_seconds IS NULL AND d.hold_seconds IS NULL AND d.wrap_seconds IS NULL THEN NULL
        ELSE coalesce(d.talk_share_seconds, d.talk_seconds, 0) + coalesce(d.hold_seconds, 0) + coalesce(d.wrap_seconds, 0)
    END AS handle_seconds,
    d.transfers_count,
    d.replies_count AS agent_replies_count,
    d.customer_messages_count,
    d.told_open_seconds AS agent_work_seconds,
    coalesce(d.told_pending_seconds, d.vendor_agent_wait_seconds) AS agent_wait_seconds,
    coalesce(d.told_held_seconds, d.vendor_on_hold_seconds) AS on_hold_seconds,
    coalesce(d.told_open_seconds + d.told_held_seconds, d.vendor_requester_wait_seconds) AS requester_wait_seconds,
    CASE WHEN td.system IS NOT NULL AND d.tells_words AND d.is_answered AND d.customer_messages_count > 0 THEN coalesce(de.requests_count, 0) END
        AS clarification_rounds,
    CASE
        WHEN td.system IS NOT NULL AND d.tells_words AND d.customer_messages_count > 0
            THEN coalesce(de.first_detail_at <= coalesce(d.first_reply_at, b.data_cut_at), FALSE)
    END AS is_complete_at_first,
    d.solved_first_at AS first_solved_at,
    local_on(d.solved_first_at) AS first_solved_on,
    d.solved_last_at AS last_solved_at,
    local_on(d.solved_last_at) AS last_solved_on,
    d.was_closed_at AS closed_at,
    -- a live session without a solve of its own is not tracked; a ticket is, or one that became one
    CASE
        WHEN d.status IN ('solved', 'closed') AND (d.solved_last_at IS NOT NULL OR d.is_tracked) THEN TRUE
        WHEN d.solved_last_at IS NOT NULL AND d.status = 'unknown' THEN TRUE
        WHEN d.solved_last_at IS NOT NULL OR d.is_tracked THEN FALSE
    END AS is_resolved,
    CASE WHEN d.solved_first_at >= d.arrived_at THEN seconds_between(d.arrived_at, d.solved_first_at) END
        AS first_resolution_seconds,
    CASE WHEN is_resolved AND d.solved_last_at >= d.arrived_at THEN seconds_between(d.arrived_at, d.solved_last_at) END
        AS full_resolution_seconds,
    d.first_resolution_origin,
    d.full_resolution_origin,
    CASE
        WHEN d.solved_first_at >= d.arrived_at THEN seconds_between(d.arrived_at, d.solved_first_at)
        -- what was reopened had been solved: when, nobody tells
        WHEN NOT is_resolved AND d.solved_first_at IS NULL AND coalesce(d.reopened_count, 0) = 0
            THEN seconds_between(d.arrived_at, b.data_cut_at)
    END AS resolution_waited_seconds,
    CASE WHEN is_resolved THEN d.status <> 'closed' END AS is_provisional,
    d.reopened_count AS reopens_count,
    CASE
        WHEN d.solved_first_at IS NULL THEN NULL
        WHEN d.reopened_at IS NOT NULL
            THEN seconds_between(d.solved_first_at, d.reopened_at) <= ru.reopen_window_days * 86400
        WHEN coalesce(d.reopened_count, 0) = 0 THEN CASE WHEN d.tells_reopenings THEN FALSE END
        WHEN seconds_between(d.solved_first_at, CASE WHEN d.solved_last_at > d.solved_first_at THEN d.solved_last_at ELSE d.updated_at END)
            <= ru.reopen_window_days * 86400 THEN TRUE
    END AS is_reopened_in_window,
    qu.calendar_id,
    CAST(floor(CAST(
        CASE
            WHEN d.is_answered THEN first_response_business_seconds
            WHEN waited_seconds IS NOT NULL THEN
                qu.open_seconds_at_cut
                - open_seconds_until(
                    second_of_day(d.arrived_at), ba.open_seconds_before, ba.s1, ba.e1, ba.s2, ba.e2, ba.s3, ba.e3, ba.s4, ba.e4
                )
        END + qu.open_day_seconds - 1 AS DOUBLE) / nullif(qu.open_day_seconds, 0)) AS BIGINT) AS waited_business_days,
    NOT is_open_at(second_of_day(d.arrived_at), ba.s1, ba.e1, ba.s2, ba.e2, ba.s3, ba.e3, ba.s4, ba.e4) AS is_out_of_hours,
    d.is_bot_contained,
    d.vendor_first_response_seconds,
    d.vendor_first_response_business_seconds,
    d.vendor_first_resolution_seconds,
    d.vendor_full_resolution_seconds,
    d.vendor_requester_wait_seconds,
    d._load_id,
    -- time running backwards is a fault of the export: such a contact is set aside, not clipped
    CASE
        WHEN d.given_exclusion IS NOT NULL AND NOT d.is_further_session THEN d.given_exclusion
        WHEN least(d.first_agent_at, d.session_answered_at, d.hung_up_at) < least(d.created_at, d.arrived_at)
            OR d.is_solved_too_early THEN 'quarantined'
        WHEN least(queue_wait_seconds, waited_seconds, d.talk_seconds, d.hold_seconds, d.wrap_seconds) < 0 THEN 'quarantined'
        WHEN first_response_seconds < 0 OR resolution_waited_seconds < 0 THEN 'quarantined'
        ELSE d.given_exclusion
    END AS exclusion,
    NOT d.is_bot_contained
        AND NOT d.is_turned_away
        AND (exclusion IS NULL OR d.is_further_session AND exclusion = 'linked') AS is_offered
FROM core_waits AS d
CROSS JOIN core_data_cut AS b
CROSS JOIN ref_rules AS ru
-- the urgent target of channels that have none of their own
CROSS JOIN (SELECT max(within_seconds) AS within_seconds FROM ref_urgent_targets WHERE channel = '*') AS ua
LEFT JOIN core_details AS de ON de.contact_key = contact_key(d.contact_id)
LEFT JOIN core_told_details AS td ON td.system = d.source
LEFT JOIN ref_urgent_targets AS ut ON ut.channel = d.channel
LEFT JOIN queues AS qu ON qu.channel = d.channel AND qu.language = d.language
LEFT JOIN business_days AS ba ON ba.calendar_id = qu.calendar_id AND ba.utc_day = CAST(d.arrived_at AS DATE)
LEFT JOIN business_days AS br ON br.calendar_id = qu.calendar_id AND br.utc_day = CAST(coalesce(d.first_reply_at, seconds_after(d.arrived_at, d.untimed_response_seconds)) AS DATE)
