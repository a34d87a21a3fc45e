/* ---
variant_of = "reopened_share"
system = "zendesk"
label = "Zendesk"
summary = "Share of solved tickets that were reopened at least once, however late."
differs = "Any reopening counts, however late; dated by the last solve; also counts merged, internal and agent-started tickets; tickets only"
statistic = "share"
statistics = ["share"]
unit = "share"
population = "solved tickets"
date = "last solve"
requires = ["ticket", "solved_now"]
leaves_out = ["deleted", "quarantined"]
exclusions = "deleted and quarantined contacts; tickets not solved now; chats and calls that became no ticket"
up_is_good = false
formula = "tickets with reopens > 0 / solved tickets"
worked_example = "5 tickets solved, 1 reopened after 20 days and solved again: 1 / 5 = 20%; within 7 days it is 0%."
reference = "Zendesk help 4408827693594 and 4408835846810 (Explore: solved tickets by solve date)"
version = 1
--- */
SELECT
    c.contact_id,
    c.last_solved_on AS observed_on,
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
    CASE WHEN c.reopens_count > 0 THEN 1 ELSE 0 END AS value
FROM fact_contacts AS c
WHERE c.kind = 'ticket'
    AND coalesce(c.exclusion, 'counted') NOT IN ('deleted', 'quarantined')
    AND c.is_resolved
    AND c.reopens_count IS NOT NULL
