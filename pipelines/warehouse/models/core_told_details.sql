/* ---
summary = "Systems of which message texts were delivered, so that details can be seen in them."
grain = "one system"
key = ["system"]
--- */
SELECT DISTINCT
    system
FROM raw_message_details
WHERE message_id IS NULL
