-- Zendesk incremental export `ticket_events`: each change of status of the tickets made since
-- `events_from`, so that whoever has a history here has a whole one.
WITH told AS (
    SELECT
        number, requester, agent,
        unnest(list_filter(
            [
                {'instant': arrived, 'after': 'new', 'actor': 'customer'},
                -- assigned, unless somebody had replied or solved by then
                {'instant': CASE WHEN agent IS NOT NULL
                    AND coalesce(reply_1, solved_1, arrived + 61) > arrived + 60
                    THEN seen(arrived + 60, getvariable('cut')) END,
                 'after': 'open', 'actor': 'rule'},
                {'instant': reply_1, 'after': after_reply, 'actor': 'agent'},
                {'instant': answer_1, 'after': 'open', 'actor': 'customer'},
                {'instant': reply_2, 'after': after_reply, 'actor': 'agent'},
                {'instant': answer_2, 'after': 'open', 'actor': 'customer'},
                {'instant': reply_3, 'after': after_reply, 'actor': 'agent'},
                {'instant': answer_3, 'after': 'open', 'actor': 'customer'},
                {'instant': reply_4, 'after': after_reply, 'actor': 'agent'},
                {'instant': solved_1, 'after': 'solved', 'actor': 'agent'},
                {'instant': reopened, 'after': 'open', 'actor': 'customer'},
                {'instant': reply_5, 'after': after_reply, 'actor': 'agent'},
                {'instant': solved_2, 'after': 'solved', 'actor': 'agent'},
                {'instant': closed, 'after': 'closed', 'actor': 'rule'}
            ],
            lambda change: change.instant IS NOT NULL
        )) AS change
    FROM tickets_as_of(getvariable('cut'))
    WHERE arrived >= getvariable('events_from') AND status <> 'deleted'
),
changes AS (
    SELECT
        number, requester, agent, change.instant, change.after, change.actor,
        row_number() OVER life AS place,
        lag(change.after) OVER life AS before
    FROM told
    WINDOW life AS (
        PARTITION BY number
        ORDER BY change.instant, list_position(
            ['new', 'open', 'pending', 'hold', 'solved', 'closed'], change.after
        )
    )
)
SELECT
    concat(
        '{"id":', 7000000000 + number * 20 + place, ',"ticket_id":', ticket_id_of(number),
        ',"timestamp":', instant, ',"created_at":"', iso(instant), '","updater_id":',
        CASE actor WHEN 'customer' THEN requester_id_of(requester)
            WHEN 'agent' THEN coalesce(agent_id_of(agent), -1) ELSE -1 END,
        ',"via":"', CASE actor WHEN 'rule' THEN 'Rule' ELSE 'Web form' END,
        '","event_type":"Audit","child_events":[{"id":', 70000000000 + number * 20 + place,
        CASE WHEN before IS NULL THEN ',"status":"new","event_type":"Create"}]}'
            ELSE ',"status":"' || after || '","previous_value":"' || before
                || '","event_type":"Change"}]}' END,
        chr(10)
    ) AS line
FROM changes
ORDER BY instant, number, place;
