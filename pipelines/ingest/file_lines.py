"""From a record's number to its line: a delimited file whose values hold line breaks has more
lines than records, and a person who mends it needs the line."""

from bisect import bisect_right
from dataclasses import dataclass

from pipelines.ingest.delimited import Delimited


@dataclass(frozen=True)
class FileLines:
    """`first[i]` is a number as `_line` counts records; from it on, lines are `added[i]` more.

    `broken`: of the records that could not be read, DuckDB's number and the line."""

    first: tuple[int, ...]
    added: tuple[int, ...]
    broken: dict[int, int]

    def line(self, number: int) -> int:
        """The line of the file where the record begins."""
        at = bisect_right(self.first, number) - 1
        return number + (self.added[at] if at >= 0 else 0)


def file_lines(file: Delimited, broken: set[int], records: int) -> FileLines | None:
    """One pass over the bytes of a file; None where the lines are the numbers, or unclear.

    Parameters
    ----------
    broken : numbers of the records that could not be read, among all records.
    records : how many could be read; where the pass finds fewer, its quotes are not a CSV's.
    """
    quote = file.quote.encode()
    number = file.skip_lines + file.has_header
    to_skip = file.has_header
    first, added, places, found, every = [], [], {}, 0, file.skip_lines
    is_open = False
    with file.path.open("rb") as lines:
        for line, text in enumerate(lines, 1):
            if line <= file.skip_lines:
                continue
            if not is_open and text.strip(b"\r\n"):
                every += 1
                if to_skip:
                    to_skip = False
                elif every in broken:
                    places[every] = line
                else:
                    found += 1
                    number += 1
                    if line - number != (added[-1] if added else 0):
                        first.append(number)
                        added.append(line - number)
            if quote and text.count(quote) % 2:
                is_open = not is_open
    if is_open or found < records or len(places) < len(broken):
        return None
    return FileLines(tuple(first), tuple(added), places)
