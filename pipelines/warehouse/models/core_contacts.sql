/* ---
summary = "The latest delivery of each contact in canonical words, with the reason where it is not counted."
grain = "one contact"
key = ["contact_id"]
stored = "view"
--- */
SELECT
    c.contact_id,
    c.source,
    c.source_id,
    c.kind,
    coalesce(c.channel, ch.channel, 'unknown') AS channel,
    c.channel_raw,
    c.direction,
    coalesce(c.language, la.language, lp.language, 'und') AS language,
    c.language_raw,
    CASE
        WHEN coalesce(c.language, la.language) IS NOT NULL THEN coalesce(c.language_source, 'declared')
        WHEN lp.language IS NOT NULL THEN 'user_profile'
        ELSE 'unknown'
    END AS language_source,
    coalesce(c.topic, tp.topic, 'unknown') AS topic,
    c.topic_raw,
    coalesce(ut.is_urgent, FALSE) OR coalesce(c.priority = 'urgent', FALSE) AS is_urgent,
    c.status,
    c.priority,
    c.tags,
    coalesce(tm.name, c.team) AS team,
    c.agent_id,
    c.requester_id,
    c.subject,
    CASE
        WHEN c.status = 'deleted' THEN 'deleted'
        WHEN m.contact_id IS NOT NULL THEN 'merged'
        WHEN c.exclusion IS NOT NULL THEN c.exclusion
        WHEN c.merged_into IS NOT NULL THEN 'merged'
        WHEN x.exclusion IS NOT NULL AND x.exclusion <> 'linked' THEN x.exclusion
        WHEN c.direction = 'outbound' THEN 'agent_initiated'
        WHEN c.direction = 'internal' THEN 'internal'
        ELSE x.exclusion
    END AS exclusion,
    coalesce(c.merged_into, m.other_contact_id) AS merged_into,
    coalesce(c.linked_contact_id, k.other_contact_id) AS linked_contact_id,
    c.created_at,
    c.updated_at,
    c.first_inbound_at,
    c.handed_over_at,
    c._load_id
FROM latest_contacts AS c
LEFT JOIN ref_channels AS ch ON ch.alias = lower(trim(c.channel_raw))
LEFT JOIN ref_languages AS la ON la.alias = lower(trim(c.language_raw))
-- a profile's language is a default, not a fact: only where the contact itself says nothing
LEFT JOIN latest_people AS p
    ON p.person_id = CASE WHEN c.language IS NULL AND c.language_raw IS NULL THEN c.requester_id END
LEFT JOIN ref_languages AS lp ON lp.alias = lower(trim(p.language_raw))
LEFT JOIN ref_topics AS tp ON tp.alias = lower(trim(c.topic_raw))
LEFT JOIN ref_urgent_topics AS ut ON ut.topic = coalesce(c.topic, tp.topic)
LEFT JOIN latest_relations AS m ON m.contact_id = c.contact_id AND m.relation = 'merged_into'
LEFT JOIN latest_relations AS k ON k.contact_id = c.contact_id AND k.relation = 'linked_to'
LEFT JOIN latest_teams AS tm ON tm.team_id = c.source || ':' || c.team
LEFT JOIN core_exclusions AS x ON x.contact_id = c.contact_id
