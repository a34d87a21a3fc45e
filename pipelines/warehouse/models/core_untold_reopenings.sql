/* ---
summary = "Loads that say how often contacts were reopened, and of some that were neither when nor when they were first solved: of the others nobody can say that they were not reopened in time."
grain = "one load"
key = ["_load_id"]
--- */
SELECT DISTINCT
    k._load_id
FROM latest_contact_clocks AS k
LEFT JOIN core_resolutions AS e ON e.contact_key = contact_key(k.contact_id) AND e.solves_count > 0
WHERE k.reopens_count > 0
    AND k.first_solved_at IS NULL
    AND k.vendor_first_resolution_seconds IS NULL
    AND e.contact_key IS NULL
