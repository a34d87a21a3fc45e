/* ---
label = "One-touch"
summary = "Share of the solved contacts that took exactly one public human reply, in all contacts of the matter: a chat and the ticket that it became, what was merged."
statistic = "share"
statistics = ["share"]
unit = "share"
population = "contacts solved at the data cut whose export tells the replies; an answered call or chat without its words is one reply"
date = "last solve"
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; contacts that are not solved; contacts without messages or a count of replies"
up_is_good = true
formula = "contacts solved with one reply / contacts solved"
worked_example = "Four solved: with 1, 1, 3 and 0 human replies (solved without a word): 2 / 4 = 50%. Three agent messages in a row are one reply. A chat that is answered, and whose ticket is answered once more, took 2."
version = 4
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
    CASE WHEN c.agent_replies_count = 1 THEN 1 ELSE 0 END AS value
FROM fact_contacts AS c
WHERE c.exclusion IS NULL
    AND c.is_resolved
    AND c.agent_replies_count IS NOT NULL
