/* ---
label = "Ratings turned bad"
summary = "Share of rated contacts whose rating went from satisfied to not satisfied, in the order in which the ratings were given."
statistic = "share"
statistics = ["share"]
unit = "share"
population = "contacts with a satisfaction rating, once per scale"
date = "answer"
exclusions = "merged, spam, test, duplicate, agent-initiated, internal, follow-up, linked, deleted and quarantined contacts; changes after the survey window (default 14 days); unanswered surveys"
up_is_good = false
formula = "contacts with such a change / contacts rated"
worked_example = "A contact is offered a survey, rated good and then bad: it turned bad, and did not turn good. With three others that kept their rating: 1 / 4 = 25%."
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
    CASE WHEN s.is_good_to_bad THEN 1 ELSE 0 END AS value
FROM fact_surveys AS s
WHERE s.exclusion IS NULL
    AND s.scale NOT IN ('nps', 'ces')
    AND s.is_last_rating
