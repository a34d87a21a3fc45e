"""Keys that hold another kind of value than a list: what stood there must not vanish unseen.

A reader that expects a list takes anything else for an absent key, and with it would go the rows
of that list. So such a record is refused. Looking for them costs one pass over the bytes; only a
file that has one is read again to find its lines.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

_A_PAIR = 2
_BLOCK = 1 << 20
_LONGEST_GAP = 256
"""So many bytes may lie between a key and its value."""


def list_paths(structure: str) -> tuple[tuple[str, ...], ...]:
    """Where a json_transform structure has lists of records: the keys on the way to each.

    Pairs of a name and a value are no records but attributes: no row comes from them."""
    return tuple(_lists_in(json.loads(structure), ()))


def _lists_in(part: object, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if isinstance(part, dict):
        for key, inner in part.items():
            yield from _lists_in(inner, (*path, key))
    elif isinstance(part, list) and _values_in(part) > _A_PAIR:
        yield path


def _values_in(part: object) -> int:
    if isinstance(part, dict):
        return sum(map(_values_in, part.values()))
    return _values_in(part[0]) if isinstance(part, list) else 1


def holds_other_kinds(path: Path, paths: tuple[tuple[str, ...], ...]) -> bool:
    """Does one of these keys stand before anything but a list or null, anywhere in the file?

    A key that is also on the way to a list may hold an object. What stands deeper or in a text may
    be taken for one: the answer is only where it pays to look closely."""
    wanted = {keys[-1] for keys in paths}
    on_the_way = {key for keys in paths for key in keys[:-1]}
    patterns = []
    for key in wanted:
        usual = rb"\s\[n{" if key in on_the_way else rb"\s\[n"
        patterns.append((f'"{key}"'.encode(), re.compile(rb"\s*:\s*[^" + usual + b"]")))
    carried = b""
    with path.open("rb", buffering=0) as file:
        while block := file.read(_BLOCK):
            text = carried + block
            for key, other_kind in patterns:
                at = text.find(key)
                while at >= 0:
                    at += len(key)
                    if other_kind.match(text, at):
                        return True
                    at = text.find(key, at)
            carried = text[-_LONGEST_GAP:]
    return False


def other_kinds_sql(records: str, paths: tuple[tuple[str, ...], ...]) -> str:
    """SELECT _line, reason: the records in which one of these keys holds another kind."""
    cases = []
    for keys in paths:
        for depth in range(1, len(keys) + 1):
            kind, word = ("ARRAY", "a list") if depth == len(keys) else ("OBJECT", "an object")
            place = "$" + "".join(f'."{key}"' for key in keys[:depth])
            told = f"json_type(record, '{place}') NOT IN ('{kind}', 'NULL')"
            cases.append(f"WHEN {told} THEN '{'.'.join(keys[:depth])} is not {word}'")
    return f"""
        SELECT _line, min(reason) AS reason FROM (
            SELECT _line, CASE {" ".join(cases)} END AS reason
            FROM ({records}) WHERE json_valid(record)
        ) WHERE reason IS NOT NULL GROUP BY _line"""
