"""From the bytes of an export to UTF-8 text, by proof and never by guess.

A file is read once from end to end: its SHA-256, and whether all of it is valid UTF-8. Such a
file is used where it lies. Whatever is compressed or written in another encoding is unpacked
into a scratch file first, strictly: a byte that does not fit is an error, not a `?`.
"""

import codecs
import gzip
import hashlib
import lzma
import re
import shutil
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

import duckdb
import pyarrow as pa
import pyzipper

from pipelines.errors import InputError
from pipelines.ingest.encodings import encoding_of
from pipelines.ingest.envelopes import unwrapped
from pipelines.ingest.json_records import shape_of
from pipelines.ingest.tables import StoredTable, parquet_table
from pipelines.ingest.workbooks import PASSWORD_REMEDY, is_workbook, sheets

_BLOCK = 1 << 17  # small enough for the allocator to use the same memory again
_EVIDENCE_BYTES = 1 << 20
_HEAD_BYTES = 1 << 18
_LARGEST_VALUE = 64_000_000
_NOT_BY_CHANCE = 4
"""So many characters beyond ASCII that are valid UTF-8 are no other encoding's."""

_WITHIN_CHARACTERS = bytes(range(0xC0))
"""Bytes that begin no character beyond ASCII in UTF-8."""
_ASSIGNMENT = re.compile(rb"(?:\xef\xbb\xbf)?window\.[\w.]+\s*=\s*(?=[\[{])")
_DECOMPOSED = (b"\xcc", b"\xe1\x84", b"\xe3\x82\x99", b"\xe3\x82\x9a")


@dataclass(frozen=True)
class DecodedFile:
    """An export as UTF-8 text: `path` is the file itself or a scratch file.

    `size` is of the original bytes; `evidence` says how the encoding was found; `head` is the
    first text of it, all of it where `is_whole`; `is_decomposed`: it may hold letters written
    as several characters (Unicode's NFD). `stored`: the tables of a workbook (by sheet) or of a
    Parquet file, which have no text."""

    path: Path
    size: int
    encoding: str
    evidence: str
    compression: str | None
    head: str
    is_whole: bool
    is_decomposed: bool
    stored: dict[str, StoredTable] = field(default_factory=dict)


@dataclass(frozen=True)
class Bytes:
    """What one pass over a file's bytes tells.

    `invalid_at`: position of the first byte that is not UTF-8, or None; `has_zeros`: zero bytes
    among the valid ones; `is_decomposed`: see DecodedFile; `has_odd_ends`: lines end with a
    carriage return alone, or not all alike."""

    sha256: str
    size: int
    invalid_at: int | None
    has_zeros: bool
    is_decomposed: bool
    has_odd_ends: bool


def inspect(path: Path) -> Bytes:
    """Read a file once, from end to end."""
    digest = hashlib.sha256()
    position, size, rest = 0, 0, b""
    invalid_at, has_zeros, is_decomposed = None, False, False
    ends = set()
    with path.open("rb", buffering=0) as file:
        while True:
            block = file.read(_BLOCK)
            digest.update(block)
            size += len(block)
            if invalid_at is None:
                text = rest + block
                cut = _last_start(text) if block else len(text)
                cut -= bool(block) and text[:cut].endswith(b"\r")  # half of a line's end, perhaps
                text, rest = text[:cut], text[cut:]
                if _is_utf8(text):
                    has_zeros = has_zeros or b"\0" in text
                    is_decomposed = is_decomposed or _is_decomposed(text)
                    ends |= _line_ends(text)
                    position += len(text)
                else:
                    invalid_at = position + _invalid_start(text)
            if not block:
                odd = b"\r" in ends or len(ends) > 1
                return Bytes(digest.hexdigest(), size, invalid_at, has_zeros, is_decomposed, odd)


def decode(
    path: Path,
    seen: Bytes,
    scratch: Path,
    encoding: str | None = None,
    password: str | None = None,
) -> DecodedFile:
    """Make UTF-8 text out of `path`; `encoding` is told, else found.

    A Parquet file is used as it is; a workbook's sheets become Parquet files of texts.

    Raises InputError for what is empty, binary, truncated, or in no encoding for certain."""
    if seen.size == 0:
        raise InputError(f"{path}: the file is empty (0 bytes); export it again")
    plain, compression = _unpacked(path, scratch, password)
    stored, what = _stored(path, plain, scratch, password)
    if stored:
        return DecodedFile(plain, seen.size, "none", what, compression, "", True, True, stored)
    text_seen = seen if plain == path else inspect(plain)
    if text_seen.size == 0:
        raise InputError(f"{path}: holds nothing but an empty file; export it again")
    encoding, evidence = _encoding(path, plain, text_seen, encoding)
    text_path = plain
    if encoding != "utf-8":
        text_path = scratch / "decoded.txt"
        _transcode(path, plain, text_path, encoding)
        text_seen = inspect(text_path)
    if text_seen.has_zeros:
        raise InputError(f"{path}: a binary file, not text; export as CSV or JSON")
    if text_seen.has_odd_ends:
        _rewrite_ends(text_path, scratch / "lines.txt")
        text_path = scratch / "lines.txt"
        text_seen = replace(text_seen, size=text_path.stat().st_size)
    if assignment := _assignment(text_path):
        _rewrite_from(text_path, scratch / "value.txt", assignment)
        text_path = scratch / "value.txt"
        text_seen = replace(text_seen, size=text_seen.size - assignment)
    head = _head(text_path)
    # an object is read as one value, many times as large in memory as in the file
    records = scratch / "records.jsonl"
    if text_seen.size > _LARGEST_VALUE and _wraps_lists(head) and unwrapped(text_path, records):
        text_path, head = records, _head(records)
    return DecodedFile(
        path=text_path,
        size=seen.size,
        encoding=encoding,
        evidence=evidence,
        compression=compression,
        head=head.decode("utf-8", errors="ignore").removeprefix("\ufeff"),
        is_whole=len(head) == text_seen.size,
        is_decomposed=text_seen.is_decomposed,
    )


