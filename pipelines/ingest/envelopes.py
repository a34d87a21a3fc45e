"""A large JSON object that wraps lists of records, taken apart into one record per line.

{"userChats": [a, b], "messages": [c, d]} becomes {"userChats": [a], "messages": [c]}, then
{"userChats": [b]} and {"messages": [d]}, one each line: the same export as lines, which can be
read in a memory that does not grow with the file. The first line still tells every list.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

_BLOCK = 1 << 20
_DECODER = json.JSONDecoder()
_BLANKS = " \t\r\n"


def unwrapped(path: Path, target: Path) -> bool:
    """Write the object in `path` as lines to `target`; False where it is not one such object."""
    rest = target.with_suffix(".rest")
    first: dict[tuple[str, ...], str] = {}
    try:
        with (
            path.open(encoding="utf-8-sig", newline="") as file,
            rest.open("w", encoding="utf-8") as out,
        ):
            for keys, record in _Scanner(file).records():
                if keys in first:
                    out.write(_line({keys: record}))
                else:
                    first[keys] = record
    except (ValueError, RecursionError):
        return False
    with target.open("w", encoding="utf-8") as out, rest.open(encoding="utf-8") as file:
        out.write(_line(first))
        shutil.copyfileobj(file, out)
    rest.unlink()
    return bool(first)


def _line(records: dict[tuple[str, ...], str]) -> str:
    """{("data", "users"): record} as {"data": {"users": [record]}}."""
    members: dict[str, list[str]] = {}
    for (*outer, last), record in records.items():
        members.setdefault("".join(outer), []).append(f"{json.dumps(last)}: [{record}]")
    texts = [
        f"{json.dumps(outer)}: {{{', '.join(lists)}}}" if outer else ", ".join(lists)
        for outer, lists in members.items()
    ]
    return f"{{{', '.join(texts)}}}\n"


class _Scanner:
    """Reads an object's members; `text` from `at` on is what was read and not yet used."""

    def __init__(self, file: TextIO) -> None:
        self.file, self.text, self.at, self.is_end = file, "", 0, False

    def records(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """(keys of a list, a record in it as one line), for lists at the top or one level below.

        Raises ValueError for what is not exactly one object."""
        yield from self.lists(())
        if self.peek():
            raise ValueError("more than one value")

    def lists(self, outer: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
        """The records of the lists in the object that comes next; `outer`: its own keys."""
        self.expect("{")
        while self.peek() != "}":
            keys = (*outer, json.loads(self.value()))
            self.expect(":")
            if self.peek() == "{" and not outer:
                yield from self.lists(keys)
            elif self.peek() != "[":
                self.value()
            else:
                self.at += 1
                holds_records = self.peek() == "{"
                while self.peek() != "]":
                    value = self.value()
                    if holds_records:  # what is no object among them is refused, not left out
                        yield keys, value
                    self.comma("]")
                self.at += 1
            self.comma("}")
        self.at += 1

    def peek(self) -> str:
        """The next character that is not blank; empty at the end of the file."""
        while True:
            while self.at < len(self.text) and self.text[self.at] in _BLANKS:
                self.at += 1
            if self.at < len(self.text) or self.is_end:
                return self.text[self.at : self.at + 1]
            self.more()

    def expect(self, mark: str) -> None:
        if self.peek() != mark:
            raise ValueError(f"no {mark}")
        self.at += 1

    def comma(self, end: str) -> None:
        if self.peek() != end:
            self.expect(",")

    def value(self) -> str:
        """The next value; line ends, which can only stand between its tokens, as blanks."""
        self.peek()
        while True:
            try:
                _, end = _DECODER.raw_decode(self.text, self.at)
                if end < len(self.text) or self.is_end:
                    break
            except ValueError:
                if self.is_end:
                    raise
            self.more()
        value, self.at = self.text[self.at : end], end
        return value.replace("\r", " ").replace("\n", " ")

    def more(self) -> None:
        """Read on: as much again as is left over, so that a large value is not tried too often."""
        rest = self.text[self.at :]
        block = self.file.read(max(_BLOCK, len(rest)))
        self.text, self.at, self.is_end = rest + block, 0, not block
