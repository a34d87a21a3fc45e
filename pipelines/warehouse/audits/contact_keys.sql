/* ---
severity = "block"
summary = "no two contacts share the number that stands for their ids inside the build"
remedy = "two ids have the same 64 bits, which happens once in 370,000 builds of 10 million contacts: load one of the two under another `--source`"
--- */
SELECT
    min(contact_id) AS contact_id,
    max(contact_id) AS other_contact_id
FROM fact_contacts
GROUP BY contact_key(contact_id)
HAVING COUNT(*) > 1
