"""Looking at unknown files: what they hold, who reads them, and a mapping that loads them."""

import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.errors import InputError, SettingsError
from pipelines.ingest.guessing import shown_values
from pipelines.ingest.inspecting import inspect_file
from pipelines.settings import PROJECT_ROOT

SHARED = PROJECT_ROOT.parent / "shared" / "data"

TICKETS = "접수번호;접수일시;완료일시;상태;채널;고객 이름;문의 내용\n" + "".join(
    f"{id_};2026-03-{day:02} 09:0{id_ % 10}:00;{done};{state};{channel};김하늘;"
    f"출금이 안 됩니다 kim{id_}@example.com\n"
    for id_, day, done, state, channel in [
        (101, 2, "2026-03-02 11:00:00", "완료", "채팅"),
        (102, 2, "-", "처리중", "채팅"),
        (103, 3, "2026-03-04 10:00:00", "완료", "전화"),
        (104, 3, "-", "처리중", "메일"),
        (105, 4, "2026-03-04 12:30:00", "완료", "채팅"),
        (106, 5, "-", "재문의", "채팅"),
    ]
)
CALLS = "call,began,picked up,wait,talk\n" + "".join(
    f"C-{n:03},03/{12 + n}/2026 09:00:00,{'yes' if n % 4 else 'abandoned'},0:00:{10 + n},"
    f"{120 + n if n % 4 else 0}\n"
    for n in range(1, 13)
)


def columns(seen) -> dict[str, tuple[str, str]]:
    return {column.header: (column.kind, column.detail) for column in seen.columns}


def loaded(intake, path, seen, **options):
    mapping = intake.file("drafts/draft.toml", seen.draft.text)
    [report] = intake.load(path, mapping=mapping, **options)
    return report


def test_an_unknown_csv_loads_by_the_mapping_that_was_written_for_it(intake):
    path = intake.file("문의.csv", TICKETS.encode("cp949"))
    seen = inspect_file(path, zone="Asia/Seoul")
    assert (seen.format, seen.rows, seen.broken) == ("delimited by ';', cp949", 6, 0)
    assert "Hangul in everyday use" in seen.encoding_evidence
    assert seen.sources == ()
    assert seen.draft.to_fill_in == ("what the statuses mean; else unknown",)
    report = loaded(intake, path, seen)
    assert (report.source, report.received, report.loaded) == ("tickets", 6, 6)
    assert intake.rows("contacts", "source_id, created_at, status, channel_raw")[:3] == [
        ("101", "2026-03-02 00:01:00", "closed", "채팅"),
        ("102", "2026-03-02 00:02:00", "open", "채팅"),
        ("103", "2026-03-03 00:03:00", "closed", "전화"),
    ]


def test_a_call_log_in_american_dates_loads_too(intake):
    path = intake.file("dialer.csv", CALLS)
    seen = inspect_file(path)
    assert columns(seen)["began"] == ("time", "month first")
    assert seen.needs_zone
    assert seen.draft.to_fill_in == ("the zone of its times, or pass --zone",)
    report = loaded(intake, path, seen, zone="Asia/Seoul")
    assert (report.source, report.received, report.loaded) == ("call_log", 12, 12)
    assert intake.rows("sessions", "outcome, wait_seconds, talk_seconds", "wait_seconds")[2:4] == [
        ("answered", 13, 123), ("abandoned", 14, None),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["csv", "tsv", "jsonl", "json", "parquet", "gz"])
def test_the_same_rows_are_seen_and_loaded_from_every_format(intake, kind):
    header, *rows = [line.split(";") for line in TICKETS.splitlines()]
    records = [dict(zip(header, row, strict=True)) for row in rows]
    name = f"rows.{kind}"
    if kind == "parquet":
        path = intake.file(name, b"")
        pq.write_table(pa.Table.from_pylist(records), path)
    else:
        text = {
            "csv": TICKETS,
            "tsv": TICKETS.replace(";", "\t"),
            "jsonl": "".join(json.dumps(record) + "\n" for record in records),
            "json": json.dumps({"data": records, "count": 6}),
            "gz": gzip.compress(TICKETS.encode()),
        }[kind]
        path = intake.file(name, text)
    seen = inspect_file(path, zone="Asia/Seoul")
    assert seen.rows == 6
    assert columns(seen)["접수일시"] == ("time", "local: no offset")
    report = loaded(intake, path, seen)
    assert (report.received, report.loaded) == (6, 6)


def test_nothing_personal_is_shown(intake):
    seen = inspect_file(intake.file("문의.csv", TICKETS))
    personal = {column.header: column.personal for column in seen.columns if column.personal}
    assert personal == {
        "고객 이름": "a person, by its name", "문의 내용": "holds e-mail addresses",
    }  # fmt: skip
    told = " ".join([*map(shown_values, seen.columns), seen.draft.text])
    assert "김하늘" not in told
    assert "kim1" not in told
    assert "출금" not in told
    assert shown_values(seen.columns[5]) == "가가가"


def test_a_value_that_hardly_repeats_is_not_shown(intake):
    text = "id,kind\n" + "".join(f"{n},{'refund' if n < 9 else 'my son Tom'}\n" for n in range(10))
    kind = inspect_file(intake.file("k.csv", text)).columns[1]
    assert shown_values(kind) == "refund (9) and 1 more"


