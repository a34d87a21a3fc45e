/* ---
label = "Ratings turned good"
summary = "Share of rated contacts whose rating went from not satisfied to satisfied, in the order in which the ratings were given."
statistic = "share"
statistics = ["share"]
unit = "share"
population = "contacts with a satisfaction rating, once per scale"
date = "answer"
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; changes after the survey window (default 14 days); unanswered surveys"
up_is_good = true
formula = "contacts with such a change / contacts rated"
worked_example = "A contact is rated bad, then good after a call back; three others kept their rating: 1 / 4 = 25%."
version = 2
--- */
SELECT
    s.contact_id,
    s.answered_on AS observed_on,
    s.channel,
    s.language,
    s.topic,
    s.team,
    s.agent_id AS agent,
    s.urgency,
    s.source,
    s.scale,
    CASE WHEN s.is_bad_to_good THEN 1 ELSE 0 END AS value
FROM fact_surveys AS s
WHERE s.exclusion IS NULL
    AND s.scale NOT IN ('nps', 'ces')
    AND s.is_last_rating
