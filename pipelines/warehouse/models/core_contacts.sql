/* ---
summary = "The latest delivery of each contact in canonical words, with the reason where it is not counted."
grain = "one contact"
key = ["contact_id"]
stored = "view"
--- */
SELECT
    c.contact_id,
    c.source,
    c.kind,
    coalesce(c.channel, ch.channel, 'unknown') AS channel,
    c.channel_raw,
    c.direction,
    -- what the contact itself says of its language, and where from
    coalesce(c.language, la.language) AS told_language,
    coalesce(nullif(c.language_source, 'unknown'), 'declared') AS told_by,
    CASE WHEN told_by = 'declared' THEN told_language END AS language_declared,
    coalesce(
        nullif(dl.language, 'und'), CASE WHEN told_by = 'detected' THEN told_language END, dl.language
    ) AS language_detected,
    CASE WHEN told_by = 'queue' THEN told_language END AS language_of_queue,
    coalesce(lp.language, CASE WHEN told_by = 'user_profile' THEN told_language END) AS language_of_profile,
    least(
        CASE WHEN language_declared IS NOT NULL THEN lo.declared END,
        CASE WHEN language_detected <> 'und' THEN lo.detected END,
        CASE WHEN language_of_queue IS NOT NULL THEN lo.queue END,
        CASE WHEN language_of_profile IS NOT NULL THEN lo.user_profile END
    ) AS language_rank,
    CASE language_rank
        WHEN lo.declared THEN language_declared
        WHEN lo.detected THEN language_detected
        WHEN lo.queue THEN language_of_queue
        WHEN lo.user_profile THEN language_of_profile
        ELSE 'und'
    END AS language,
    c.language_raw,
    CASE language_rank
        WHEN lo.declared THEN 'declared'
        WHEN lo.detected THEN 'detected'
        WHEN lo.queue THEN 'queue'
        WHEN lo.user_profile THEN 'user_profile'
        ELSE 'unknown'
    END AS language_source,
    coalesce(c.topic, tp.topic, 'unknown') AS topic,
    c.topic_raw,
    coalesce(ut.is_urgent, FALSE) OR coalesce(c.priority = 'urgent', FALSE) AS is_urgent,
    CASE WHEN x.exclusion = 'deleted' THEN 'deleted' ELSE c.status END AS status,
    c.priority,
    c.tags,
    coalesce(tm.name, c.team) AS team,
    c.agent_id,
    c.requester_id,
    c.subject,
    CASE WHEN t.contact_id <> t.counted_id THEN 'linked' ELSE x.exclusion END AS exclusion,
    r.merged_into,
    r.linked_contact_id,
    c.created_at,
    c.updated_at,
    c.first_inbound_at,
    c.handed_over_at,
    c._load_id
FROM latest_contacts AS c
LEFT JOIN ref_channels AS ch ON ch.alias = lower(trim(c.channel_raw))
CROSS JOIN ref_language_order AS lo
LEFT JOIN ref_languages AS la ON la.alias = lower(trim(c.language_raw))
LEFT JOIN core_detected_languages AS dl ON dl.contact_id = c.contact_id
-- a profile's language is a default: looked up where the contact says nothing, or comes second
LEFT JOIN latest_people AS p
    ON p.person_id = CASE
        WHEN c.language IS NULL AND c.language_raw IS NULL OR lo.user_profile < coalesce(lo.declared, 5) THEN c.requester_id
    END
LEFT JOIN ref_languages AS lp ON lp.alias = lower(trim(p.language_raw))
LEFT JOIN ref_topics AS tp ON tp.alias = lower(trim(c.topic_raw))
LEFT JOIN ref_urgent_topics AS ut ON ut.topic = coalesce(c.topic, tp.topic)
LEFT JOIN core_relations AS r ON r.contact_id = c.contact_id
LEFT JOIN latest_teams AS tm ON tm.team_id = c.source || ':' || c.team
LEFT JOIN core_exclusions AS x ON x.contact_id = c.contact_id
LEFT JOIN core_matters AS t ON t.contact_id = c.contact_id
