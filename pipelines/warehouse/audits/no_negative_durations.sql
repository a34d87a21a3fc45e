/* ---
severity = "block"
summary = "no duration of a contact that is counted or offered is negative"
remedy = "time runs backwards in a way that fact_contacts.sql does not quarantine yet: extend its rule"
--- */
SELECT
    contact_id,
    first_response_seconds,
    first_response_business_seconds,
    queue_wait_seconds,
    first_resolution_seconds,
    full_resolution_seconds
FROM fact_contacts
WHERE (exclusion IS NULL OR is_offered)
    AND least(
        first_response_seconds, first_response_business_seconds, queue_wait_seconds, waited_seconds,
        handle_seconds, first_resolution_seconds, full_resolution_seconds, resolution_waited_seconds
    ) < 0
