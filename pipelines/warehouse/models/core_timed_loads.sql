/* ---
summary = "Loads whose helpdesk clocks tell how long first replies took, of at least one contact."
grain = "one load"
key = ["_load_id"]
--- */
SELECT DISTINCT
    _load_id
FROM latest_contact_clocks
WHERE vendor_first_response_seconds IS NOT NULL
