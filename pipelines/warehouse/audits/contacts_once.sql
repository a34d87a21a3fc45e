/* ---
severity = "block"
summary = "every contact is in fact_contacts exactly once"
remedy = "a join of core_contacts.sql or core_waits.sql matches a contact more than once: look for an alias or key that is there twice"
--- */
SELECT
    f.contacts,
    r.deliveries,
    o.older
FROM (SELECT COUNT(*) AS contacts FROM fact_contacts) AS f
CROSS JOIN (SELECT COUNT(*) AS deliveries FROM raw_contacts) AS r
CROSS JOIN (SELECT COUNT(*) AS older FROM repeated_contacts WHERE recency > 1) AS o
WHERE f.contacts <> r.deliveries - o.older
