/* ---
summary = "Which contact counts for each that does not: of a matter the one that counts, of what was merged that of its target."
grain = "one contact that another one counts for"
key = ["contact_id"]
--- */
SELECT
    contact_id,
    counted_id,
    outcome_id,
    FALSE AS is_merged
FROM core_matters
WHERE contact_id <> counted_id
UNION ALL
SELECT
    m.contact_id,
    coalesce(t.counted_id, m.target_id) AS counted_id,
    NULL AS outcome_id,
    TRUE AS is_merged
FROM core_merges AS m
INNER JOIN latest_contacts AS c ON c.contact_id = m.target_id
LEFT JOIN core_relations AS n ON n.contact_id = m.target_id
LEFT JOIN core_matters AS t ON t.contact_id = m.target_id
WHERE n.merged_into IS NULL
