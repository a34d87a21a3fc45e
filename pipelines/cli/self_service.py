"""Commands on the help centre: searches, gaps."""

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
)
from pipelines.cli.output import print_measured

commands = typer.Typer()


@commands.command(
    rich_help_panel="Read it",
    epilog=examples("support-quality searches --where language=ja --csv"),
)
def searches(
    start: From = None,
    end: To = None,
    where: Where = None,
    csv: Csv = False,
    warehouse: Warehouse = DEFAULT_WAREHOUSE,
) -> None:
    """What was searched for in the help centre, the words that found nothing first."""
    from pipelines.api import open_warehouse

    opened = open_warehouse(warehouse)
    found = opened.searches(day(start), day(end), conditions(where))
    print_measured(
        opened,
        found,
        csv,
        title="Searches",
        units=dict.fromkeys(("value", "low", "high"), "share"),
        labels={"value": "without a result"},
    )


@commands.command(
    rich_help_panel="Read it",
    epilog=examples("support-quality gaps --from 2026-10-19 --to 2026-11-15"),
)
def gaps(
    start: From = None,
    end: To = None,
    where: Where = None,
    csv: Csv = False,
    warehouse: Warehouse = DEFAULT_WAREHOUSE,
) -> None:
    """Topics of each language with their contacts and articles, those without an article first."""
    from pipelines.api import open_warehouse

    opened = open_warehouse(warehouse)
    found = opened.article_gaps(day(start), day(end), conditions(where))
    labels = {"value": "contacts per 1,000 views", "n": "contacts"}
    print_measured(opened, found, csv, title="Article gaps", labels=labels)
