/* ---
severity = "block"
summary = "in every row of the ledger, received is the sum of counted, quarantined and excluded"
remedy = "a contact has an exclusion that the ledger has no column for: add it to contracts.EXCLUSIONS and ledger.sql"
--- */
SELECT
    source,
    file,
    day,
    received
FROM ledger
WHERE received <> counted + quarantined + merged + spam + test + duplicate
    + agent_initiated + internal + follow_up + linked + deleted
