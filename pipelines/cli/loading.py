"""Commands that fill the warehouse: load, build, forecast, run; and sample, exports to load."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.options import DEFAULT_WAREHOUSE, Csv, SettingsFile, Warehouse, examples
from pipelines.cli.output import print_loads
from pipelines.cli.progress import Reporter, reporting_shares

if TYPE_CHECKING:  # pandas takes a while to import, and --help should not wait for it
    from pipelines.run import LoadReport, Published

commands = typer.Typer()

PASSWORD_VARIABLE = "SUPPORT_QUALITY_PASSWORD"

Paths = Annotated[
    list[Path], typer.Argument(metavar="PATH", help="Export files, or folders of them.")
]
Source = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="The kind of export, where its content does not tell."),
]
Mapping = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="TOML that tells what an export's columns mean, or a folder of such files named after"
        " the exports; by default the folder mappings beside each export or a folder around it.",
    ),
]
Zone = Annotated[
    str | None,
    typer.Option(
        metavar="ZONE", help="IANA zone of times written without an offset, e.g. Asia/Seoul."
    ),
]
Encoding = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Encoding of the files' text, such as cp949, where it can't be told for certain.",
    ),
]
PasswordFile = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="File whose first line is the password of protected workbooks and zips; or set"
        f" {PASSWORD_VARIABLE}.",
    ),
]
Full = Annotated[
    bool,
    typer.Option(
        "--full",
        help="Each file holds all contacts of its period: earlier loaded ones that it lacks were"
        " deleted.",
    ),
]
Again = Annotated[
    bool,
    typer.Option(
        "--again",
        help="Read anew what was loaded before, with another mapping or zone: it takes the place"
        " of the earlier load.",
    ),
]


class EngineName(StrEnum):
    """Who runs the SQL of a build."""

    DUCKDB = "duckdb"
    SPARK = "spark"


Engine = Annotated[
    EngineName,
    typer.Option(help="Who runs the SQL of the build; what is published is the same."),
]
Master = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="Where Spark runs: local[2], spark://host:7077, yarn; by default this machine.",
    ),
]


@commands.command(
    rich_help_panel="Fill the warehouse",
    epilog=examples(
        "support-quality load exports/tickets.csv --zone Asia/Seoul",
        "support-quality load userchat.xlsx --password-file secret.txt",
        "support-quality load calls.csv --mapping data/reference/mappings/anonymous_bank_1999.toml",
    ),
)
def load(
    paths: Paths,
    source: Source = None,
    mapping: Mapping = None,
    zone: Zone = None,
    encoding: Encoding = None,
    password_file: PasswordFile = None,
    full: Full = False,
    again: Again = False,
    settings: SettingsFile = None,
    csv: Csv = False,
    warehouse: Warehouse = DEFAULT_WAREHOUSE,
) -> None:
    """Read export files into the raw store; the same content is never loaded twice.

    A file that can't be read keeps no other from being loaded; each has its line of error."""
    from pipelines import run
    from pipelines.settings import load_settings

    load_settings(settings)
    with _printed_loads(csv) as reports, Reporter() as progress:
        run.load(
            paths,
            warehouse,
            source=source,
            mapping=mapping,
            zone=zone,
            encoding=encoding,
            password=told_password(password_file),
            is_full=full,
            again=again,
            progress=progress,
            report=reports.append,
        )
        if not reports and not csv:
            print("nothing to load: the folder holds no exports")


@commands.command(
    rich_help_panel="Fill the warehouse",
    epilog=examples(
        "support-quality build --settings support.toml",
        "support-quality build --engine spark --master spark://10.0.0.5:7077",
    ),
)
def build(
    engine: Engine = EngineName.DUCKDB,
    master: Master = None,
    settings: SettingsFile = None,
    warehouse: Warehouse = DEFAULT_WAREHOUSE,
) -> None:
    """Rebuild every table from the raw store, audit it and publish it (without a forecast)."""
    from pipelines import run
    from pipelines.settings import load_settings

    with Reporter() as progress:
        published = run.build(
            warehouse,
            load_settings(settings),
            engine=engine.value,
            master=told_master(engine, master),
            progress=progress,
        )
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
            metavar="PATH",
            help="Export files, or folders of them; without any, what is loaded is built again.",
        ),
    ] = None,
    source: Source = None,
    mapping: Mapping = None,
    zone: Zone = None,
    encoding: Encoding = None,
    password_file: PasswordFile = None,
    full: Full = False,
    engine: Engine = EngineName.DUCKDB,
    master: Master = None,
    settings: SettingsFile = None,
    warehouse: Warehouse = DEFAULT_WAREHOUSE,
) -> None:
    """Load, build, forecast and publish, in one go: what cron calls. Nothing new is fine."""
    from pipelines import run
    from pipelines.settings import load_settings

    with _printed_loads(csv=False) as reports, Reporter() as progress:
        _, published = run.run(
            paths or (),
            warehouse,
            load_settings(settings),
            source=source,
            mapping=mapping,
            zone=zone,
            encoding=encoding,
            password=told_password(password_file),
            is_full=full,
            engine=engine.value,
            master=told_master(engine, master),
            progress=progress,
            report=reports.append,
        )
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


def told_password(file: Path | None) -> str | None:
    """The first line of a password file, else what the environment holds.

    Raises InputError where the file can't be read."""
    if file is None:
        return os.environ.get(PASSWORD_VARIABLE)
    try:
        return (file.read_text(encoding="utf-8-sig").splitlines() or [""])[0]
    except (OSError, UnicodeDecodeError) as error:
        from pipelines.errors import InputError

        raise InputError(f"{file}: no readable password file ({type(error).__name__})") from None


def told_master(engine: EngineName, master: str | None) -> str | None:
    """Where Spark runs; a master for another engine is a mistake that nobody should find late."""
    if master is not None and engine is not EngineName.SPARK:
        raise typer.BadParameter("--master goes with --engine spark")
    return master


@contextmanager
def _printed_loads(csv: bool) -> "Iterator[list[LoadReport]]":
    """A list for reports of loaded files, printed in the end, whatever the end is."""
    reports: list[LoadReport] = []
    try:
        yield reports
    finally:
        if reports or csv:
            print_loads(reports, csv)


def _print_published(published: "Published") -> None:
    from pipelines.cli.tables import spoken_duration

    print(
        f"published {published.build_id} in {spoken_duration(published.seconds)}:"
        f" {published.contacts:,} contacts, forecast for {published.queues_forecast:,} queue"
        f"{'' if published.queues_forecast == 1 else 's'}"
    )
