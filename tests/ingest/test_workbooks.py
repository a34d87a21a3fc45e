"""Workbooks and Parquet files as input: what a cell says, where the header stands, passwords."""

import importlib.util
import io
import json
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import pyzipper
import xlsxwriter
from msoffcrypto.format.ooxml import OOXMLFile

from pipelines.errors import InputError
from pipelines.ingest.load import load
from pipelines.ingest.tables import parquet_table
from pipelines.ingest.workbooks import sheets
from pipelines.settings import PROJECT_ROOT, REFERENCE_DIR

HEADER = [
    "Id", "Status", "Via", "Created at", "Updated at", "Assignee", "Ticket type", "Subject",
]  # fmt: skip
TICKET = ["7", "Open", "Mail", "2026-03-02 09:00", "2026-03-02 09:00", "Kim", "Question", "출금"]
SEOUL = {"zone": "Asia/Seoul"}
FORMATS = {
    datetime: "yyyy-mm-dd hh:mm:ss",
    date: "yyyy-mm-dd",
    time: "h:mm:ss",
    timedelta: "[h]:mm:ss",
}


def workbook(sheets: dict[str, list[list]], first_row: int = 0) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        formats = {kind: book.add_format({"num_format": f}) for kind, f in FORMATS.items()}
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for row, cells in enumerate(rows, first_row):
                for column, value in enumerate(cells):
                    if type(value) in FORMATS:
                        sheet.write_datetime(row, column, value, formats[type(value)])
                    else:
                        sheet.write(row, column, value)
    return buffer.getvalue()


def tickets(*rows: list) -> bytes:
    return workbook({"Tickets": [HEADER, *(rows or [TICKET])]})


def protected(content: bytes, password: str) -> bytes:
    buffer = io.BytesIO()
    OOXMLFile(io.BytesIO(content)).encrypt(password, buffer)
    return buffer.getvalue()


def zipped(content: bytes, name: str, password: str) -> bytes:
    buffer = io.BytesIO()
    with pyzipper.AESZipFile(buffer, "w", encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(password.encode())
        archive.writestr(name, content)
    return buffer.getvalue()


def cells(tmp_path: Path, *rows: list, first_row: int = 0) -> list:
    """(line, texts) of the rows below the header."""
    path = tmp_path / "w.xlsx"
    path.write_bytes(workbook({"S": list(rows)}, first_row))
    [table] = sheets(path, path, tmp_path, None).values()
    return table.headers, table.first_rows(100)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0012", "0012"),
        (12, "12"),
        (1.5, "1.5"),
        (0.1 + 0.2, "0.3"),
        (123456789012345, "123456789012345"),
        (1234567890123456789, "1.23456789012346E+18"),
        (True, "TRUE"),
        (datetime(2026, 3, 2, 9, 0, 5), "2026-03-02 09:00:05"),
        (date(2026, 3, 2), "2026-03-02"),
        (time(9, 1, 2), "9:01:02"),
        (timedelta(hours=26, seconds=3), "26:00:03"),
        ("두\n줄", "두\n줄"),
    ],
)
def test_a_cell_says_what_an_export_would(tmp_path, value, text):
    assert cells(tmp_path, ["a", "b"], [value, "x"]) == (("a", "b"), [[text, "x"]])


@pytest.mark.parametrize("name", ["t.xls", "t.csv", "t.ods", "t"])
def test_what_a_file_is_its_content_tells_and_not_its_name(intake, name):
    [report] = intake.load(intake.file(name, tickets()), **SEOUL)
    assert (report.format, report.loaded) == ("workbook, sheet 'Tickets'", 1)


def test_an_error_is_an_empty_cell(tmp_path):
    path = tmp_path / "w.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["a", "b"])
        sheet.write_formula(1, 0, "=1/0", None, "#DIV/0!")
        sheet.write_formula(1, 1, "=1+1", None, 2)
    [table] = sheets(path, path, tmp_path, None).values()
    assert table.first_rows(1) == [["", "2"]]


