/* ---
label = "Reopened"
summary = "Share of solved contacts that went back to open within the reopen window (default 7 days)."
statistic = "share"
statistics = ["share"]
unit = "share"
population = "contacts solved at least once whose reopen window is over at the data cut"
date = "first solve"
requires = ["known_reopening", "reopen_window_over"]
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; contacts never solved; contacts whose reopen window is not over, reopened or not"
up_is_good = false
formula = "contacts reopened within the window / contacts solved"
worked_example = "5 contacts solved, 1 of them reopened and solved again: 1 / 5 = 20% (and 6 resolve events)."
version = 3
--- */
SELECT
    c.contact_id,
    c.first_solved_on AS observed_on,
    c.channel,
    c.language,
    c.topic,
    c.team,
    c.agent_id AS agent,
    c.urgency,
    c.source,
    CASE WHEN c.is_reopened_in_window THEN 1 ELSE 0 END AS value
FROM fact_contacts AS c
CROSS JOIN build_info AS b
CROSS JOIN ref_rules AS r
WHERE c.exclusion IS NULL
    AND c.is_reopened_in_window IS NOT NULL
    AND c.first_solved_at <= b.data_cut_at - r.reopen_window_days * INTERVAL '1' DAY
