"""Workbooks (.xlsx, .xlsb, .xls, .ods) as tables of texts, one per sheet.

A cell has a value and a format, an export's reader wants the text: times are written in ISO,
clocks and durations as H:MM:SS, whole numbers without ".0", an error as nothing. A number from
1e15 on has lost digits to Excel, which keeps 15: it is written as 1.03006E+16, so that the
checks of ids refuse it. A row keeps its number in the sheet; blank rows are left out.

A workbook with a password is an encrypted package in an OLE2 container; so are old .xls files.
"""

import zipfile
from datetime import date, datetime, time, timedelta
from itertools import chain, islice
from pathlib import Path

import msoffcrypto
import pyarrow as pa
import pyarrow.parquet as pq
from msoffcrypto.exceptions import FileFormatError, InvalidKeyError
from python_calamine import (
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
)

from pipelines.errors import InputError
from pipelines.ingest.tables import StoredTable, read_parquet_sql

OLE2 = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK\x03\x04"
_BATCH_ROWS = 20_000
_LOSES_DIGITS = 1e15
PASSWORD_REMEDY = "pass it with --password-file"


def is_workbook(path: Path) -> bool:
    """Is it a workbook, protected ones and old ones included?"""
    with path.open("rb") as file:
        magic = file.read(4)
    if magic != _ZIP:
        return magic == OLE2
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile:
        return False
    return "[Content_Types].xml" in names or {"mimetype", "content.xml"} <= set(names)


def sheets(name: Path, path: Path, scratch: Path, password: str | None) -> dict[str, StoredTable]:
    """The sheets that hold anything, by name, each written to a Parquet file in `scratch`.

    `name` is what the user calls the file. Raises InputError for a protected workbook without
    its password, a damaged one, and one without a single row."""
    tables = {}
    try:
        nameless = scratch / "workbook"  # a name that ends in .xls would decide how it is read
        nameless.symlink_to(_opened(name, path, scratch, password).resolve())
        with CalamineWorkbook.from_path(nameless) as book:
            for position, sheet in enumerate(book.sheets_metadata):
                if sheet.typ is SheetTypeEnum.WorkSheet:
                    table = _stored(
                        book.get_sheet_by_index(position), scratch / f"sheet{position}.parquet"
                    )
                    if table is not None:
                        tables[sheet.name] = table
    except (InputError, MemoryError):
        raise
    except Exception as error:
        # both readers stumble over damaged bytes in whatever way they make them
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise InputError(
            f"{name}: not a workbook that can be read ({_first_line(error)}): it is cut off or"
            " damaged; download or export it again"
        ) from None
    if not tables:
        raise InputError(f"{name}: a workbook without a single row; export it again")
    return tables


def _opened(name: Path, path: Path, scratch: Path, password: str | None) -> Path:
    """The workbook itself, or what its password protects."""
    with path.open("rb") as file:
        if file.read(len(OLE2)) != OLE2:
            return path
        try:
            office = msoffcrypto.OfficeFile(file)
        except FileFormatError:  # older than what can be protected
            return path
        if not office.is_encrypted():
            return path
        if password is None:
            raise InputError(f"{name}: the workbook has a password; {PASSWORD_REMEDY}")
        target = scratch / "opened"
        try:
            office.load_key(password=password, verify_password=True)
            with target.open("wb") as out:
                office.decrypt(out)
        except InvalidKeyError:
            raise InputError(
                f"{name}: wrong password for the workbook; {PASSWORD_REMEDY}"
            ) from None
    return target


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _stored(sheet: CalamineSheet, target: Path) -> StoredTable | None:
    """The sheet as a Parquet file of texts; None where it is empty."""
    width, dated = sheet.width, _columns_with_clocks(sheet)
    rows = (
        (line, *(_text(value, column in dated) for column, value in enumerate(row)))
        for line, row in enumerate(sheet.iter_rows(), 1)
        if any(value != "" for value in row)
    )
    header = next(rows, None)
    if header is None:
        return None
    columns = [f"c{i}" for i in range(1, width + 1)]
    schema = pa.schema([("_line", pa.int64()), *((column, pa.string()) for column in columns)])
    rows = chain([header], rows)
    with pq.ParquetWriter(target, schema) as out:
        while batch := list(islice(rows, _BATCH_ROWS)):
            values = zip(*batch, strict=True)
            out.write_batch(
                pa.record_batch(list(map(pa.array, values, schema.types)), schema=schema)
            )
    line, *headers = header
    return StoredTable(
        tuple(text or "" for text in headers), read_parquet_sql(target), tuple(columns),
        f"workbook, sheet {sheet.name!r}", header_line=line,
    )  # fmt: skip


def _columns_with_clocks(sheet: CalamineSheet) -> set[int]:
    """The columns of times: midnight comes out of the reader as a mere day."""
    return {
        column
        for row in sheet.iter_rows()
        for column, value in enumerate(row)
        if type(value) is datetime
    }


def _text(
    value: str | float | bool | datetime | date | time | timedelta, is_time: bool
) -> str | None:
    """A cell as text; None where it is empty."""
    match value:
        case str():
            return value or None
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | float():
            return _number(value)
        case datetime():
            return value.isoformat(" ", "milliseconds" if value.microsecond else "seconds")
        case date():
            return f"{value.isoformat()} 00:00:00" if is_time else value.isoformat()
        case time():
            return f"{value.hour}:{value.minute:02}:{value.second:02}"
        case timedelta():
            seconds = round(value.total_seconds())
            sign, seconds = ("-" if seconds < 0 else ""), abs(seconds)
            return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _number(value: float) -> str:
    if abs(value) >= _LOSES_DIGITS:
        return f"{value:.14E}"
    return str(int(value)) if value == int(value) else f"{value:.15g}"
