/* ---
label = "Backlog"
summary = "Contacts open at the end of the day: a stock, never added up over days."
statistic = "last"
statistics = ["last"]
unit = "contacts"
population = "counted contacts not yet solved"
date = "end of the day"
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts"
up_is_good = false
formula = "backlog of the day before + created + reopened - resolved - merged - deleted"
worked_example = "10 open, 5 created, 1 reopened, 4 resolved, 1 merged, 1 deleted: 10 at the end of the day."
version = 1
--- */
SELECT
    CAST(NULL AS STRING) AS contact_id,
    k.day AS observed_on,
    k.channel,
    k.language,
    k.topic,
    k.team,
    k.urgency,
    k.source,
    k.closing AS value
FROM fact_backlog AS k
