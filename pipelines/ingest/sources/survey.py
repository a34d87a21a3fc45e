"""Answers to surveys: one survey a record, by whatever tool, told by a mapping file.

Every survey tool's export is read here; its own module (qualtrics, google_forms, ...) knows the
columns that the tool itself makes. Which question is the score, and on what scale, no tool
tells: that is the mapping's part, and nothing is guessed.

- A record without a score is a survey that was sent and not answered; the response rate needs
  it. `sent_at` is told only where the export knows when the survey was offered: the moment at
  which somebody began to answer is not it, and would make every rate 100 %.
- Scales are never mixed: a file has one. Where the best score is the lowest (5 = worst), scores
  are turned round on their own scale; `score_raw` keeps what the file says. The three aspects
  are always on 1-5, turned round with the score.
- 0 is a score of 0-10 and no score of 1-5. A tool that writes 0 for "not rated" is told so:
  `[missing]`, `Score = ["0"]`.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pipelines.errors import SettingsError
from pipelines.ingest.checks import Check
from pipelines.ingest.mapping import Field, Mapping
from pipelines.ingest.sources.base import Reading, Source, Stream, stream
from pipelines.ingest.sources.mapped import Fields
from pipelines.ingest.sources.scores import told_score
from pipelines.ingest.tables import normalised
from pipelines.ingest.times import seconds_sql
from pipelines.sql import literal

TEXTS = (
    "id", "contact_id", "contact_system", "score", "professionalism", "speed", "problem_solving",
    "comment", "language",
)  # fmt: skip
TIMES = ("sent_at", "answered_at", "updated_at")
FIELDS = (*TEXTS, *TIMES, "date")
ASPECTS = ("professionalism", "speed", "problem_solving")
CONTACT_HEADERS = (
    "ticket_id", "ticketid", "ticket id", "ticket", "ticket number", "case_id", "caseid",
    "case id", "chat_id", "chatid", "conversation_id", "contact_id", "call_id", "티켓 번호",
    "문의 번호", "상담 번호",
)  # fmt: skip
"""How sites name the column that carries the contact's id through a survey tool."""


def with_usual_columns(
    reading: Reading,
    usual: dict[str, Sequence[str] | Field],
    headers: Sequence[str] = (),
    known: Sequence[str] = (),
    **told: object,
) -> Reading:
    """The reading of a tool's export with the columns that the tool itself makes.

    What the user's mapping tells goes before.

    Parameters
    ----------
    usual : field -> headers that it may stand under, tried in turn; or where it surely stands.
    headers : names of the columns, where the header line's own are not all different.
    known : what a mapping may name instead, where the file is no table.
    told : what else is known of the tool: see Mapping.

    Raises
    ------
    SettingsError where the mapping does not tell score, scale, or whose contacts are asked about.
    """
    mine = reading.mapping
    if headers and not mine.file.columns:
        mine = replace(mine, file=replace(mine.file, columns=tuple(headers)))
        reading = replace(reading, probe=replace(reading.probe, mapping=mine))
    columns = {}
    for name, where in usual.items():
        if isinstance(where, Field):
            columns[name] = where
            continue
        found = next(
            (header for header in where if reading.probe.table.position(header) is not None), None
        )
        if found is not None:
            columns[name] = Field((found,))
    path = Path("mappings") / f"{reading.name.name.split('.')[0]}.toml"
    mapping = mine.over(Mapping(path=path, columns=columns, **told))
    require_told(reading.name, mapping, known or reading.probe.table.headers)
    return replace(reading, probe=replace(reading.probe, mapping=mapping))


def require_told(name: Path, mapping: Mapping, headers: Sequence[str]) -> None:
    """Raise SettingsError where a mapping lacks what only its writer knows of a survey."""
    shown = ", ".join(literal(_short(header)) for header in headers if header.strip())
    for is_told, lacking in (
        ("score" in mapping.columns, '[columns] score = "<column>"'),
        (mapping.scale is not None, '[scale] name = "1-5"'),
        (
            mapping.contact_system or "contact_system" in {**mapping.columns, **mapping.constants}
            or not {"contact_id"} & {*mapping.columns, *mapping.constants},
            'contact_system = "zendesk" (whose contacts the survey asks about)',
        ),
    ):  # fmt: skip
        if not is_told:
            raise SettingsError(
                f"{name}: a survey's mapping must tell {lacking}; write it to {mapping.path},"
                f" or start from what support-quality inspect {name.name} --write writes;"
                f" columns: {shown}"
            )


