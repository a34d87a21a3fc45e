/* ---
variant_of = "reopened_share"
system = "site"
label = "By the day of arrival"
summary = "Share of solved contacts that went back to open within the window, counted on the day of arrival."
differs = "Dated by the arrival instead of the first solve"
statistic = "share"
statistics = ["share"]
unit = "share"
population = "contacts solved at least once whose reopen window is over at the data cut"
date = "arrival"
requires = ["known_reopening", "reopen_window_over"]
leaves_out = ["merged", "spam", "test", "duplicate", "agent_initiated", "internal", "follow_up", "linked", "deleted", "quarantined"]
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; contacts never solved; contacts whose reopen window is not over, reopened or not"
up_is_good = false
formula = "contacts reopened within the window / contacts solved"
worked_example = "5 contacts solved, 1 of them reopened: 1 / 5 = 20%, on the days they arrived."
reference = "this project, DECISIONS"
version = 2
--- */
SELECT
    c.contact_id,
    c.arrived_on AS observed_on,
    c.channel,
    c.language,
    c.topic,
    c.team,
    c.agent_id AS agent,
    c.urgency,
    c.source,
    CASE
        WHEN c.is_reopened_in_window THEN 'reopened_in_window'
        WHEN c.reopens_count > 0 THEN 'reopened_later'
        ELSE 'never_reopened'
    END AS because,
    CASE WHEN c.is_reopened_in_window THEN 1 ELSE 0 END AS value
FROM fact_contacts AS c
CROSS JOIN build_info AS b
CROSS JOIN ref_rules AS r
WHERE c.exclusion IS NULL
    AND c.is_reopened_in_window IS NOT NULL
    AND c.first_solved_at <= b.data_cut_at - r.reopen_window_days * INTERVAL '1' DAY
