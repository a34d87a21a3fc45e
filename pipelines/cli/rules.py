"""Commands that set rules side by side: switchboard, differences, vendors."""

from typing import Annotated

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

Within = Annotated[
    int | None,
    typer.Option(
        "--within",
        metavar="S",
        min=0,
        help="Service levels: T in seconds, instead of each desk's target.",
    ),
]
Short = Annotated[
    int | None,
    typer.Option(
        "--short",
        metavar="S",
        min=0,
        help="Service levels: who leaves under so many seconds left at once.",
    ),
]
Limit = Annotated[int, typer.Option(metavar="N", min=1, help="At most so many rows.")]


@commands.command(
    rich_help_panel="Read it",
    epilog=examples(
        "support-quality switchboard first_response_seconds --from 2026-03-01 --to 2026-03-31",
        "support-quality switchboard service_level --within 30 --short 10",
        "support-quality switchboard full_resolution_seconds --dated-by arrival --csv",
    ),
)
def switchboard(
    metric: Annotated[str, typer.Argument(metavar="METRIC", help="A name of `metrics`.")],
    start: From = None,
    end: To = None,
    where: Where = None,
    dated_by: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="arrival or event; a table never mixes the two."),
    ] = None,
    statistic: Annotated[
        str | None, typer.Option(metavar="NAME", help="Another one that the metric allows.")
    ] = None,
    within: Within = None,
    short: Short = None,
    csv: Csv = False,
    warehouse: Warehouse = DEFAULT_WAREHOUSE,
) -> None:
    """One metric under every rule: ours, SL1-SL5, opening hours, and those of helpdesks."""
    from pipelines.api import open_warehouse

    opened = open_warehouse(warehouse)
    found = opened.switchboard(
        metric,
        start=day(start),
        end=day(end),
        where=conditions(where),
        dated_by=dated_by,
        statistic=statistic,
        within_seconds=within,
        short_abandon_seconds=short,
    )
    unit, told = found.attrs["unit"], found.attrs
    others = [date for date in told["dates"] if date != told["dated_by"]]
    notes = [f"rules dated by the {told['dated_by']} · unit: {unit}"]
    notes += [f"dated by the {date}: --dated-by {date}" for date in others]
    print_measured(
        opened,
        found if csv else found.drop(columns=["words", "system", "date"]),
        csv,
        title=f"{told['label']} ({told['statistic']}) by every rule",
        units={"value": unit, "low": unit, "high": unit},
        notes=tuple(notes),
    )


@commands.command(
    rich_help_panel="Read it",
    epilog=examples(
        "support-quality differences first_response_seconds zendesk_first_response_seconds",
        "support-quality differences service_level service_level_sl1 --within 20 --rows --csv",
    ),
)
def differences(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="A rule of `switchboard`.")],
    other: Annotated[str, typer.Argument(metavar="OTHER", help="Another one of its rules.")],
    start: From = None,
    end: To = None,
    where: Where = None,
    rows: Annotated[bool, typer.Option("--rows", help="The contacts, not their reasons.")] = False,
    within: Within = None,
    short: Short = None,
    limit: Limit = 1000,
    csv: Csv = False,
    warehouse: Warehouse = DEFAULT_WAREHOUSE,
) -> None:
    """Why two rules give two numbers: the reasons counted, or with --rows every contact."""
    from pipelines.api import open_warehouse

    opened = open_warehouse(warehouse)
    asked = {
        "start": day(start),
        "end": day(end),
        "where": conditions(where),
        "within_seconds": within,
        "short_abandon_seconds": short,
    }
    if rows:
        found = opened.differences(rule, other, **asked, limit=limit)
        notes = (f"{found.attrs['differing']:,} of {found.attrs['compared']:,} differ",)
    else:
        found, notes = opened.difference_reasons(rule, other, **asked), ()
    unit = found.attrs["unit"]
    durations = ("value", "other_value", "difference", "mean_difference")
    print_measured(
        opened,
        found,
        csv,
        title=f"{other} against {rule}",
        units=dict.fromkeys(durations, unit),
        notes=notes,
    )


@commands.command(
    rich_help_panel="Read it",
    epilog=examples(
        "support-quality vendors",
        "support-quality vendors zendesk_first_response_seconds --csv > disagreements.csv",
    ),
)
def vendors(
    rule: Annotated[
        str | None, typer.Argument(metavar="RULE", help="List the contacts that disagree.")
    ] = None,
    start: From = None,
    end: To = None,
    where: Where = None,
    limit: Limit = 1000,
    csv: Csv = False,
    warehouse: Warehouse = DEFAULT_WAREHOUSE,
) -> None:
    """How many of the helpdesk's own figures we reproduce within a minute, and why not the rest."""
    from pipelines.api import open_warehouse

    opened = open_warehouse(warehouse)
    asked = {"start": day(start), "end": day(end), "where": conditions(where)}
    if rule is None:
        print_measured(
            opened,
            opened.vendor_agreement(**asked),
            csv,
            title="The helpdesk's own figures and ours",
            units={"value": "share", "low": "share", "high": "share"},
            notes=("agreeing: within a minute · told, not recomputed: no instants to check with",),
        )
        return
    found = opened.vendor_disagreements(rule, **asked, limit=limit)
    print_measured(
        opened,
        found,
        csv,
        title=f"{rule}: not ours within a minute",
        units=dict.fromkeys(("value", "vendor_value", "difference"), found.attrs["unit"]),
        notes=tuple(f"{n:,} × {reason}" for reason, n in found.attrs["reasons"].items()),
    )
