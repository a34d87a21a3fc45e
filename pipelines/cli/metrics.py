"""Commands that ask for numbers: metrics, measure, sql."""

import sys
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
from pipelines.cli.output import print_frame, print_measured
from pipelines.errors import SupportQualityError

if TYPE_CHECKING:  # pandas takes a while to import, and --help should not wait for it
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

    opened = open_warehouse(warehouse)
    if query is None and sys.stdin.isatty():
        _prompt(opened, csv)
        return
    print_frame(opened.sql(query if query is not None else sys.stdin.read()), csv)


def _prompt(opened: "OpenWarehouse", csv: bool) -> None:
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
                print_frame(opened.sql("\n".join(lines)), csv)
            except SupportQualityError as error:
                print(f"error: {error}", file=sys.stderr)
            lines = []
