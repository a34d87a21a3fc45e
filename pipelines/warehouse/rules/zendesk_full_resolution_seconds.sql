/* ---
variant_of = "full_resolution_seconds"
system = "zendesk"
label = "Zendesk"
summary = "Zendesk's full resolution time: ticket creation to the most recent solve."
differs = "Starts with the ticket's creation; whole minutes; also counts merged, internal and agent-started tickets; tickets only"
statistic = "median"
statistics = ["median", "mean", "p90"]
unit = "seconds"
population = "tickets solved at the data cut"
clock_start = "creation of the ticket"
clock_stop = "last solve"
pauses = "none"
date = "last solve"
requires = ["ticket", "solve", "solved_now"]
leaves_out = ["deleted", "quarantined"]
exclusions = "deleted and quarantined contacts; unsolved tickets; chats and calls that became no ticket"
up_is_good = false
formula = "last solve - creation, in whole minutes"
worked_example = "Created 09:00, solved 11:00, reopened, solved 15:00: 360 minutes = 21,600 s."
vendor_column = "vendor_full_resolution_seconds"
reference = "Zendesk help 4408834848154 (native duration metrics) and 4408821871642 (first reply time); the nearest minute, as 49 of 49 real tickets of 2023 show: up to 1 minute above and below the difference of their times"
version = 1
--- */
SELECT
    contact_id,
    last_solved_on AS observed_on,
    channel,
    language,
    topic,
    team,
    agent_id AS agent,
    urgency,
    source,
    started_at,
    stopped_at,
    elapsed_seconds AS exact_seconds,
    CAST(floor((elapsed_seconds + 30) / 60) AS BIGINT) * 60 AS value
FROM fact_elapsed_times
WHERE clock_start = 'creation'
    AND clock_stop = 'last_solve'
    AND kind = 'ticket'
    AND coalesce(exclusion, 'counted') NOT IN ('deleted', 'quarantined')
    AND is_resolved
