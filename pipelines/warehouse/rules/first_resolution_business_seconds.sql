/* ---
variant_of = "first_resolution_seconds"
system = "site"
label = "Opening hours"
summary = "The part of the first resolution time in which the desk was open."
differs = "Only time in which the desk was open counts"
statistic = "median"
statistics = ["median", "mean", "p90"]
unit = "seconds"
population = "solved contacts of desks with a calendar"
clock_start = "the customer's first message"
clock_stop = "first solve"
pauses = "while the desk is closed"
date = "first solve"
requires = ["solve", "calendar"]
leaves_out = ["merged", "spam", "test", "duplicate", "agent_initiated", "internal", "follow_up", "linked", "deleted", "quarantined"]
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; unsolved contacts; desks without a calendar"
up_is_good = false
formula = "open seconds of [arrival, first solve)"
worked_example = "Open 09-18: arrived 17:00, solved at 10:00 the next day: 2 h = 7,200 s."
reference = "this project, DECISIONS"
version = 1
--- */
WITH timed AS (
    SELECT
        contact_id,
        first_solved_on AS observed_on,
        channel,
        language,
        topic,
        team,
        agent_id AS agent,
        urgency,
        source,
        calendar_id,
        arrived_at AS started_at,
        first_solved_at AS stopped_at
    FROM fact_contacts
    WHERE exclusion IS NULL
)

SELECT
    t.contact_id,
    t.observed_on,
    t.channel,
    t.language,
    t.topic,
    t.team,
    t.agent,
    t.urgency,
    t.source,
    t.started_at,
    t.stopped_at,
    open_seconds_until(
        second_of_day(t.stopped_at), bz.open_seconds_before, bz.s1, bz.e1, bz.s2, bz.e2, bz.s3, bz.e3, bz.s4, bz.e4
    )
    - open_seconds_until(
        second_of_day(t.started_at), ba.open_seconds_before, ba.s1, ba.e1, ba.s2, ba.e2, ba.s3, ba.e3, ba.s4, ba.e4
    ) AS exact_seconds,
    exact_seconds AS value
FROM timed AS t
INNER JOIN business_days AS ba ON ba.calendar_id = t.calendar_id AND ba.utc_day = CAST(t.started_at AS DATE)
INNER JOIN business_days AS bz ON bz.calendar_id = t.calendar_id AND bz.utc_day = CAST(t.stopped_at AS DATE)
WHERE t.stopped_at >= t.started_at
