"""A survey tool's answers, one survey a line, told by a mapping file.

A line without a score is a survey that was sent and not answered; the response rate needs it.
Where the best score is the lowest (5 = worst), scores are turned round on their own scale;
`score_raw` keeps what the file says.
"""

from pipelines.errors import SettingsError
from pipelines.ingest.quarantine import Check, judged_sql
from pipelines.ingest.sources.base import Fill, Reading, Source, Stream
from pipelines.ingest.sources.mapped import Fields
from pipelines.ingest.tables import quoted

_TIMES = ("sent_at", "answered_at", "updated_at")
_ASPECTS = ("professionalism", "speed", "problem_solving")


def _read(reading: Reading) -> list[Stream]:
    mapping, file = reading.mapping, reading.probe.table
    scale = mapping.scale
    if scale is None:
        raise SettingsError(f'{mapping.path}: [scale] name: is required, such as name = "1-5"')
    fields = Fields(reading, _TIMES, (), anchor="sent_at")
    low, high = scale.bounds
    contact_system = quoted(f"{mapping.contact_system or reading.system}:")
    if fields.has("contact_system"):
        contact_system = "contact_system_text || ':'"
    words = " ".join(
        f"WHEN {quoted(text.casefold())} THEN {number}" for text, number in scale.values.items()
    )

    def number(name: str) -> str:
        if not fields.has(name):
            return "CAST(NULL AS DOUBLE)"
        plain = f"try_cast({name}_text AS DOUBLE)"
        return f"CASE lower({name}_text) {words} ELSE {plain} END" if words else plain

    def directed(name: str) -> str:
        return f"{low + high} - {name}" if scale.is_reversed else name

    values = f"""
        SELECT *, {number("score")} AS score_number,
            {", ".join(f"{number(name)} AS {name}_number" for name in _ASPECTS)}
        FROM ({fields.rows_sql()})"""
    checks = [*fields.not_a_record("id"), *fields.checks(("id",))]
    checks += fields.not_before("answered_at", "sent_at")
    for name in ("score", *_ASPECTS):
        if fields.has(name):
            title = mapping.columns[name].columns[0] if name in mapping.columns else name
            checks += [
                Check(
                    f"{name}_text IS NOT NULL AND {name}_number IS NULL",
                    f"{title} is not a score of the scale {scale.name}",
                    "tell what it means in [scale.values] of the mapping",
                ),
                Check(
                    f"{name}_number NOT BETWEEN {low} AND {high}",
                    f"{title} is off the scale {scale.name}",
                    "check [scale] name in the mapping, or export again",
                ),
            ]
    judged = judged_sql(values, checks, file.text_sql(), _day(fields))
    updated = ", ".join(fields.time(n) for n in ("updated_at", "answered_at", "sent_at"))
    aspects = "".join(
        f"CAST(round({directed(f'{name}_number')}) AS BIGINT) AS {name}, " for name in _ASPECTS
    )
    query = f"""
        SELECT _line, _reasons, _remedy, _raw, _received_on,
            '{reading.system}:' || id_text AS survey_id,
            {contact_system} || {fields.text("contact_id")} AS contact_id,
            coalesce({updated}) AS updated_at,
            {fields.time("sent_at")} AS sent_at,
            CASE WHEN score_number IS NOT NULL
                THEN {_answered(fields)} END AS answered_at,
            CASE WHEN score_number IS NOT NULL THEN '{scale.name}' END AS scale,
            {fields.text("score")} AS score_raw, {directed("score_number")} AS score,
            {aspects}
            {reading.masked(fields.text("comment"))} AS comment,
            {fields.text("language")} AS language_raw
        FROM ({judged})"""
    surveys = (
        "survey_id", "contact_id", "updated_at", "sent_at", "answered_at", "scale", "score_raw",
        "score", *_ASPECTS, "comment", "language_raw",
    )  # fmt: skip
    return [Stream("surveys", query, {"surveys": Fill({name: name for name in surveys})})]


def _answered(fields: Fields) -> str:
    """The answer's time; a scored line without one was answered when it was last touched."""
    times = ("answered_at", "updated_at", "sent_at")
    return f"coalesce({', '.join(fields.time(name) for name in times)})"


def _day(fields: Fields) -> str:
    """The day, as the file writes it, on which the survey was sent or else answered."""
    days = [
        f"{name}_{kind}"
        for name in ("sent_at", "answered_at")
        if fields.has(name)
        for kind in ("local", "instant")
    ]
    return f"coalesce({', '.join(days)})" if days else "CAST(NULL AS DATE)"


SOURCE = Source(
    name="survey",
    system=None,
    main_table=lambda probe: "surveys",
    recognises=lambda probe: False,  # only a mapping can tell scale and columns
    read=_read,
    fields=("id", "date", "contact_id", "contact_system", "score", "comment", "language",
            *_TIMES, *_ASPECTS),
    required=("id", "score"),
)  # fmt: skip