def _head(text: Path) -> bytes:
    with text.open("rb") as file:
        return file.read(_HEAD_BYTES)


def _wraps_lists(head: bytes) -> bool:
    """Does a text begin with one JSON object around lists of records?"""
    shape = shape_of(head.decode("utf-8", errors="ignore").removeprefix("\ufeff"))
    return shape is not None and shape.envelope is not None and not shape.is_lines


def _stored(
    path: Path, plain: Path, scratch: Path, password: str | None
) -> tuple[dict[str, StoredTable], str]:
    """The tables of a Parquet file or a workbook, and what it is; none for a text."""
    with plain.open("rb") as file:
        magic = file.read(4)
    if magic == b"PAR1":
        try:
            return {"": parquet_table(plain)}, "a Parquet file"
        except duckdb.Error:
            raise InputError(
                f"{path}: the Parquet file is cut off or damaged; download or export it again"
            ) from None
    if is_workbook(plain):
        return sheets(path, plain, scratch, password), "a workbook"
    return {}, ""


def _unpacked(path: Path, scratch: Path, password: str | None) -> tuple[Path, str | None]:
    with path.open("rb") as file:
        magic = file.read(8)
    target = scratch / "unpacked"
    if magic.startswith(b"\x1f\x8b"):
        return _unpack(path, target, "gzip", lambda: gzip.open(path))
    if magic.startswith(b"\x28\xb5\x2f\xfd"):
        return _unpack(path, target, "zstd", lambda: pa.input_stream(path, compression="zstd"))
    if magic.startswith(b"PK\x03\x04") and not is_workbook(path):
        return _unpack_zip(path, target, password)
    return path, None


def _unpack_zip(path: Path, target: Path, password: str | None) -> tuple[Path, str]:
    try:
        archive = pyzipper.AESZipFile(path)  # zipfile knows no AES
    except pyzipper.BadZipFile:
        raise InputError(f"{path}: the zip is cut off or damaged; download it again") from None
    with archive:
        names = [n for n in archive.namelist() if not n.endswith("/") and "__MACOSX" not in n]
        if len(names) != 1:
            raise InputError(f"{path}: holds {len(names)} files; unpack it and load the folder")
        if archive.getinfo(names[0]).flag_bits & 1:
            if password is None:
                raise InputError(f"{path}: the zip has a password; {PASSWORD_REMEDY}")
            archive.setpassword(password.encode())
        try:
            return _unpack(path, target, "zip", lambda: archive.open(names[0]))
        except RuntimeError:
            raise InputError(f"{path}: wrong password for the zip; {PASSWORD_REMEDY}") from None


def _unpack(
    path: Path, target: Path, compression: str, opened: Callable[[], BinaryIO]
) -> tuple[Path, str]:
    written = 0
    with target.open("wb") as out:
        try:
            with opened() as packed:
                while block := packed.read(_BLOCK):
                    written += out.write(block)
        except (EOFError, zlib.error, lzma.LZMAError, pyzipper.BadZipFile, OSError) as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise InputError(
                f"{path}: the {compression} is cut off or damaged after {written:,} bytes of text;"
                " download or export it again"
            ) from None
    return target, compression


def _encoding(path: Path, plain: Path, seen: Bytes, told: str | None) -> tuple[str, str]:
    """Python's name of the encoding and how it is known."""
    if told is not None:
        name = codecs.lookup(told).name.removesuffix("-sig")
        if name == "utf-8" and seen.invalid_at is not None:
            place = _place(plain, seen.invalid_at)
            raise InputError(f"{path}: {place}: not valid utf-8; check the encoding")
        return name, "told by the mapping"
    with plain.open("rb") as file:
        start = file.read(4096)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", "byte-order mark"
    if b"\0" in start:
        for name, zeros in (("utf-16-le", start[1::2]), ("utf-16-be", start[0::2])):
            if len(start) > 3 and zeros.count(0) > 0.4 * len(zeros):
                return name, "every other byte is zero"
        raise InputError(f"{path}: a binary file, not text; export as CSV or JSON")
    if seen.invalid_at is None:
        has_mark = start.startswith(codecs.BOM_UTF8)
        return "utf-8", "byte-order mark" if has_mark else "all of it is valid UTF-8"
    return _by_what_it_says(path, plain, seen.invalid_at)


