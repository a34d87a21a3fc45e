/* ---
summary = "Who spoke when: public messages of customers, bots and human agents, each contact under its number."
grain = "one public message with a time"
key = []
stored = "view"
--- */
SELECT
    contact_key(contact_id) AS contact_key,
    sent_at,
    -- numbered so that of messages in the same second the question comes before its answer
    CASE author_role WHEN 'customer' THEN 1 WHEN 'bot' THEN 2 ELSE 3 END AS speaker
FROM fact_messages
WHERE is_public
    -- a message without a time tells of no wait: then the helpdesk's own clock counts
    AND sent_at IS NOT NULL
    AND author_role IN ('customer', 'bot', 'agent')
