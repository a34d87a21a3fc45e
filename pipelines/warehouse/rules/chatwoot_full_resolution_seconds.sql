/* ---
variant_of = "full_resolution_seconds"
system = "chatwoot"
label = "Chatwoot"
summary = "Chatwoot's resolution time: creation to every resolve of a conversation, each one an observation."
differs = "Every resolve counts anew from the creation; a later reopening takes none away"
statistic = "median"
statistics = ["median", "mean", "p90"]
unit = "seconds"
population = "solve events"
clock_start = "creation of the conversation"
clock_stop = "each solve"
pauses = "none"
date = "each solve"
requires = ["solve"]
leaves_out = ["merged", "spam", "test", "duplicate", "agent_initiated", "internal", "follow_up", "linked", "deleted", "quarantined"]
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; unsolved contacts"
up_is_good = false
formula = "each solve - creation"
worked_example = "Created 09:00, solved 11:00, reopened, solved 15:00: 7,200 s and 21,600 s, a mean of 14,400 s."
reference = "Chatwoot source, app/listeners/reporting_event_listener.rb"
version = 1
--- */
SELECT
    r.contact_id,
    r.solved_on AS observed_on,
    c.channel,
    c.language,
    c.topic,
    c.team,
    c.agent_id AS agent,
    c.urgency,
    c.source,
    c.created_at AS started_at,
    r.solved_at AS stopped_at,
    seconds_between(c.created_at, r.solved_at) AS exact_seconds,
    seconds_between(c.created_at, r.solved_at) AS value
FROM fact_resolutions AS r
INNER JOIN fact_contacts AS c ON c.contact_id = r.contact_id
WHERE c.exclusion IS NULL
    AND r.solved_at >= c.created_at
