/* ---
variant_of = "first_response_seconds"
system = "any_reply"
label = "Bots count as replies"
summary = "From the customer's first message to the first public answer of anybody, bots included."
differs = "A bot's answer stops the clock"
statistic = "median"
statistics = ["median", "mean", "p90"]
unit = "seconds"
population = "contacts that anybody answered"
clock_start = "the customer's first message"
clock_stop = "first public message of a bot or a human after it"
pauses = "none"
date = "arrival"
requires = ["any_reply"]
leaves_out = ["merged", "spam", "test", "duplicate", "agent_initiated", "internal", "follow_up", "linked", "deleted", "quarantined"]
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; unanswered contacts; contacts that only the vendor's clock tells of"
up_is_good = false
formula = "first bot or human reply - first inbound message"
worked_example = "A bot answers after 5 s, an agent after 600 s: 5 s."
reference = "what reports without roles of authors count; Chatwoot before pull request 6409"
version = 1
--- */
SELECT
    contact_id,
    arrived_on AS observed_on,
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
    elapsed_seconds AS value
FROM fact_elapsed_times
WHERE clock_start = 'arrival'
    AND clock_stop = 'bot_or_human_reply'
    AND exclusion IS NULL
