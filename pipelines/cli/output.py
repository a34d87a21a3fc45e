"""What commands print, and the files they write."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from pipelines.errors import StorageError

if TYPE_CHECKING:  # pandas takes a while to import, and --help should not wait for it
    import pandas as pd

    from pipelines.api import Warehouse as OpenWarehouse
    from pipelines.run import LoadReport

_INTERVAL = {"low": "95 % from", "high": "95 % to"}


def print_frame(frame: "pd.DataFrame", csv: bool, **told: object) -> None:
    """Print a frame as tidy CSV, else as a table; `told`: see tables.print_table."""
    from pipelines.cli.tables import print_table, write_csv

    if csv:
        write_csv(frame)
    else:
        print_table(frame, **told)


def print_measured(
    opened: "OpenWarehouse",
    frame: "pd.DataFrame",
    csv: bool,
    *,
    title: str,
    units: dict[str, str] | None = None,
    labels: dict[str, str] | None = None,
    notes: tuple[str, ...] = (),
) -> None:
    """Print a frame of the current build; for people, with the build's data cut below it.

    `low` and `high` are called what they are: 95 % limits. That the build is stale is said on
    standard error, where no script trips over it.
    """
    build = opened.build()
    if build.is_stale:
        print(f"warning: {build.build_id} is stale: {build.stale_reason}", file=sys.stderr)
    cut = f"data up to {build.data_cut_at:%Y-%m-%d %H:%M} UTC · days in {build.zone}"
    print_frame(
        frame,
        csv,
        title=title,
        units=units,
        labels={**_INTERVAL, **(labels or {})},
        notes=(*notes, f"{cut} · build {build.build_id}"),
    )


def print_loads(reports: "list[LoadReport]", csv: bool) -> None:
    """One row per file: what it was recognised as, and what became of its rows."""
    import pandas as pd

    columns = ["file", "source", "format", "received", "loaded", "quarantined", "skipped"]
    frame = pd.DataFrame(
        [
            (report.file.name, report.source, report.format, report.received, report.loaded,
             report.quarantined, report.skipped_reason)
            for report in reports
        ],
        columns=columns,
    )  # fmt: skip
    notes = ()
    if frame["quarantined"].sum():
        notes = ("Why rows were refused: support-quality quarantine",)
    print_frame(frame, csv, title="Loaded", notes=notes)


def write_file(path: Path, content: bytes) -> None:
    """Write a file and say so. Raises StorageError where the folder does not take it."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise StorageError(
            f"{path}: {error.strerror}; name a file in a folder that is there"
        ) from None
    typer.echo(f"wrote {path}")
