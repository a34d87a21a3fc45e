"""Commands about agents: the staffing plan, and a calculator."""

from typing import Annotated

import typer

from pipelines.cli.options import (
    DEFAULT_WAREHOUSE,
    Csv,
    From,
    To,
    Warehouse,
    day,
    examples,
)
from pipelines.errors import UnknownNameError

commands = typer.Typer()


@commands.command(
    rich_help_panel="Plan agents",
    epilog=examples(
        "support-quality staffing --queue live_chat/ko --from 2026-03-02 --to 2026-03-08",
        "support-quality staffing --csv > plan.csv",
    ),
)
def staffing(
    queue: Annotated[
        str | None,
        typer.Option(metavar="CHANNEL/LANGUAGE", help="One queue; all of them by default."),
    ] = None,
    start: From = None,
    end: To = None,
    csv: Csv = False,
    warehouse: Warehouse = DEFAULT_WAREHOUSE,
) -> None:
    """Agents required per half hour for the forecast days, against those scheduled."""
    from pipelines.api import open_warehouse
    from pipelines.cli.reading import print_measured

    channel, language = _queue(queue)
    opened = open_warehouse(warehouse)
    plan = opened.staffing(channel, language, day(start), day(end))
    print_measured(
        opened,
        plan,
        csv,
        title="Agents required" + (f" by {queue}" if queue else ""),
        notes=("required_low and required_high span 80 % of the forecast.",),
    )


def _queue(text: str | None) -> tuple[str | None, str | None]:
    if text is None:
        return None, None
    channel, slash, language = text.partition("/")
    if not (channel and slash and language):
        raise UnknownNameError(f"--queue {text}: not a queue; write it like live_chat/ko")
    return channel, language


@commands.command(
    rich_help_panel="Plan agents",
    epilog=examples(
        "support-quality agents --arrivals 100 --interval 1800 --handle 180 --share 0.8 --within 20"
        " --shrinkage 0.3",
        "support-quality agents --arrivals 100 --handle 180 --patience 300",
    ),
)
def agents(
    arrivals: Annotated[float, typer.Option(metavar="N", min=0, help="Contacts per interval.")],
    handle: Annotated[float, typer.Option(metavar="S", help="Mean handle time, seconds.")],
    interval: Annotated[float, typer.Option(metavar="S", help="Interval, seconds.")] = 1800,
    share: Annotated[
        float, typer.Option(metavar="SHARE", help="Share to answer in time, 0 to 1.")
    ] = 0.8,
    within: Annotated[float, typer.Option(metavar="S", help="In time means within, s.")] = 20,
    patience: Annotated[
        float | None,
        typer.Option(metavar="S", help="Mean patience; with it callers may hang up (Erlang A)."),
    ] = None,
    shrinkage: Annotated[
        float, typer.Option(metavar="SHARE", help="Share of paid time away from contacts.")
    ] = 0.0,
    max_occupancy: Annotated[
        float, typer.Option(metavar="SHARE", help="Never busier than this share.")
    ] = 1.0,
    csv: Csv = False,
    warehouse: Warehouse = DEFAULT_WAREHOUSE,  # taken by every command; nothing is read from it
) -> None:
    """Calculate the agents that a volume needs: Erlang C, or Erlang A with --patience."""
    from dataclasses import asdict

    import pandas as pd

    from pipelines import api
    from pipelines.cli.tables import print_table, spoken, write_csv

    answer = asdict(
        api.agents(arrivals, interval, handle, share, within, patience, shrinkage, max_occupancy)
    )
    if csv:
        write_csv(pd.DataFrame([answer]))
        return
    said = {
        "agents": "agents taking contacts",
        "scheduled": "agents on the roster, after shrinkage",
        "service_level_share": f"answered within {spoken(within, 'seconds')}",
        "wait_probability": "wait at all",
        "wait_mean_seconds": "mean wait",
        "occupancy_share": "occupancy",
        "abandoned_share": "hang up",
    }
    units = {
        "wait_mean_seconds": "seconds",
        **{name: "share" for name in answer if name.endswith(("_share", "_probability"))},
    }
    rows = [(text, spoken(answer[name], units.get(name, ""))) for name, text in said.items()]
    model = "Erlang C" if patience is None else "Erlang A"
    print_table(
        pd.DataFrame(rows, columns=["answer", "value"]),
        title=f"{spoken(arrivals)} contacts in {spoken(interval, 'seconds')}, {model}",
    )
