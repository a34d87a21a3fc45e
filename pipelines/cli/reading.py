"""Commands that read: metrics, measure, ledger, check, sql, docs."""

import sys
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.options import (
    DEFAULT_WAREHOUSE,
    Csv,
    From,
    To,
    Warehouse,
    Where,
    conditions,
    day,
    examples,
    names,
)
from pipelines.errors import BuildError, SupportQualityError

if TYPE_CHECKING:  # pandas takes a while to import, and --help should not wait for it
    import pandas as pd

    from pipelines.api import Warehouse as OpenWarehouse

commands = typer.Typer()


@commands.command(
    rich_help_panel="Read it",
    epilog=examples("support-quality metrics", "support-quality metrics --csv"),
)
def metrics(csv: Csv = False, warehouse: Warehouse = DEFAULT_WAREHOUSE) -> None:
    """List every metric: what it says, its statistic, unit and version."""
    from pipelines.api import open_warehouse

    opened = open_warehouse(warehouse)
    found = opened.metrics()
    if not csv:
        found = found[["metric", "label", "statistic", "unit", "version", "summary"]]
    print_measured(opened, found, csv, title="Metrics")


@commands.command(
    rich_help_panel="Read it",
    epilog=examples(
        "support-quality measure first_response_seconds --by channel,language"
        " --from 2026-03-01 --to 2026-03-31",
        "support-quality measure csat --where channel=phone,live_chat --by week --csv",
        "support-quality measure handle_seconds --statistic p90 --by agent",
    ),
)
def measure(
    metric: Annotated[str, typer.Argument(metavar="METRIC", help="A name of `metrics`.")],
    by: Annotated[
        str,
        typer.Option(
            metavar="COLUMN,…",
            help="channel, language, topic, team, agent, urgency, source, day, week, month,"
            " weekday, half_hour.",
        ),
    ] = "",
    start: From = None,
    end: To = None,
    where: Where = None,
    statistic: Annotated[
        str | None, typer.Option(metavar="NAME", help="Another one that the metric allows.")
    ] = None,
    csv: Csv = False,
    warehouse: Warehouse = DEFAULT_WAREHOUSE,
) -> None:
    """Measure one metric, with n and a 95 % interval; both days of the range are included."""
    from pipelines.api import open_warehouse

    columns = names(by)
    opened = open_warehouse(warehouse)
    found = opened.measure(
        metric,
        by=columns,
        start=day(start),
        end=day(end),
        where=conditions(where),
        statistic=statistic,
    )
    unit = found.attrs["unit"]
    definition = f"{metric}, definition version {found.attrs['version']}"
    approximate = " · approximate (log histogram)" if found.attrs.get("is_approximate") else ""
    dated = sorted(set(opened.day_times()["source"])) if unit == "seconds" else []
    shown = "whole days" if dated and opened.tells_days_alone() else unit
    print_measured(
        opened,
        found[[*columns, "value", "n", "low", "high"]],
        csv,
        title=f"{found.attrs['label']} ({found.attrs['statistic']})",
        units={"value": shown, "low": shown, "high": shown},
        labels={"low": "95 % from", "high": "95 % to"},
        notes=(
            f"{definition} · unit: {unit}{approximate}",
            *(
                f"{source} tells dates, no times of day: whole days, 0: same day"
                for source in dated
            ),
        ),
    )


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


@commands.command(
    rich_help_panel="Read it",
    epilog=examples(
        'support-quality sql "SELECT channel, count(*) AS n FROM fact_contacts GROUP BY channel"',
        "support-quality sql --csv < question.sql",
        "support-quality sql  (a prompt: end a statement with ;)",
    ),
)
def sql(
    query: Annotated[
        str | None,
        typer.Argument(metavar="QUERY", help="One statement; else standard input, or a prompt."),
    ] = None,
    csv: Csv = False,
    warehouse: Warehouse = DEFAULT_WAREHOUSE,
) -> None:
    """Ask the current build in SQL, read only."""
    from pipelines.api import open_warehouse
    from pipelines.cli.tables import print_table, write_csv

    opened = open_warehouse(warehouse)
    show = write_csv if csv else print_table
    if query is None and sys.stdin.isatty():
        _prompt(opened, show)
        return
    show(opened.sql(query if query is not None else sys.stdin.read()))


def _prompt(opened: "OpenWarehouse", show) -> None:
    """Read statements up to a `;` and answer them until Ctrl-D or `exit`."""
    import readline  # noqa: F401 - gives the prompt its history and editing

    print(f"build {opened.build().build_id}, read only; end with ;  leave with exit or Ctrl-D")
    lines: list[str] = []
    while True:
        try:
            line = input("sql> " if not lines else "...> ")
        except EOFError:
            print()
            return
        except KeyboardInterrupt:
            lines = []
            print()
            continue
        if not lines and line.strip().rstrip(";").lower() in ("exit", "quit", r"\q"):
            return
        if line.strip() or lines:
            lines.append(line)
        if line.rstrip().endswith(";"):
            try:
                show(opened.sql("\n".join(lines)))
            except SupportQualityError as error:
                print(f"error: {error}", file=sys.stderr)
            lines = []


@commands.command(
    rich_help_panel="Read it",
    epilog=examples("support-quality docs", "support-quality docs --check"),
)
def docs(
    check_only: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit code 1 if a file is stale.")
    ] = False,
    warehouse: Warehouse = DEFAULT_WAREHOUSE,  # taken by every command; nothing is read from it
) -> None:
    """Write the data dictionary (data/README.md) and the README's table of exit codes."""
    from pipelines.cli import documents

    stale = documents.stale()
    for path in stale:
        print(f"stale: {path}" if check_only else f"wrote {path}")
    if check_only:
        raise typer.Exit(1 if stale else 0)
    documents.write()


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

    That the build is stale is said on standard error, where no script trips over it.
    """
    from pipelines.cli.tables import print_table, write_csv

    build = opened.build()
    if build.is_stale:
        print(f"warning: {build.build_id} is stale: {build.stale_reason}", file=sys.stderr)
    if csv:
        write_csv(frame)
        return
    cut = f"data up to {build.data_cut_at:%Y-%m-%d %H:%M} UTC · days in {build.zone}"
    print_table(
        frame,
        title=title,
        units=units,
        labels=labels,
        notes=(*notes, f"{cut} · build {build.build_id}"),
    )