@pytest.mark.parametrize(
    ("texts", "kind", "detail"),
    [
        (["13/02/2026 09:00", "02/03/2026 10:00"], "time", "day first"),
        (["02/13/2026", "02/03/2026"], "day", "month first"),
        (["01/02/2026", "02/03/2026"], "day", "month or day first: not told"),
        (["2026-03-02T09:00:00+09:00"] * 2, "time", "with its offset"),
        (["2026. 4. 1 오후 3:05:22"] * 2, "time", "local: no offset"),
        (["1772420400", "1772420401"], "time", "epoch"),
        (["1900-01-01 00:00:00", *["2026-03-02 09:00:00"] * 9], "time",
         "local: no offset; 1 written for never"),
        (["0:01:20", "12:00:01"], "clock", "H:MM:SS: a time of day or a duration"),
        (["1.03006E+13", "118231234501"], "id",
         "some ruined by a spreadsheet (1.03E+13): export again"),
        (["0042", "0043"], "id", "each once"),
        (["1,234.5", "7"], "number", "7 to 1234.5; thousands separators"),
        (["1,037", "875"], "number", "875 to 1037; thousands separators"),
        (["1,5", "1.037"], "number", "1.5 to 1037; decimal commas"),
        (["1,037", "2,100"], "number", "commas of thousands or of decimals: not told"),
        (["?", "-", ""], "empty", "no value"),
    ],
)  # fmt: skip
def test_columns_are_told_apart_by_their_texts(intake, texts, kind, detail):
    rows = "".join(f'x{i % 2},"{text}"\n' for i, text in enumerate(texts))
    seen = inspect_file(intake.file("c.csv", f"what,created time\n{rows}"))
    assert columns(seen)["created time"] == (kind, detail)


def test_a_header_below_a_title_is_found_and_loaded(intake):
    path = intake.file("t.csv", "Report of March;;;;;;\n\n" + TICKETS)
    seen = inspect_file(path, zone="Asia/Seoul")
    assert (seen.header_line, seen.rows) == (3, 6)
    assert loaded(intake, path, seen).loaded == 6


def test_a_file_without_a_header_line_gets_names(intake):
    path = intake.file("t.csv", "1,2026-03-02 09:00:00,5\n2,2026-03-02 10:00:00,7\n")
    seen = inspect_file(path, zone="Asia/Seoul")
    assert (seen.header_line, [column.header for column in seen.columns]) == (
        None,
        ["c1", "c2", "c3"],
    )
    assert 'header = false\ncolumns = ["c1", "c2", "c3"]' in seen.draft.text


def test_a_survey_tools_export_gets_the_lines_that_only_its_owner_can_complete(intake):
    text = (
        "Timestamp,How satisfied are you?,Anything else?,Ticket ID\n"
        "2026/03/02 3:05:22 PM GMT+9,5,fine and quick,55\n"
        "2026/03/02 3:06:22 PM GMT+9,4,a bit slow for me,56\n"
    )
    path = intake.file("form.csv", text)
    seen = inspect_file(path)
    assert seen.sources == ("google_forms",)
    assert seen.draft.text.splitlines()[1:] == [
        '# contact_system = "zendesk"  # fill in: the system whose contacts it asks about',
        "",
        "[columns]",
        'score = "How satisfied are you?"  # 4 to 5',
        'comment = "Anything else?"  # 2 values',
        "",
        "[scale]",
        '# name = "1-5"  # fill in: the scale, one of good_bad, 1-3, 1-5, 1-7, 1-10, 0-10, 0-1,'
        " signed, nps, ces; the file holds 4 to 5",
        "# best = 1  # where the lowest score is the best",
    ]
    with pytest.raises(SettingsError, match="scale"):
        loaded(intake, path, seen)
    filled = seen.draft.text.replace("# contact", "contact").replace("# name", "name")
    [report] = intake.load(path, mapping=intake.file("filled.toml", filled))
    assert (report.source, report.loaded) == ("google_forms", 2)


def test_how_near_a_known_export_is_and_what_it_lacks(intake):
    text = "Respondent ID,Collector ID,Start Date\n1,2,03/02/2026\n"
    [near] = inspect_file(intake.file("s.csv", text)).nearest[:1]
    assert (near.source, near.found, near.usual, near.lacking) == (
        "surveymonkey", 3, 4, ("end date",),
    )  # fmt: skip


def test_counts_per_interval_and_empty_rows_are_told(intake):
    text = "at,calls\n2026-03-02 09:00:00,5\n2026-03-02 09:30:00,5\n2026-03-02 10:00:00,5\n,\n"
    seen = inspect_file(intake.file("counts.csv", text))
    assert (seen.rows, seen.blank) == (4, 1)
    assert seen.passed_over.startswith("counts per interval, no contacts")
    assert seen.draft.source is None


def test_what_cannot_be_read_is_told_and_not_guessed(intake):
    with pytest.raises(InputError, match="a binary file"):
        inspect_file(intake.file("x.csv", b"\0\1\2" * 50))
    with pytest.raises(InputError, match=r"cut\.json: can't be read: .*; export it again"):
        inspect_file(intake.file("cut.json", '{"id": "kim@example.com",\n'))
    with pytest.raises(InputError, match=r"nosuch\.csv: can't be read"):
        inspect_file(Path("nosuch.csv"))


@pytest.mark.slow
@pytest.mark.skipif(not SHARED.exists(), reason="../shared/data is not here")
def test_every_real_export_gets_an_answer():
    for path in sorted(SHARED.rglob("*.*")):
        if path.is_file() and path.suffix != ".md":
            seen = inspect_file(path)
            assert seen.rows > 0, path.name
            assert seen.columns, path.name
            assert seen.draft.text.startswith("# Mapping of "), path.name
