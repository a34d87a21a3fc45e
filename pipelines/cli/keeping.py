"""Commands of whoever answers for the data: quarantine, forget, key."""

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.filling import Mapping, Zone, print_loads
from pipelines.cli.options import DEFAULT_WAREHOUSE, Csv, SettingsFile, Warehouse, examples
from pipelines.cli.progress import Reporter
from pipelines.errors import StorageError

if TYPE_CHECKING:
    from pipelines.ingest.rewriting import Removed

commands = typer.Typer()


class KeyAction(StrEnum):
    """What can be done with the key."""

    SHOW = "show"
    ROTATE = "rotate"


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
    from pipelines import keeping
    from pipelines.cli.tables import print_table, write_csv

    if replay:
        with Reporter() as progress:
            reports = keeping.replay(warehouse, load, mapping=mapping, zone=zone, progress=progress)
        print_loads(reports, csv)
        return
    shown = "unmasked" if unmasked else "masked" if values else None
    frame = keeping.quarantine(warehouse, load, limit, shown)
    if csv:
        write_csv(frame)
    else:
        print_table(frame, title="Quarantine")


@commands.command(
    rich_help_panel="Keep it",
    epilog=examples(
        "support-quality forget --requester 360012345 --system zendesk",
        "support-quality forget --requester minji@example.com",
    ),
)
def forget(
    requester: Annotated[
        str,
        typer.Option(
            metavar="VALUE", help="The person's id, as exports write it; `-` reads it from a line."
        ),
    ],
    system: Annotated[
        str | None, typer.Option(metavar="NAME", help="Whose id it is; by default of any system.")
    ] = None,
    settings: SettingsFile = None,
    csv: Csv = False,
    warehouse: Warehouse = DEFAULT_WAREHOUSE,
) -> None:
    """Remove a person from raw, quarantine and builds, and prove it; exit code 7 if any is left."""
    from pipelines import keeping
    from pipelines.cli.tables import print_table, write_csv
    from pipelines.settings import load_settings

    if requester == "-":  # what is typed as an option stays in the shell's history
        requester = typer.get_text_stream("stdin").readline().strip()
    with Reporter() as progress:
        removed, left = keeping.forget(
            warehouse, requester, load_settings(settings), system=system, progress=progress
        )
    if csv:
        write_csv(left)
    else:
        print_table(left, title="Rows of the person, by file")
    print(_told_removed(removed), file=sys.stderr)
    if left["found"].sum():
        files = ", ".join(left.loc[left["found"] > 0, "file"])
        raise StorageError(f"{warehouse}: rows of the person are left in {files}; run it again")


def _told_removed(removed: "Removed") -> str:
    if removed.rows or removed.refused:
        return f"removed {removed.rows:,} rows and {removed.refused:,} refused ones"
    return (
        "warning: no row of that person was loaded, so none was removed; write the id as the export"
        " does (later exports are refused it all the same)"
    )


@commands.command(
    rich_help_panel="Keep it",
    epilog=examples("support-quality key show", "support-quality key rotate"),
)
def key(
    action: Annotated[KeyAction, typer.Argument(help="show: a fingerprint. rotate: a new secret.")],
    settings: SettingsFile = None,
    warehouse: Warehouse = DEFAULT_WAREHOUSE,
) -> None:
    """The key of the pseudonyms: tell it from others, or rotate it; it is never printed.

    Rotation changes every pseudonym and seals the quarantine anew; old and new loads still
    agree, and builds from before are removed."""
    from pipelines import keeping
    from pipelines.settings import load_settings

    if action is KeyAction.ROTATE:
        with Reporter() as progress:
            keeping.rotate_key(warehouse, load_settings(settings), progress=progress)
    for what, told in keeping.key_facts(warehouse):
        print(f"{what:<12}{told}")
