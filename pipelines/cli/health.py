"""Commands on whether the numbers can be trusted: ledger, check."""

from datetime import datetime
from typing import Annotated

import typer

from pipelines.cli.options import DEFAULT_WAREHOUSE, Csv, Warehouse, day, examples
from pipelines.cli.output import print_measured
from pipelines.errors import BuildError

commands = typer.Typer()


@commands.command(
    rich_help_panel="Read it",
    epilog=examples(
        "support-quality ledger",
        "support-quality ledger --csv > books.csv",
        "support-quality ledger --open spam --file tickets.csv --day 2026-03-02",
    ),
)
def ledger(
    reason: Annotated[
        str | None,
        typer.Option("--open", metavar="REASON", help="The rows behind one column, or `all`."),
    ] = None,
    file: Annotated[str | None, typer.Option(metavar="NAME", help="Rows of this file.")] = None,
    on: Annotated[
        datetime | None,
        typer.Option("--day", metavar="D", formats=["%Y-%m-%d"], help="Rows of this day."),
    ] = None,
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="At most so many rows.")] = 1000,
    csv: Csv = False,
    warehouse: Warehouse = DEFAULT_WAREHOUSE,
) -> None:
    """The books: what was received, counted and left out, per file and day; they balance.

    With --open, the rows that were left out: each is in a file, at a line or as a contact.
    """
    from pipelines.api import open_warehouse
    from pipelines.api.selection import unknown

    opened = open_warehouse(warehouse)
    files = sorted(set(opened.loads()["file"]))
    if file is not None and file not in files:
        raise unknown(file, files, "file")
    if reason is not None:
        column = None if reason == "all" else reason
        rows = opened.left_out(column, file=file, day=day(on), limit=limit)
        print_measured(opened, rows, csv, title=f"Left out: {reason}")
        return
    books = opened.ledger()
    if file is not None:
        books = books[books["file"] == file]
    if on is not None:
        books = books[books["day"] == on]
    print_measured(opened, books, csv, title="Ledger")


@commands.command(
    rich_help_panel="Read it",
    epilog=examples("support-quality check", "support-quality check || mail -s broken me@site"),
)
def check(csv: Csv = False, warehouse: Warehouse = DEFAULT_WAREHOUSE) -> None:
    """Audits of the current build; exit code 8 where one that blocks failed, or it is stale."""
    from pipelines.api import open_warehouse

    opened = open_warehouse(warehouse)
    found = opened.checks()
    print_measured(opened, found, csv, title="Checks")
    failed = found.loc[(found["severity"] == "block") & ~found["passed"].astype(bool), "check"]
    if len(failed):
        raise BuildError(
            f"{opened.build().build_id}: {len(failed)} checks that block failed:"
            f" {', '.join(failed)}; mend the data or the model and run `support-quality run`"
        )
    build = opened.build()
    if build.is_stale:
        raise BuildError(f"{build.build_id} is stale: {build.stale_reason}")
