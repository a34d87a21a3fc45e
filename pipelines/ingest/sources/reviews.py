"""Quality reviews: one category of one scorecard a row, from any tool, told by a mapping file.

Columns are known by their field names (`review_id,contact_id,category,score,...`); a mapping
names others, and what the file leaves out: `[constants] score_max = "5"`.

- An empty score, `N/A` or `NA` is a category that does not apply: it drops out of the review.
- `drawn` is never guessed: only a random draw estimates quality. `calibration` marks a contact
  that a second reviewer judged again, to compare the two.
- A scorecard in which words stand for points tells them: `[values.score]`, `Pass = "1"`.
- Reviewers' names need a pseudonym: `reviewer_id = { column = "Reviewer", pseudonym = true }`.
"""

from dataclasses import replace

from pipelines.ingest.checks import Check
from pipelines.ingest.contracts import DRAWN
from pipelines.ingest.sources.base import Reading, Source, Stream
from pipelines.ingest.sources.mapped import Fields, with_default_columns
from pipelines.sql import literal

_REQUIRED = ("review_id", "contact_id", "category", "score_max", "drawn", "reviewed_at")
_TIMES = ("reviewed_at", "updated_at")
FIELDS = (
    *_REQUIRED, "contact_system", "reviewer_id", "score", "score_min", "weight", "is_critical",
    "selection_probability", "updated_at", "date",
)  # fmt: skip
_NUMBERS = {
    "score": "CAST(NULL AS DOUBLE)",
    "score_min": "0.0",
    "score_max": None,
    "weight": "1.0",
    "selection_probability": "CAST(NULL AS DOUBLE)",
}
"""Each number, and what stands for it where it is not told."""
_NOT_APPLICABLE = "('n/a', 'na', 'not applicable')"
_YES, _NO = "('true', 't', 'yes', 'y', '1')", "('false', 'f', 'no', 'n', '0')"


def _read(reading: Reading) -> list[Stream]:
    reading = replace(reading, probe=with_default_columns(reading.probe, FIELDS))
    reading.mapping.require(FIELDS, _REQUIRED)
    fields = Fields(reading, _TIMES, (), "reviewed_at")
    critical = f"lower({fields.text('is_critical')})"
    rows = f"""
        SELECT *, {", ".join(f"{_number(fields, name)} AS {name}" for name in _NUMBERS)},
            CASE WHEN {critical} IN {_YES} THEN true WHEN {critical} IN {_NO} THEN false
                WHEN {critical} IS NULL THEN false END AS is_critical
        FROM ({fields.rows_sql()})"""
    system = literal(reading.mapping.contact_system or reading.system)
    return [
        fields.stream(
            "reviews",
            rows,
            {
                "reviews": {
                    "review_id": reading.id("review_id_text"),
                    "contact_id": f"coalesce({fields.text('contact_system')}, {system})"
                    " || ':' || contact_id_text",
                    "reviewer_id": fields.text("reviewer_id"),
                    "category": reading.masked("category_text"),
                    **{name: name for name in (*_NUMBERS, "is_critical", "reviewed_at")},
                    "drawn": "lower(drawn_text)",
                    "updated_at": f"coalesce({fields.time('updated_at')}, reviewed_at)",
                }
            },
            [
                *fields.not_a_record("review_id"),
                Check(
                    f"{fields.text('score')} IS NULL AND {fields.text('reviewed_at')} IS NULL",
                    "not reviewed yet",
                    "nothing to do until score and reviewed_at are filled in, then load the file",
                    alone=True,
                ),
                *fields.checks(_REQUIRED),
                *fields.one_of("drawn", DRAWN),
                *(_not_a_number(name) for name in _NUMBERS if fields.has(name)),
                Check("score_max <= score_min", "score_max is not above score_min"),
                Check("score NOT BETWEEN score_min AND score_max", "score is off its scale"),
                Check("weight < 0", "weight is negative"),
                Check(
                    "selection_probability <= 0 OR selection_probability > 1",
                    "selection_probability is not above 0 and at most 1",
                ),
                Check(
                    "is_critical IS NULL",
                    "is_critical is neither yes nor no",
                    "tell what it means in [values.is_critical] of the mapping",
                ),
            ],
        )
    ]


def _number(fields: Fields, name: str) -> str:
    """SQL of a number, finite; what stands for it where the row tells none."""
    number = f"try_cast({fields.text(name)} AS DOUBLE)"
    finite = f"CASE WHEN isfinite({number}) THEN {number} END"
    default = _NUMBERS[name]
    if default is None:
        return finite
    return f"CASE WHEN {fields.text(name)} IS NULL THEN {default} ELSE {finite} END"


def _not_a_number(name: str) -> Check:
    text = f"{name}_text"
    said = f"{text} IS NOT NULL AND {name} IS NULL"
    if name == "score":
        said += f" AND lower({text}) NOT IN {_NOT_APPLICABLE}"
    return Check(said, f"{name} is not a number", f"tell it in [values.{name}] of the mapping")


SOURCE = Source(
    name="reviews",
    system="reviews",
    main_table=lambda probe: "reviews",
    recognises=lambda probe: probe.header_set >= {"review_id", "contact_id", "category", "score"},
    read=_read,
    fields=FIELDS,
)
