"""The command that looks at an unknown file before anybody loads it: inspect."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.loading import Encoding, PasswordFile, Zone, told_password
from pipelines.cli.options import DEFAULT_WAREHOUSE, Csv, Warehouse, examples

if TYPE_CHECKING:  # see loading
    import pandas as pd

    from pipelines.ingest.guessing import ColumnGuess
    from pipelines.ingest.inspecting import Inspection

commands = typer.Typer()

_WIDEST = 64


@commands.command(
    rich_help_panel="Fill the warehouse",
    epilog=examples(
        "support-quality inspect exports/unknown.csv",
        "support-quality inspect exports/unknown.csv --write exports/mappings/unknown.toml",
    ),
)
def inspect(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Any export; nothing is loaded.")],
    write: Annotated[
        Path | None,
        typer.Option(metavar="MAPPING", help="Write a mapping to start from to this new file."),
    ] = None,
    zone: Zone = None,
    encoding: Encoding = None,
    password_file: PasswordFile = None,
    csv: Csv = False,
    warehouse: Warehouse = DEFAULT_WAREHOUSE,  # taken by every command; nothing is read from it
) -> None:
    """Show what a file is, what its columns look like and who reads it; write a mapping for it.

    Of columns that may be personal only the shape of the texts is shown."""
    from pipelines.cli.tables import print_table, write_csv
    from pipelines.ingest.inspecting import inspect_file
    from pipelines.settings import check_encoding, check_zone

    if zone is not None:
        check_zone(zone, "--zone")
    if encoding is not None:
        check_encoding(encoding, "--encoding")
    seen = inspect_file(file, zone=zone, encoding=encoding, password=told_password(password_file))
    if write is not None:
        _write_new(write, seen.draft.text)
    columns = _columns(seen)
    if csv:
        write_csv(columns)
        return
    for name in ("column", "values_or_shape"):
        columns[name] = columns[name].str.slice(0, _WIDEST)
    for what, told in _facts(seen):
        print(f"{what:<12}{told}")
    print()
    if len(columns):
        print_table(columns, title="Columns", notes=("Guessed from the first rows.",))
    print(f"\n{_next_step(seen, write)}")


def _facts(seen: "Inspection") -> list[tuple[str, str]]:
    notes = f", {seen.blank:,} of them empty" if seen.blank else ""
    notes += f", {seen.broken:,} lines can't be split into columns" if seen.broken else ""
    facts = [
        ("file", f"{seen.file.name}, {seen.size:,} bytes"),
        ("format", seen.format),
        ("encoding", seen.encoding_evidence),
        ("header", f"line {seen.header_line}" if seen.header_line else "none"),
        ("records", f"{seen.rows:,}{notes}"),
        ("read by", " or ".join(seen.sources) or "no source knows it"),
    ]
    if seen.mapping:
        facts.append(("mapping", f"{seen.mapping}, which a load goes by"))
    if len(seen.parts) > 1:
        parts = ", ".join(f"{name} ({columns} columns)" for name, columns in seen.parts.items())
        facts.insert(4, ("parts", parts))
    if seen.passed_over:
        facts.append(("but", seen.passed_over))
    for near in seen.nearest:
        lacking = ", ".join(near.lacking[:5]) + (" ..." if len(near.lacking) > 5 else "")
        facts.append(
            ("", f"near {near.source}: {near.found} of its {near.usual} columns; lacks {lacking}")
        )
    if seen.needs_zone:
        facts.append(("zone", "must be told: some times have no offset"))
    return facts


def _columns(seen: "Inspection") -> "pd.DataFrame":
    import pandas as pd

    from pipelines.ingest.guessing import shown_values

    return pd.DataFrame(
        [
            (_title(column), column.kind, column.detail, column.filled,
             column.personal or None, shown_values(column))
            for column in seen.columns
        ],
        columns=["column", "looks_like", "detail", "filled", "personal", "values_or_shape"],
    )  # fmt: skip


def _title(column: "ColumnGuess") -> str:
    asked = column.question if column.question != column.header else ""
    return " ".join(f"{column.header} {asked}".split())


def _next_step(seen: "Inspection", write: Path | None) -> str:
    draft = seen.draft
    to_tell = "".join(f"\n  - {what}" for what in draft.to_fill_in)
    if seen.passed_over and seen.sources:
        return "Nothing to load."
    if len(seen.sources) == 1 and not draft.to_fill_in:
        return f"Next: support-quality load {seen.file}"
    if write is None:
        return f"Mapping to start from (--write FILE writes it):\n\n{draft.text}" + (
            f"\nLeft to fill in:{to_tell}" if to_tell else ""
        )
    left = f"fill in:{to_tell}\nthen: " if to_tell else ""
    return f"Wrote {write}; {left}support-quality load {seen.file} --mapping {write}"


def _write_new(path: Path, text: str) -> None:
    """Write a mapping; one that somebody has already worked on is never overwritten."""
    from pipelines.errors import InputError

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise InputError(f"{path}: exists already; choose another name for the mapping") from None
