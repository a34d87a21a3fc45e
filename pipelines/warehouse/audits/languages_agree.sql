/* ---
severity = "warn"
summary = "of the contacts that declare a language, no more than one in twenty is written in the same other one"
remedy = "look at such contacts (language_declared and language_detected); where the declared language is a form's default, put \"detected\" first in [languages] order of support.toml"
--- */
SELECT
    declared,
    detected,
    contacts,
    share
FROM language_conflicts
WHERE share > 0.05
ORDER BY contacts DESC, declared, detected
