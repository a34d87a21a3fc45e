/* ---
summary = "How long the desk was open between each start and stop of fact_elapsed_times: read it for one of both."
grain = "one contact, start and stop, of desks with a calendar"
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
created_on = { type = "DATE", unit = "local day", meaning = "day of its creation" }
first_solved_on = { type = "DATE", unit = "local day", meaning = "day of its first solve" }
last_solved_on = { type = "DATE", unit = "local day", meaning = "day of its last solve" }
clock_start = { type = "VARCHAR", meaning = "where the clock starts, as in fact_elapsed_times" }
clock_stop = { type = "VARCHAR", meaning = "where it stops, as in fact_elapsed_times" }
started_at = { type = "TIMESTAMP", unit = "UTC", meaning = "when the clock starts" }
stopped_at = { type = "TIMESTAMP", unit = "UTC", meaning = "when it stops" }
business_seconds = { type = "BIGINT", unit = "seconds", meaning = "open seconds of [started_at, stopped_at)" }
--- */
SELECT
    t.contact_id,
    t.kind,
    t.exclusion,
    t.is_resolved,
    t.channel,
    t.language,
    t.topic,
    t.team,
    t.agent_id,
    t.urgency,
    t.source,
    t.created_on,
    t.first_solved_on,
    t.last_solved_on,
    t.clock_start,
    t.clock_stop,
    t.started_at,
    t.stopped_at,
    open_seconds_until(
        second_of_day(t.stopped_at), bz.open_seconds_before, bz.s1, bz.e1, bz.s2, bz.e2, bz.s3, bz.e3, bz.s4, bz.e4
    )
    - open_seconds_until(
        second_of_day(t.started_at), ba.open_seconds_before, ba.s1, ba.e1, ba.s2, ba.e2, ba.s3, ba.e3, ba.s4, ba.e4
    ) AS business_seconds
FROM fact_elapsed_times AS t
INNER JOIN business_days AS ba ON ba.calendar_id = t.calendar_id AND ba.utc_day = CAST(t.started_at AS DATE)
INNER JOIN business_days AS bz ON bz.calendar_id = t.calendar_id AND bz.utc_day = CAST(t.stopped_at AS DATE)
