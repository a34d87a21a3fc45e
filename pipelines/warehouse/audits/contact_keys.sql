/* ---
severity = "block"
summary = "no two contacts share the number that stands for their ids inside the build"
remedy = "two ids have the same 64 bits, which happens once in 370,000 builds of 10 million contacts: load one of the two under another `--source`"
--- */
WITH shared AS (
    SELECT contact_key(contact_id) AS contact_key
    FROM fact_contacts
    GROUP BY contact_key(contact_id)
    HAVING COUNT(*) > 1
)

SELECT
    min(c.contact_id) AS contact_id,
    max(c.contact_id) AS other_contact_id
FROM shared AS s
INNER JOIN fact_contacts AS c ON contact_key(c.contact_id) = s.contact_key
GROUP BY s.contact_key
