/* ---
label = "Survey response rate"
summary = "Share of the surveys sent that were answered within the survey window (default 14 days)."
statistic = "share"
statistics = ["share"]
unit = "share"
population = "surveys sent whose window is over"
date = "sending"
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; surveys whose window is still open, answered or not"
up_is_good = true
formula = "answered within W days / sent"
worked_example = "3 sent: one answered in time, one late, one not at all: 1 / 3 = 33.3%; a fourth, sent before the period, is not in it. Of ten sent yesterday, the three answers so far are no rate yet."
version = 3
--- */
SELECT
    s.contact_id,
    s.sent_on AS observed_on,
    s.channel,
    s.language,
    s.topic,
    s.team,
    s.agent_id AS agent,
    s.urgency,
    s.source,
    CASE WHEN s.is_answered_in_window THEN 1 ELSE 0 END AS value
FROM fact_surveys AS s
WHERE s.exclusion IS NULL
    AND s.is_window_over
