/* ---
severity = "warn"
summary = "every correction still finds the error that it corrects"
remedy = "the provider has mended it: remove the line from corrections.csv"
--- */
SELECT
    id,
    table_name,
    column_name,
    matched
FROM corrections
WHERE matched > 0
    AND applied = 0
ORDER BY id