def test_midnight_in_a_column_of_times_is_a_time(tmp_path):
    rows = [datetime(2026, 3, 2), date(2026, 3, 2)], [datetime(2026, 3, 2, 9), date(2026, 3, 3)]
    assert cells(tmp_path, ["at", "on"], *rows)[1] == [
        ["2026-03-02 00:00:00", "2026-03-02"], ["2026-03-02 09:00:00", "2026-03-03"],
    ]  # fmt: skip


def test_rows_keep_their_numbers_and_blank_ones_are_left_out(intake):
    book = workbook({"Cover": [], "S": [[], HEADER, TICKET, [], ["8", *TICKET[1:]], ["x"]]}, 3)
    [report] = intake.load(intake.file("t.xlsx", book), **SEOUL)
    assert (report.received, report.loaded, report.format) == (3, 2, "workbook, sheet 'S'")
    assert intake.rows("contacts", "_line, source_id, subject, created_at", "_line") == [
        (6, "7", "출금", "2026-03-02 00:00:00"), (8, "8", "출금", "2026-03-02 00:00:00"),
    ]  # fmt: skip
    assert [line for line, _ in intake.rejects()] == [9]


def test_a_sheet_with_the_same_header_goes_on_with_the_rows(intake):
    again = [HEADER, ["8", *TICKET[1:]]]
    book = workbook({"Sheet1": [HEADER, TICKET], "Pivot": [["n"], [1]], "Sheet2": again})
    [report] = intake.load(intake.file("t.xlsx", book), **SEOUL)
    assert (report.received, report.loaded) == (2, 2)
    assert intake.rows("contacts", "_line, source_id", "_line") == [(2, "7"), (4, "8")]
    [manifest] = (intake.warehouse / "raw").glob("*/manifest.json")
    assert json.loads(manifest.read_text())["columns_unknown"] == ["sheet 'Pivot'"]


@pytest.mark.parametrize("told", [True, False])
def test_a_header_below_other_lines_is_found_in_whichever_sheet_it_stands(intake, told):
    above = [["내보낸 날짜", "2026-03-02"], ["", "", "전체"]]
    book = workbook({"Notes": [["read me"]], "Tickets": [*above, HEADER, TICKET]})
    [report] = intake.load(
        intake.file("t.xlsx", book), zone="Asia/Seoul", source="zendesk_csv" if told else None
    )
    assert (report.source, report.loaded) == ("zendesk_csv", 1)
    assert intake.rows("contacts", "_line, source_id") == [(4, "7")]


def test_a_mapping_finds_its_header_too_or_tells_the_line(intake):
    rows = [["report"], ["when", "number", "what"], ["2026-03-02 09:00", "1", "AGENT"]]
    text = """source = "call_log"\nsystem = "calls"\nzone = "Asia/Seoul"
        [columns]\nid = "number"\ncreated_at = "when"\noutcome = "what"
        [outcomes]\nanswered = ["AGENT"]\n"""
    found = intake.file("found.toml", text)
    told = intake.file(
        "told.toml", text + '[file]\nheader = false\nskip_lines = 2\n'
        'columns = ["when", "number", "what"]\n'
    )  # fmt: skip
    intake.load(intake.file("a.xlsx", workbook({"S": rows})), mapping=found)
    intake.load(intake.file("b.xlsx", workbook({"S": [*rows, rows[-1]]})), mapping=told)
    assert intake.rows("contacts", "_line, source_id", "_load_id, _line") == [
        (3, "1"), (3, "1"), (4, "1"),
    ]  # fmt: skip


def test_an_id_that_excel_ruined_is_refused(intake):
    book = tickets([12345678901234567, *TICKET[1:]], [12345, *TICKET[1:]])
    [report] = intake.load(intake.file("t.xlsx", book), **SEOUL)
    assert (report.received, report.loaded) == (2, 1)
    assert intake.rejects() == [(2, "Id is in scientific notation")]


def test_times_of_cells_are_the_zones(intake):
    at = datetime(2026, 3, 2, 9), datetime(2026, 3, 2, 18, 30, 5)
    book = tickets(["7", "Open", "Mail", *at, "Kim", "Question", "x"])
    intake.load(intake.file("t.xlsx", book), **SEOUL)
    assert intake.rows("contacts", "created_at, updated_at") == [
        ("2026-03-02 00:00:00", "2026-03-02 09:30:05")
    ]