def _short(header: str) -> str:
    text = " ".join(header.split())
    return text if len(text) <= 60 else f"{text[:57]}..."


def distinct(headers: Sequence[str]) -> list[str]:
    """Headers with a number on those that came before: `Comment`, `Comment (2)`."""
    seen: dict[str, int] = {}
    names = []
    for header in headers:
        times = seen[normalised(header)] = seen.get(normalised(header), 0) + 1
        names.append(f"{header} ({times})" if times > 1 else header)
    return names


def surveys(
    reading: Reading,
    *,
    leave_out: int = 0,
    checks: Sequence[Check] = (),
    survey_id: str | None = None,
) -> list[Stream]:
    """The stream of a table of answers.

    Parameters
    ----------
    reading : with a mapping that tells at least a score and its scale.
    leave_out : further header lines.
    checks : what the tool's records are refused for, besides what holds for all; may name c1, ...
    survey_id : SQL of the id, over the fields' rows, where no column holds it.
    """
    fields = Fields(reading, TIMES, (), "sent_at", leave_out)
    key = "id" if survey_id is None else "answered_at"
    rows = fields.rows_sql()
    if survey_id is not None:
        rows = f"SELECT *, {survey_id} AS id_text FROM ({rows})"
    absent = [name for name in TEXTS if not fields.has(name) and name != "id"]
    rows = f"""
        SELECT *{"".join(f", {fields.text(name)} AS {name}_text" for name in absent)}
            {"".join(f", {fields.time(name)} AS {name}" for name in TIMES if not fields.has(name))}
        FROM ({rows})"""
    told = [
        *fields.not_a_record(key),
        *checks,
        *fields.checks((key,)),
        *fields.not_before("answered_at", "sent_at"),
    ]
    days = [
        f"{name}_{kind}"
        for name in ("sent_at", "answered_at")
        if fields.has(name)
        for kind in ("local", "instant")
    ]
    day = f"coalesce({', '.join(days)})" if days else "CAST(NULL AS DATE)"
    return [answers(reading, rows, told, raw=reading.probe.table.text_sql(), received_on=day)]


def answers(
    reading: Reading, rows: str, checks: Sequence[Check], *, raw: str, received_on: str
) -> Stream:
    """The stream of surveys whose `rows` have `<field>_text` of TEXTS, and TIMES in UTC."""
    mapping, scale = reading.mapping, reading.mapping.scale
    aspect_scale = replace(scale, name="1-5", best=1.0 if scale.is_reversed else 5.0)
    score = told_score(mapping, "score", scale)
    aspects = [told_score(mapping, name, aspect_scale) for name in ASPECTS]
    scores = (score, *aspects)
    numbers = ", ".join(f"{one.number_sql} AS {one.field}_number" for one in scores)
    judged = [*checks, *(check for one in scores for check in one.checks)]
    system = literal(mapping.contact_system or reading.system)
    is_answered = "score_number IS NOT NULL"
    columns = {
        "survey_id": reading.id("id_text"),
        "contact_id": f"coalesce(contact_system_text, {system}) || ':' || contact_id_text",
        "updated_at": "coalesce(updated_at, answered_at, sent_at)",
        "sent_at": "sent_at",
        "answered_at": f"CASE WHEN {is_answered} THEN coalesce(answered_at, updated_at, sent_at)"
        " END",
        "scale": f"CASE WHEN {is_answered} THEN {literal(scale.name)} END",
        "score_raw": "score_text",
        "score": score.directed_sql,
        **{one.field: seconds_sql(f"({one.directed_sql})") for one in aspects},
        "comment": reading.masked("comment_text"),
        "language_raw": "language_text",
    }
    return stream(
        "surveys",
        f"SELECT *, {numbers} FROM ({rows})",
        {"surveys": columns},
        checks=judged,
        raw=raw,
        received_on=received_on,
    )


def _read(reading: Reading) -> list[Stream]:
    if reading.mapping.scale is None:
        raise SettingsError(
            f'{reading.mapping.path}: [scale] name: is required, such as name = "1-5"'
        )
    return surveys(reading)


SOURCE = Source(
    name="survey",
    system=None,
    main_table=lambda probe: "surveys",
    recognises=lambda probe: False,  # only a mapping can tell scale and columns
    read=_read,
    fields=FIELDS,
    required=("id", "score"),
)
