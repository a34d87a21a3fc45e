"""Commands that write: load, build, forecast, run, sample."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.options import DEFAULT_WAREHOUSE, Csv, SettingsFile, Warehouse, examples
from pipelines.cli.progress import Reporter, reporting_shares

if TYPE_CHECKING:  # pandas takes a while to import, and --help should not wait for it
    from pipelines.run import LoadReport, Published

commands = typer.Typer()

Paths = Annotated[
    list[Path], typer.Argument(metavar="PATH…", help="Export files, or folders of them.")
]
Source = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="The kind of export, where its content does not tell."),
]
Mapping = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="TOML that maps the columns of a call log or survey; by default"
        " mappings/<name>.toml beside the file.",
    ),
]
Zone = Annotated[
    str | None,
    typer.Option(
        metavar="ZONE", help="IANA zone of times written without an offset, e.g. Asia/Seoul."
    ),
]


@commands.command(
    rich_help_panel="Fill the warehouse",
    epilog=examples(
        "support-quality load exports/tickets.csv --zone Asia/Seoul",
        "support-quality load calls.csv --mapping data/reference/mappings/anonymous_bank_1999.toml",
    ),
)
def load(
    paths: Paths,
    source: Source = None,
    mapping: Mapping = None,
    zone: Zone = None,
    settings: SettingsFile = None,
    csv: Csv = False,
    warehouse: Warehouse = DEFAULT_WAREHOUSE,
) -> None:
    """Read export files into the raw store; the same content is never loaded twice."""
    from pipelines import run
    from pipelines.settings import load_settings

    load_settings(settings)
    with Reporter() as progress:
        reports = run.load(
            paths, warehouse, source=source, mapping=mapping, zone=zone, progress=progress
        )
    _print_loads(reports, csv)


@commands.command(
    rich_help_panel="Fill the warehouse",
    epilog=examples("support-quality build --settings support.toml"),
)
def build(settings: SettingsFile = None, warehouse: Warehouse = DEFAULT_WAREHOUSE) -> None:
    """Rebuild every table from the raw store, audit it and publish it (without a forecast)."""
    from pipelines import run
    from pipelines.settings import load_settings

    with Reporter() as progress:
        published = run.build(warehouse, load_settings(settings), progress=progress)
    _print_published(published)


@commands.command(
    rich_help_panel="Fill the warehouse",
    epilog=examples("support-quality forecast --warehouse data/warehouse"),
)
def forecast(settings: SettingsFile = None, warehouse: Warehouse = DEFAULT_WAREHOUSE) -> None:
    """Forecast arrivals and agents for 14 days from the current build, and publish both."""
    from pipelines import run
    from pipelines.settings import load_settings

    with Reporter() as progress:
        published = run.forecast(warehouse, load_settings(settings), progress=progress)
    _print_published(published)


@commands.command(
    "run",
    rich_help_panel="Fill the warehouse",
    epilog=examples(
        "support-quality run exports/ --zone Asia/Seoul",
        "15 2 * * * support-quality run /srv/exports --warehouse /srv/warehouse  (in a crontab)",
    ),
)
def run_all(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[PATH…]",
            help="Export files, or folders of them; without any, what is loaded is built again.",
        ),
    ] = None,
    source: Source = None,
    mapping: Mapping = None,
    zone: Zone = None,
    settings: SettingsFile = None,
    warehouse: Warehouse = DEFAULT_WAREHOUSE,
) -> None:
    """Load, build, forecast and publish, in one go: what cron calls. Nothing new is fine."""
    from pipelines import run
    from pipelines.settings import load_settings

    with Reporter() as progress:
        reports, published = run.run(
            paths or (),
            warehouse,
            load_settings(settings),
            source=source,
            mapping=mapping,
            zone=zone,
            progress=progress,
        )
    if reports:
        _print_loads(reports, csv=False)
    _print_published(published)


@commands.command(
    rich_help_panel="Try it",
    epilog=examples("support-quality sample --contacts 20000 --seed 7 --out exports"),
)
def sample(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder to write to.")],
    contacts: Annotated[int, typer.Option(metavar="N", min=1, help="How many contacts.")] = 10_000,
    seed: Annotated[int, typer.Option(metavar="S", help="Same seed, same files.")] = 1,
    warehouse: Warehouse = DEFAULT_WAREHOUSE,  # taken by every command; nothing is read from it
) -> None:
    """Write the exports of an invented exchange, with the truth beside them."""
    from pipelines import sample_exchange

    with Reporter() as progress:
        sample_exchange.write(out, contacts, seed, progress=reporting_shares(progress))
    print(f"wrote {out}; next: support-quality run {out}")


def _print_loads(reports: "list[LoadReport]", csv: bool) -> None:
    import pandas as pd

    from pipelines.cli.tables import print_table, write_csv

    frame = pd.DataFrame(
        [
            (report.file.name, report.source, report.received, report.loaded, report.quarantined,
             report.skipped_reason)
            for report in reports
        ],
        columns=["file", "source", "received", "loaded", "quarantined", "skipped"],
    )  # fmt: skip
    if csv:
        write_csv(frame)
        return
    notes = ()
    if frame["quarantined"].sum():
        notes = ("Why rows were refused: support-quality quarantine",)
    print_table(frame, title="Loaded", notes=notes)


def _print_published(published: "Published") -> None:
    from pipelines.cli.tables import spoken_duration

    print(
        f"published {published.build_id} in {spoken_duration(published.seconds)}:"
        f" {published.contacts:,} contacts, forecast for {published.queues_forecast:,} queue"
        f"{'' if published.queues_forecast == 1 else 's'}"
    )