def _place(plain: Path, byte: int) -> str:
    with plain.open("rb") as file:
        line, left = 1, byte
        while left > 0 and (block := file.read(min(_BLOCK, left))):
            line += block.count(b"\n")
            left -= len(block)
    return f"line {line}, byte {byte}"


def _characters_before(plain: Path, byte: int) -> int:
    """How many characters beyond ASCII the valid UTF-8 before a byte holds, or enough of them."""
    found = 0
    with plain.open("rb") as file:
        while byte > 0 and found < _NOT_BY_CHANCE and (block := file.read(min(_BLOCK, byte))):
            found += len(block.translate(None, _WITHIN_CHARACTERS))
            byte -= len(block)
    return found


def _last_start(text: bytes) -> int:
    """Where the last character starts: a block may end in the middle of it."""
    start = len(text) - 1
    while start > len(text) - 4 and text[start] & 0xC0 == 0x80:
        start -= 1
    return start


def _invalid_start(text: bytes) -> int:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return 0


def _is_utf8(block: bytes) -> bool:
    offsets = struct.pack("<ii", 0, len(block))
    text = pa.StringArray.from_buffers(1, pa.py_buffer(offsets), pa.py_buffer(block))
    try:
        text.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _by_what_it_says(path: Path, plain: Path, byte: int) -> tuple[str, str]:
    """The one encoding in which a sample, from the first line that is not UTF-8, says what people
    write."""
    with plain.open("rb") as file:
        start = max(0, byte - _HEAD_BYTES)
        file.seek(start)
        line = file.read(byte - start).rfind(b"\n") + 1
        file.seek(start + line)
        sample = file.read(_EVIDENCE_BYTES)
    if _characters_before(plain, byte) >= _NOT_BY_CHANCE:
        raise InputError(
            f"{path}: {_place(plain, byte)}: not UTF-8, which all before it is; save the file in"
            " one encoding, or tell which it is with --encoding"
        )
    found = encoding_of(sample)
    if isinstance(found, tuple):
        return found
    names = " or ".join(found) or "no encoding that is known here"
    raise InputError(
        f"{path}: {_place(plain, byte)}: not UTF-8; it looks like {names}; tell it with --encoding"
        " or in a mapping file, [file] encoding: cp949 where a spreadsheet saved it in Korea, cp932"
        " in Japan, gb18030 in China, cp1252 in western Europe, cp1250 in central Europe"
    )


def _transcode(path: Path, plain: Path, target: Path, encoding: str) -> None:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    line, position = 1, 0
    with plain.open("rb") as file, target.open("wb") as out:
        while True:
            block = file.read(_BLOCK)
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                wrong = line + block.count(b"\n", 0, error.start)
                raise InputError(
                    f"{path}: line {wrong}, near byte {position + error.start}: not valid"
                    f" {encoding}; check the encoding"
                ) from None
            if not block:
                break
            out.write(text.encode("utf-8"))
            line += text.count("\n")
            position += len(block)


def _line_ends(text: bytes) -> set[bytes]:
    """The line ends that occur in a text."""
    if b"\r" not in text:
        return {b"\n"} if b"\n" in text else set()
    pairs = text.count(b"\r\n")
    counts = {
        b"\r\n": pairs, b"\r": text.count(b"\r") - pairs, b"\n": text.count(b"\n") - pairs,
    }  # fmt: skip
    return {end for end, count in counts.items() if count}


def _assignment(text: Path) -> int:
    """Bytes of `window.name = ` before a JSON value, as X's archives are written; else 0."""
    with text.open("rb") as file:
        found = _ASSIGNMENT.match(file.read(200))
    return found.end() if found else 0


def _rewrite_from(text: Path, target: Path, start: int) -> None:
    with text.open("rb") as file, target.open("wb") as out:
        file.seek(start)
        shutil.copyfileobj(file, out, _BLOCK)


def _is_decomposed(text: bytes) -> bool:
    """Do bytes of combining marks, Hangul jamo or kana marks occur? (0xCC leads only the first.)"""
    # one byte is found many times faster than several
    return any(mark[0] in text and mark in text for mark in _DECOMPOSED)


def _rewrite_ends(text: Path, target: Path) -> None:
    """Line ends of the old Macintosh, and several kinds in one file, as one kind."""
    with text.open(encoding="utf-8", newline=None) as file, target.open("wb") as out:
        while block := file.read(_BLOCK):
            out.write(block.encode())
