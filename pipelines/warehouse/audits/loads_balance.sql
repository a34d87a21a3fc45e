/* ---
severity = "block"
summary = "of every file, of contacts or not, received is the sum of loaded and quarantined"
remedy = "the manifest of the file was changed: remove its folder under raw/ and load it again"
--- */
SELECT
    file,
    received,
    loaded,
    quarantined
FROM loads
WHERE received <> loaded + quarantined