@pytest.mark.parametrize("pack", ["workbook", "zip of a text", "zip of a workbook", "both"])
def test_what_is_protected_opens_with_its_password_only(intake, pack):
    csv = ",".join(HEADER) + "\n" + ",".join(TICKET) + "\n"
    content = {
        "workbook": lambda: protected(tickets(), "pw1"),
        "zip of a text": lambda: zipped(csv.encode(), "t.csv", "pw1"),
        "zip of a workbook": lambda: zipped(tickets(), "t.xlsx", "pw1"),
        "both": lambda: zipped(protected(tickets(), "pw1"), "t.xlsx", "pw1"),
    }[pack]()
    path = intake.file("t.bin", content)
    what = "workbook" if pack == "workbook" else "zip"
    remedy = "pass it with --password-file"
    with pytest.raises(InputError, match=rf"t\.bin: the {what} has a password; {remedy}"):
        intake.load(path, **SEOUL)
    with pytest.raises(InputError, match=rf"t\.bin: wrong password for the {what}; {remedy}"):
        intake.load(path, password="pw2", **SEOUL)
    intake.load(path, password="pw1", **SEOUL)
    assert intake.rows("contacts", "source_id, subject") == [("7", "출금")]


def test_a_password_is_in_no_manifest(intake):
    intake.load(intake.file("t.xlsx", protected(tickets(), "s3cret")), password="s3cret", **SEOUL)
    [manifest] = (intake.warehouse / "raw").glob("*/manifest.json")
    assert "s3cret" not in manifest.read_text()


