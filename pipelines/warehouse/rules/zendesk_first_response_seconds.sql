/* ---
variant_of = "first_response_seconds"
system = "zendesk"
label = "Zendesk"
summary = "Zendesk's first reply time: ticket creation to the first public comment of an agent after it."
differs = "Starts with the ticket's creation; whole minutes; also counts merged, internal and agent-started tickets; tickets only"
statistic = "median"
statistics = ["median", "mean", "p90"]
unit = "seconds"
population = "answered tickets"
clock_start = "creation of the ticket"
clock_stop = "first public comment by an agent after it"
pauses = "none"
date = "creation"
requires = ["ticket", "later_agent_message"]
leaves_out = ["deleted", "quarantined"]
exclusions = "deleted and quarantined contacts; tickets without an agent's public comment; chats and calls that became no ticket"
up_is_good = false
formula = "first public agent comment - creation, in whole minutes"
worked_example = "Created 09:00:00, answered 09:10:59: 11 minutes = 660 s. A ticket that an agent starts counts to the agent's next comment."
vendor_column = "vendor_first_response_seconds"
reference = "Zendesk help 4408834848154 (native duration metrics) and 4408821871642 (first reply time); the nearest minute, as 49 of 49 real tickets of 2023 show: up to 1 minute above and below the difference of their times"
version = 1
--- */
WITH timed AS (
    SELECT
        contact_id,
        created_on AS observed_on,
        channel,
        language,
        topic,
        team,
        agent_id AS agent,
        urgency,
        source,
        created_at AS started_at,
        CASE WHEN first_agent_at > created_at THEN first_agent_at ELSE next_agent_at END AS stopped_at,
        CASE WHEN first_response_origin = 'vendor' AND source = 'zendesk' THEN vendor_first_response_seconds END AS told_seconds
    FROM fact_contacts
    WHERE kind = 'ticket'
        AND coalesce(exclusion, 'counted') NOT IN ('deleted', 'quarantined')
)

SELECT
    contact_id,
    observed_on,
    channel,
    language,
    topic,
    team,
    agent,
    urgency,
    source,
    started_at,
    stopped_at,
    coalesce(seconds_between(started_at, stopped_at), told_seconds) AS exact_seconds,
    CAST(floor((exact_seconds + 30) / 60) AS BIGINT) * 60 AS value
FROM timed
WHERE coalesce(stopped_at >= started_at, told_seconds IS NOT NULL)
