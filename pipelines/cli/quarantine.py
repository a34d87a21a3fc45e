"""The command quarantine: rows that were refused, shown or loaded again."""

from typing import Annotated

import typer

from pipelines.cli.loading import Mapping, Zone
from pipelines.cli.options import DEFAULT_WAREHOUSE, Csv, Warehouse, examples
from pipelines.cli.output import print_frame, print_loads
from pipelines.cli.progress import Reporter

commands = typer.Typer()


@commands.command(
    rich_help_panel="Keep it",
    epilog=examples(
        "support-quality quarantine --limit 20",
        "support-quality quarantine --values",
        "support-quality quarantine --replay tickets.csv --mapping corrected.toml",
    ),
)
def quarantine(
    load: Annotated[
        str | None,
        typer.Argument(metavar="FILE|LOAD", help="Only of this file, or this load."),
    ] = None,
    replay: Annotated[
        bool, typer.Option("--replay", help="Load the refused rows again; then run `run`.")
    ] = False,
    mapping: Mapping = None,
    zone: Zone = None,
    values: Annotated[
        bool, typer.Option("--values", help="Show the rows too, masked (needs the key).")
    ] = False,
    unmasked: Annotated[
        bool, typer.Option("--unmasked", help="Show the rows as they stood in the file.")
    ] = False,
    limit: Annotated[int, typer.Option(metavar="N", min=1, help="At most so many rows.")] = 1000,
    csv: Csv = False,
    warehouse: Warehouse = DEFAULT_WAREHOUSE,
) -> None:
    """Rows that were refused: file, line, columns, reasons and remedy; with --replay, once more."""
    from pipelines import quarantine as refused

    if replay:
        with Reporter() as progress:
            reports = refused.replay(warehouse, load, mapping=mapping, zone=zone, progress=progress)
        print_loads(reports, csv)
        return
    shown = "unmasked" if unmasked else "masked" if values else None
    frame = refused.quarantine(warehouse, load, limit, shown)
    print_frame(frame, csv, title="Quarantine")
