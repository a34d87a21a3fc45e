"""Commands that explain: explain, baseline, funnel, analysis."""

from datetime import timedelta
from enum import StrEnum
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
from pipelines.cli.output import print_measured

if TYPE_CHECKING:
    import pandas as pd

commands = typer.Typer()

Metric = Annotated[str, typer.Argument(metavar="METRIC", help="A share or mean of `metrics`.")]
By = Annotated[
    str, typer.Option(metavar="COLUMN,…", help="channel, language, topic, team, agent, ...")
]
_VALUES = (
    "value", "low", "high", "raw", "target", "low_95", "high_95", "low_998", "high_998",
    "baseline_value", "baseline_low", "baseline_high",
)  # fmt: skip
_CHANGES = ("change", "change_low", "change_high")
LARGEST = 12
"""Groups shown to people; --csv holds all."""


@commands.command(
    rich_help_panel="Read it",
    epilog=examples(
        "support-quality explain csat --from 2026-10-19 --to 2026-11-15",
        "support-quality explain unanswered_share --by channel,language --csv",
    ),
)
def explain(
    metric: Metric,
    by: By = "channel,language,topic",
    start: From = None,
    end: To = None,
    where: Where = None,
    csv: Csv = False,
    warehouse: Warehouse = DEFAULT_WAREHOUSE,
) -> None:
    """What changed against the window before: rates within groups, or their mix, and where.

    Without --from: the last 28 days."""
    import pandas as pd

    from pipelines.api import open_warehouse

    opened = open_warehouse(warehouse)
    found = opened.what_changed(metric, names(by), day(start), day(end), conditions(where))
    frame = found.frame()
    if not csv:
        of_groups = frame[list(found.dims)].notna().any(axis=1)
        largest = frame[of_groups].assign(size=frame["value"].abs())
        largest = largest.nlargest(LARGEST, "size").drop(columns="size")
        frame = pd.concat([frame[~of_groups], largest], ignore_index=True)
    print_measured(
        opened,
        frame,
        csv,
        title=f"{found.label}: {found.start} to {found.end} against {found.previous_start} to"
        f" {found.previous_end}",
        units=dict.fromkeys(("value", "low", "high"), found.unit),
        notes=(
            "total = rate + mix: rate is what changed inside groups, mix what changed among them;"
            " of shares, all three are percentage points",
            f"{metric}, definition version {found.version} · unit: {found.unit}",
        ),
    )


@commands.command(
    rich_help_panel="Read it",
    epilog=examples("support-quality baseline csat --by language --from 2026-10-19 --csv"),
)
def baseline(
    metric: Annotated[str, typer.Argument(metavar="METRIC", help="A name of `metrics`.")],
    by: By = "language",
    start: From = None,
    end: To = None,
    where: Where = None,
    days: Annotated[int, typer.Option(min=1, help="Days before the range to compare with.")] = 84,
    csv: Csv = False,
    warehouse: Warehouse = DEFAULT_WAREHOUSE,
) -> None:
    """Each group against its own past, so that no language is ranked against another.

    Without --from: the last 28 days."""
    from pipelines.api import open_warehouse

    opened = open_warehouse(warehouse)
    found = opened.own_baseline(
        metric, names(by), day(start), day(end), conditions(where), baseline_days=days
    )
    since = found.attrs["baseline_end"] + timedelta(days=1)
    _print(
        opened, found, csv, f"{found.attrs['label']} since {since} against the {days} days before"
    )


@commands.command(
    rich_help_panel="Read it",
    epilog=examples(
        "support-quality funnel csat --by agent --from 2026-10-19",
        "support-quality funnel csat --by language --pooled --csv",
    ),
)
def funnel(
    metric: Metric,
    by: By = "language",
    start: From = None,
    end: To = None,
    where: Where = None,
    pooled: Annotated[
        bool, typer.Option("--pooled", help="Small groups drawn to the mean of all instead.")
    ] = False,
    csv: Csv = False,
    warehouse: Warehouse = DEFAULT_WAREHOUSE,
) -> None:
    """Groups against what chance allows for their size, instead of a ranking."""
    from pipelines.api import open_warehouse

    opened = open_warehouse(warehouse)
    ask = opened.pooled if pooled else opened.funnel
    found = ask(metric, names(by), day(start), day(end), conditions(where))
    _print(opened, found, csv, f"{found.attrs['label']} by {by}")


class Analysis(StrEnum):
    """What a build computes by models and tests."""

    DRIVERS = "drivers"
    IMPACTS = "impacts"
    ANOMALIES = "anomalies"
    INCIDENTS = "incidents"
    NONRESPONSE = "nonresponse"
    REPRESENTATION = "representation"
    ABSENT = "absent"


@commands.command(
    rich_help_panel="Read it",
    epilog=examples(
        "support-quality analysis anomalies",
        "support-quality analysis drivers --csv",
        "support-quality analysis absent  (what could not be told, and why)",
    ),
)
def analysis(
    name: Annotated[Analysis, typer.Argument(help="Which one.")],
    csv: Csv = False,
    warehouse: Warehouse = DEFAULT_WAREHOUSE,
) -> None:
    """What the build found: drivers of satisfaction, effects of changes, anomalies, incidents."""
    from pipelines.api import open_warehouse

    opened = open_warehouse(warehouse)
    asked = "analyses_absent" if name is Analysis.ABSENT else name.value
    _print(opened, getattr(opened, asked)(), csv, name.value.capitalize())


def _print(opened, found: "pd.DataFrame", csv: bool, title: str) -> None:
    unit = found.attrs.get("unit")
    units = None
    if unit:
        of_changes = "points" if unit == "share" else unit
        units = dict.fromkeys(found.columns.intersection(_VALUES), unit)
        units |= dict.fromkeys(found.columns.intersection(_CHANGES), of_changes)
    notes = (f"unit: {unit}",) if unit else ()
    print_measured(opened, found, csv, title=title, units=units, notes=notes)
