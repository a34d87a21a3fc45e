/* ---
summary = "How long each contact took by the calendar, once for each start and each stop that a rule counts by: read it for one of both."
grain = "one contact, start and stop, where the contact has both and the stop is not before the start"
key = ["contact_id", "clock_start", "clock_stop"]
stored = "view"
[columns]
contact_id = { type = "VARCHAR", meaning = "the contact" }
kind = { type = "VARCHAR", meaning = "ticket, chat, call or social" }
exclusion = { type = "VARCHAR", meaning = "why it is not counted; NULL where it is" }
is_resolved = { type = "BOOLEAN", meaning = "solved at the data cut; NULL where not tracked" }
channel = { type = "VARCHAR", meaning = "canonical channel" }
language = { type = "VARCHAR", meaning = "canonical language" }
topic = { type = "VARCHAR", meaning = "canonical issue type" }
team = { type = "VARCHAR", meaning = "team; NULL where the export names none" }
agent_id = { type = "VARCHAR", meaning = "agent; NULL where the export names none" }
urgency = { type = "VARCHAR", meaning = "urgent or normal" }
source = { type = "VARCHAR", meaning = "system the id belongs to" }
calendar_id = { type = "VARCHAR", meaning = "opening hours of its desk; NULL without one" }
arrived_on = { type = "DATE", unit = "local day", meaning = "day of its arrival" }
created_on = { type = "DATE", unit = "local day", meaning = "day of its creation" }
first_replied_on = { type = "DATE", unit = "local day", meaning = "day of its first reply" }
first_solved_on = { type = "DATE", unit = "local day", meaning = "day of its first solve" }
last_solved_on = { type = "DATE", unit = "local day", meaning = "day of its last solve" }
clock_start = { type = "VARCHAR", meaning = "arrival, creation, first_message (the customer's), or handover_or_creation: the bot's hand-over before the first agent message, else the creation" }
clock_stop = { type = "VARCHAR", meaning = "first_agent_message, agent_message_after_creation, reply_to_first_message (the customer's), bot_or_human_reply, first_solve or last_solve" }
started_at = { type = "TIMESTAMP", unit = "UTC", meaning = "when the clock starts" }
stopped_at = { type = "TIMESTAMP", unit = "UTC", meaning = "when it stops" }
elapsed_seconds = { type = "BIGINT", unit = "seconds", meaning = "stopped_at - started_at" }
--- */
WITH clocked AS (
    SELECT
        c.contact_id,
        c.kind,
        c.exclusion,
        c.is_resolved,
        c.channel,
        c.language,
        c.topic,
        c.team,
        c.agent_id,
        c.urgency,
        c.source,
        c.calendar_id,
        c.arrived_on,
        c.created_on,
        c.first_replied_on,
        c.first_solved_on,
        c.last_solved_on,
        a.clock_start,
        z.clock_stop,
        CASE a.clock_start
            WHEN 'arrival' THEN c.arrived_at
            WHEN 'creation' THEN c.created_at
            WHEN 'first_message' THEN c.first_written_at
            WHEN 'handover_or_creation'
                THEN CASE WHEN c.handed_over_at <= c.first_agent_at THEN c.handed_over_at ELSE c.created_at END
        END AS started_at,
        CASE z.clock_stop
            WHEN 'first_agent_message' THEN c.first_agent_at
            WHEN 'agent_message_after_creation'
                THEN CASE WHEN c.first_agent_at > c.created_at THEN c.first_agent_at ELSE c.next_agent_at END
            WHEN 'reply_to_first_message'
                THEN CASE
                    WHEN c.first_agent_at >= c.first_written_at THEN c.first_agent_at
                    WHEN c.first_reply_at >= c.first_written_at THEN c.first_reply_at
                    -- an agent took the session and greeted before the customer wrote
                    WHEN c.next_agent_at >= c.first_written_at THEN c.next_agent_at
                END
            WHEN 'bot_or_human_reply' THEN least(c.first_bot_reply_at, c.first_reply_at)
            WHEN 'first_solve' THEN c.first_solved_at
            WHEN 'last_solve' THEN c.last_solved_at
        END AS stopped_at
    FROM fact_contacts AS c
    CROSS JOIN (VALUES ('arrival'), ('creation'), ('first_message'), ('handover_or_creation')) AS a (clock_start)
    CROSS JOIN (
        VALUES
            ('first_agent_message'),
            ('agent_message_after_creation'),
            ('reply_to_first_message'),
            ('bot_or_human_reply'),
            ('first_solve'),
            ('last_solve')
    ) AS z (clock_stop)
)

SELECT
    contact_id,
    kind,
    exclusion,
    is_resolved,
    channel,
    language,
    topic,
    team,
    agent_id,
    urgency,
    source,
    calendar_id,
    arrived_on,
    created_on,
    first_replied_on,
    first_solved_on,
    last_solved_on,
    clock_start,
    clock_stop,
    started_at,
    stopped_at,
    seconds_between(started_at, stopped_at) AS elapsed_seconds
FROM clocked
WHERE stopped_at >= started_at
