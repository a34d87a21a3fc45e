"""Options that several commands share, spelt once."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from pipelines.errors import UnknownNameError
from pipelines.settings import DEFAULT_WAREHOUSE as DEFAULT_WAREHOUSE

Warehouse = Annotated[
    Path,
    typer.Option(
        metavar="DIR",
        envvar="SUPPORT_QUALITY_WAREHOUSE",
        show_default="the project's data/warehouse",
        help="Folder of the raw store and the published builds.",
    ),
]
SettingsFile = Annotated[
    Path | None,
    typer.Option(
        "--settings",
        metavar="FILE",
        envvar="SUPPORT_QUALITY_SETTINGS",
        help="Desks, targets, zone, opening hours; by default ./support.toml.",
    ),
]
Csv = Annotated[
    bool, typer.Option("--csv", help="Nothing but tidy CSV on standard output; NULL is empty.")
]
From = Annotated[
    datetime | None,
    typer.Option("--from", metavar="D", formats=["%Y-%m-%d"], help="First day, included."),
]
To = Annotated[
    datetime | None,
    typer.Option("--to", metavar="D", formats=["%Y-%m-%d"], help="Last day, included."),
]
Where = Annotated[
    list[str] | None,
    typer.Option(metavar="COLUMN=VALUE,…", help="Keep these values; may be repeated."),
]


def day(value: datetime | None) -> date | None:
    """The day of a `--from` or `--to`, None where it was not given."""
    return value.date() if value else None


def names(value: str | None) -> tuple[str, ...]:
    """A comma list as typed, each name once: 'channel, language' -> ('channel', 'language')."""
    return tuple(dict.fromkeys(n.strip() for n in (value or "").split(",") if n.strip()))


def conditions(values: list[str] | None) -> dict[str, list[str]]:
    """`--where channel=phone,live_chat --where language=ko` as column -> values.

    Raises UnknownNameError where there is no `=`.
    """
    found: dict[str, list[str]] = {}
    for text in values or ():
        column, equals, value = text.partition("=")
        if not equals or not column.strip() or not names(value):
            raise UnknownNameError(
                f"--where {text}: not a condition; write it like channel=phone,live_chat"
            )
        found.setdefault(column.strip(), []).extend(names(value))
    return found


def examples(*lines: str) -> str:
    """Examples as the epilogue of a command's help, one a line."""
    head = "Example:" if len(lines) == 1 else "Examples:"
    return "\n".join([head, *(f"  {line}" for line in lines)])
