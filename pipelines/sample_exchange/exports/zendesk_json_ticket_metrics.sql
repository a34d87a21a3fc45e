-- Zendesk ticket_metrics: keys that do not apply are absent; whole minutes, rounded down.
SELECT
    concat(
        '{"id":', 5500000 + number, ',"ticket_id":', ticket_id_of(number), ',',
        '"created_at":"', iso(arrived), '","updated_at":"', iso(updated), '",',
        '"group_stations":1,"assignee_stations":', CAST(agent IS NOT NULL AS BIGINT), ',',
        '"reopens":', reopens, ',"replies":', replies, ',',
        json_key('assigned_at', iso(CASE WHEN agent IS NOT NULL THEN arrived + 60 END)),
        json_key('initially_assigned_at', iso(CASE WHEN agent IS NOT NULL THEN arrived + 60 END)),
        json_key('solved_at', iso(settled)),
        json_key('requester_updated_at', iso(greatest(arrived, last_answer))),
        '"status_updated_at":"', iso(updated), '",',
        '"latest_comment_added_at":"', iso(greatest(arrived, last_reply, last_answer)), '",',
        '"reply_time_in_minutes":{"calendar":',
        json_number(CAST(floor((reply_1 - arrived) / 60) AS BIGINT)), ',"business":null},',
        '"first_resolution_time_in_minutes":{"calendar":',
        json_number(CAST(floor((solved_1 - arrived) / 60) AS BIGINT)), ',"business":null},',
        '"full_resolution_time_in_minutes":{"calendar":',
        json_number(CAST(floor((settled - arrived) / 60) AS BIGINT)), ',"business":null},',
        '"agent_wait_time_in_minutes":{"calendar":', pending_seconds // 60, ',"business":null},',
        '"requester_wait_time_in_minutes":{"calendar":', (desk_seconds + hold_seconds) // 60,
        ',"business":null},',
        '"on_hold_time_in_minutes":{"calendar":', hold_seconds // 60, ',"business":null}}',
        chr(10)
    ) AS line
FROM tickets_as_of(getvariable('cut'))
WHERE updated >= getvariable('json_from') AND status <> 'deleted'
ORDER BY number, channel;
