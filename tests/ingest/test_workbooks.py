"""Workbooks and Parquet files as input: what a cell says, where the header stands, passwords."""

import io
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path

import msoffcrypto
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import pyzipper
import xlsxwriter
from msoffcrypto.format.ooxml import OOXMLFile

from pipelines.errors import InputError
from pipelines.ingest.workbooks import sheets

HEADER = ["Id", "Status", "Via", "Created at", "Updated at", "Group", "Subject"]
TICKET = ["7", "Open", "Mail", "2026-03-02 09:00", "2026-03-02 09:00", "Support", "출금"]
SEOUL = {"zone": "Asia/Seoul"}
FORMATS = {
    datetime: "yyyy-mm-dd hh:mm:ss",
    date: "yyyy-mm-dd",
    time: "h:mm:ss",
    timedelta: "[h]:mm:ss",
}


def workbook(sheets: dict[str, list[list]], first_row: int = 0) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"strings_to_numbers": False}) as book:
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
        ("=1/0", ""),
    ],
)
def test_a_cell_says_what_an_export_would(tmp_path, value, text):
    value = [value, "x"]
    if value[0] == "=1/0":
        buffer = io.BytesIO()
        with xlsxwriter.Workbook(buffer) as book:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, ["a", "b"])
            sheet.write_formula(1, 0, "=1/0", None, "#DIV/0!")
            sheet.write(1, 1, "x")
        path = tmp_path / "w.xlsx"
        path.write_bytes(buffer.getvalue())
        [table] = sheets(path, path, tmp_path, None).values()
        assert table.first_rows(1) == [[text, "x"]]
        return
    assert cells(tmp_path, ["a", "b"], value) == (("a", "b"), [[text, "x"]])


def test_midnight_in_a_column_of_times_is_a_time(tmp_path):
    rows = [datetime(2026, 3, 2), date(2026, 3, 2)], [datetime(2026, 3, 2, 9), date(2026, 3, 3)]
    assert cells(tmp_path, ["at", "on"], *rows)[1] == [
        ["2026-03-02 00:00:00", "2026-03-02"], ["2026-03-02 09:00:00", "2026-03-03"],
    ]  # fmt: skip
