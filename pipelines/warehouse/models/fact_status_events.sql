/* ---
summary = "Every change of a contact's status."
grain = "one change"
key = ["contact_id", "changed_at", "to_status"]
[columns]
contact_id = { type = "VARCHAR", meaning = "the contact; for a ticket that a counted session became, the session" }
changed_at = { type = "TIMESTAMP", unit = "UTC", meaning = "when" }
from_status = { type = "VARCHAR", meaning = "status before, told by the event or by the one before it; NULL where neither does" }
to_status = { type = "VARCHAR", meaning = "status after" }
--- */
SELECT
    contact_id,
    changed_at,
    from_status,
    to_status
FROM core_status_changes
