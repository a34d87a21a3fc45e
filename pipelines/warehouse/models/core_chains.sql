/* ---
summary = "Every contact that is reached by following pointers from a contact; in a circle, the contact itself too."
grain = "one contact and one that it reaches, in one kind of chain"
key = ["chain", "contact_id", "reached_id"]
--- */
-- A walk ends where it comes by a contact for the second time, so a circle is walked once. (UNION
-- without ALL would do that too, but not every engine has it here.)
WITH RECURSIVE walks (chain, contact_id, reached_id, path) AS (
    SELECT
        chain,
        contact_id,
        next_id AS reached_id,
        '>' || next_id || '>' AS path
    FROM core_pointers
    UNION ALL
    SELECT
        w.chain,
        w.contact_id,
        p.next_id AS reached_id,
        w.path || p.next_id || '>' AS path
    FROM walks AS w
    INNER JOIN core_pointers AS p ON p.chain = w.chain AND p.contact_id = w.reached_id
    WHERE position('>' || p.next_id || '>' IN w.path) = 0
)

SELECT
    chain,
    contact_id,
    reached_id
FROM walks
