"""Commands on personal data: forget, key."""

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.options import DEFAULT_WAREHOUSE, Csv, SettingsFile, Warehouse, examples
from pipelines.cli.output import print_frame
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
    from pipelines import personal_data
    from pipelines.settings import load_settings

    if requester == "-":  # what is typed as an option stays in the shell's history
        requester = typer.get_text_stream("stdin").readline().strip()
    with Reporter() as progress:
        removed, left = personal_data.forget(
            warehouse, requester, load_settings(settings), system=system, progress=progress
        )
    print_frame(left, csv, title="Rows of the person, by file")
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
    from pipelines import personal_data
    from pipelines.settings import load_settings

    if action is KeyAction.ROTATE:
        with Reporter() as progress:
            personal_data.rotate_key(warehouse, load_settings(settings), progress=progress)
    for what, told in personal_data.key_facts(warehouse):
        print(f"{what:<12}{told}")
