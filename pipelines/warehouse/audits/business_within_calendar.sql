/* ---
severity = "block"
summary = "business time never exceeds calendar time"
remedy = "the opening hours of the contact's calendar overlap: look at its rows in business_days"
--- */
SELECT
    contact_id,
    calendar_id,
    first_response_seconds,
    first_response_business_seconds
FROM fact_contacts
WHERE exclusion IS NULL
    AND first_response_origin IN ('timestamps', 'metric_events')
    AND first_response_business_seconds > first_response_seconds + 1