def test_a_zip_holds_one_workbook_and_not_two(intake):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("__MACOSX/._t.xlsx", b"x")
        archive.writestr("t.xlsx", tickets())
    intake.load(intake.file("one.zip", buffer.getvalue()), **SEOUL)
    assert intake.rows("contacts", "source_id") == [("7",)]
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("u.xlsx", tickets())
    with pytest.raises(InputError, match=r"two\.zip: holds 2 files; unpack it and load the folder"):
        intake.load(intake.file("two.zip", buffer.getvalue()), **SEOUL)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (lambda: tickets()[:-200], "the zip is cut off or damaged; download it again"),
        (lambda: protected(tickets(), "x")[:3000], "not a workbook that can be read"),
        (lambda: cut(tickets(), "xl/worksheets/sheet1.xml"), "not a workbook that can be read"),
        (lambda: workbook({"S": []}), "a workbook without a single row; export it again"),
        (lambda: workbook({"S": [HEADER]}), "line 1: a header and no rows; export it again"),
    ],
)
def test_what_can_not_be_read_is_told_in_one_line(intake, content, says):
    path = intake.file("t.xlsx", content())
    with pytest.raises(InputError, match=r"t\.xlsx: ") as caught:
        intake.load(path, password="x", **SEOUL)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def cut(book: bytes, member: str) -> bytes:
    """The workbook with only half of one of its files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, content[: len(content) // 2] if name == member else content)
    return buffer.getvalue()


def test_an_old_workbook_is_read_too(tmp_path):
    folder = Path(importlib.util.find_spec("statsmodels").origin).parent / "datasets" / "macrodata"
    path = next((path for path in folder.rglob("macrodata.xls") if path.is_file()), None)
    if path is None:
        pytest.skip("statsmodels came without its macrodata.xls")
    table = sheets(path, path, tmp_path, None)["Quarterly"]
    assert table.headers[:3] == ("DATE", "DPIC96", "FGCEC96")
    assert table.first_rows(1)[0][:3] == ["1947-01-01", "1218.6", "223.682"]


def parquet(intake, name: str, **columns) -> Path:
    path = intake.folder / name
    pq.write_table(pa.table(columns), path)
    return path


def test_parquet_columns_are_texts_as_an_export_would_write_them(tmp_path):
    table = pa.table({
        "id": pa.array([7.0, 1.5, 1e17, None]),
        "flag": [True, False, None, True],
        "at": pa.array([datetime(2026, 3, 2, 9, 0, 5)] * 4, pa.timestamp("us")),
        "seoul": pa.array([datetime(2026, 3, 2, 0, 0, 5)] * 4, pa.timestamp("ns", "Asia/Seoul")),
        "on": [date(2026, 3, 2)] * 4,
        "tags": [["a", "b"], [], None, ["한"]],
        "via": [{"channel": "web", "n": 1}] * 4,
        "raw": [b"bytes"] * 4,
    })  # fmt: skip
    pq.write_table(table, tmp_path / "t.parquet")
    first, *rest = parquet_table(tmp_path / "t.parquet").first_rows(4)
    assert first == [
        "7", "true", "2026-03-02 09:00:05", "2026-03-02T00:00:05.000000Z", "2026-03-02",
        '["a","b"]', '{"channel":"web","n":1}', "bytes",
    ]  # fmt: skip
    assert [row[0] for row in rest] == ["1.5", "1.00000000000000E+17", ""]
    assert [row[5] for row in rest] == ["[]", "", '["한"]']


def test_a_parquet_export_is_loaded_with_its_own_types(intake):
    at = datetime(2026, 3, 2, 9)
    path = parquet(
        intake, "t.parquet", id=pa.array([7.0, None]), outcome=["AGENT", "AGENT"],
        began=pa.array([at, at], pa.timestamp("us", "Asia/Seoul")),
        ended=pa.array([at + timedelta(hours=10), None], pa.timestamp("ms")), team=["", "지원"],
    )  # fmt: skip
    mapping = intake.file(
        "calls.toml",
        """source = "call_log"\nsystem = "calls"\nzone = "Asia/Seoul"
        [columns]\nid = "id"\ncreated_at = "began"\nended_at = "ended"\nteam = "team"
        outcome = "outcome"\n[outcomes]\nanswered = ["AGENT"]\n""",
    )
    [report] = intake.load(path, mapping=mapping)
    assert (report.received, report.loaded, report.format) == (2, 1, "parquet")
    assert intake.rows("contacts", "_line, source_id, created_at, team", "_line") == [
        (1, "7", "2026-03-02 09:00:00", None)
    ]
    assert intake.rows("sessions", "ended_at") == [("2026-03-02 10:00:00",)]
    assert intake.rejects() == [(2, "id is missing")]


def test_a_parquet_file_that_is_cut_off_is_refused(intake):
    content = parquet(intake, "whole.parquet", Id=[7]).read_bytes()
    with pytest.raises(InputError, match=r"t\.parquet: the Parquet file is cut off or damaged"):
        intake.load(intake.file("t.parquet", content[:-10]), **SEOUL)


def test_the_invented_call_log_says_the_same_as_workbook_and_as_csv(tmp_path):
    folder = PROJECT_ROOT.parent / "shared" / "data" / "SYNTHETIC_phone_calls"
    if not folder.exists():
        pytest.skip("../shared/data/SYNTHETIC_phone_calls is not here")
    mapping = REFERENCE_DIR / "mappings" / "synthetic_phone_calls.toml"
    rows = {}
    for kind in ("csv", "xlsx"):
        load([folder / f"Call-Center-Dataset.{kind}"], tmp_path / kind, mapping=mapping)
        rows[kind] = [
            duckdb.sql(
                f"""SELECT * EXCLUDE (_load_id)
                FROM read_parquet('{tmp_path}/{kind}/raw/*/{table}.parquet') ORDER BY ALL"""
            ).fetchall()
            for table in ("contacts", "sessions", "rejects")
        ]
    assert rows["csv"] == rows["xlsx"]
    assert [len(table) for table in rows["xlsx"]] == [5000, 5000, 0]
    [sessions] = duckdb.sql(
        f"""SELECT count(*) FILTER (outcome = 'answered'), sum(wait_seconds), sum(talk_seconds)
        FROM read_parquet('{tmp_path}/xlsx/raw/*/sessions.parquet')"""
    ).fetchall()
    assert sessions == (4054, 273729, 911837)
