"""The command about scenarios: keep them, share them, and see what they come to."""

import getpass
from datetime import datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.options import DEFAULT_WAREHOUSE, Csv, Warehouse, day, examples
from pipelines.cli.planning import print_trials, queue_of
from pipelines.errors import InputError, UnknownNameError

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.api import Warehouse as OpenWarehouse
    from pipelines.forecasts.scenarios import Scenario

commands = typer.Typer()


class ScenarioAction(StrEnum):
    """What can be done with scenarios."""

    LIST = "list"
    SHOW = "show"
    HISTORY = "history"
    SAVE = "save"
    DELETE = "delete"
    APPLY = "apply"


@commands.command(
    rich_help_panel="Plan agents",
    epilog=examples(
        "support-quality scenarios",
        "support-quality scenarios save surge.toml --name 'Bitcoin at 100k'",
        "support-quality scenarios show 'Bitcoin at 100k' > surge.toml",
        "support-quality scenarios apply 'Bitcoin at 100k' --on 2026-03-09",
        "support-quality scenarios apply surge.toml --queue phone/ko --xlsx plan.xlsx",
        "support-quality scenarios apply surge.toml --queue phone/ko --try-out",
    ),
)
def scenarios(
    action: Annotated[
        ScenarioAction,
        typer.Argument(
            help="list; show: as text to share; history; save FILE; delete; apply: its plan."
        ),
    ] = ScenarioAction.LIST,
    what: Annotated[
        str | None,
        typer.Argument(metavar="NAME|FILE", help="A saved scenario, or a file (TOML, JSON)."),
    ] = None,
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="Save it under another name than its own.")
    ] = None,
    revise: Annotated[
        bool, typer.Option("--revise", help="Save over the one of this name; it stays in history.")
    ] = False,
    by: Annotated[
        str | None, typer.Option(metavar="WHO", help="Who saves or deletes; by default you.")
    ] = None,
    revision: Annotated[
        int | None, typer.Option(metavar="N", help="Show or apply an earlier revision.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Show it as JSON instead of TOML.")] = False,
    on: Annotated[
        datetime | None,
        typer.Option(
            metavar="D", formats=["%Y-%m-%d"], help="Apply it as if it began on this day."
        ),
    ] = None,
    queue: Annotated[
        str | None,
        typer.Option(metavar="CHANNEL/LANGUAGE", help="Apply it to one queue; all by default."),
    ] = None,
    ics: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the shifts under it (iCalendar).")
    ] = None,
    xlsx: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write half hours, queues and shifts under it as XLSX."),
    ] = None,
    try_out: Annotated[
        bool, typer.Option("--try-out", help="Live through the plan under it 200 times.")
    ] = False,
    csv: Csv = False,
    warehouse: Warehouse = DEFAULT_WAREHOUSE,
) -> None:
    """Scenarios of demand: surges, campaigns, outages, deflection, new languages.

    They are kept in the warehouse's folder with every revision, and shared as files. `apply`
    shows what one comes to beside the plan; --csv gives the half hours of the plan under it, and
    `staffing --scenario NAME` its shifts, persons and pooled languages too."""
    from pipelines.api import open_warehouse

    opened = open_warehouse(warehouse)
    if action is ScenarioAction.LIST:
        _list(opened, csv)
        return
    if what is None:
        raise UnknownNameError(f"scenarios {action}: name a scenario; see: scenarios list")
    if action is ScenarioAction.SHOW:
        _show(opened.scenario(what, revision).scenario, json)
    elif action is ScenarioAction.HISTORY:
        _history(opened, what, csv)
    elif action is ScenarioAction.SAVE:
        _save(opened, what, name, revise, by or _user())
    elif action is ScenarioAction.DELETE:
        gone = opened.delete_scenario(what, by or _user())
        print(f"deleted '{gone.name}'; its revisions stay: scenarios history '{gone.name}'")
    else:
        from pipelines.cli.shown_plan import named_scenario

        scenario = named_scenario(opened, what, revision)
        if on is not None:
            from pipelines.api import demand_scenarios

            scenario = demand_scenarios.moved_to_day(scenario, day(on), opened.build().zone)
        if try_out:
            trials = partial(opened.trials_under, scenario, *queue_of(queue))
            print_trials(opened, trials, csv, f"The plan under '{scenario.name}' lived through")
        else:
            _apply(opened, scenario, queue, csv, ics, xlsx)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        raise InputError("who saves or deletes is not known here: tell it with --by") from None


def _list(opened: "OpenWarehouse", csv: bool) -> None:
    from pipelines.cli.tables import print_table, write_csv

    saved = opened.scenarios()
    if csv:
        write_csv(saved)
        return
    notes = () if len(saved) else ("None is saved; write one as TOML, then: scenarios save FILE",)
    print_table(saved, title="Scenarios", notes=(*notes, "Times are UTC."))


def _show(scenario: "Scenario", json: bool) -> None:
    from pipelines.api import demand_scenarios

    written = demand_scenarios.to_json if json else demand_scenarios.to_toml
    print(written(scenario), end="")


def _history(opened: "OpenWarehouse", name: str, csv: bool) -> None:
    import pandas as pd

    from pipelines.cli.tables import print_table, write_csv

    rows = [
        (
            each.revision,
            "deleted" if each.scenario is None else "saved",
            f"{each.saved_at:%Y-%m-%dT%H:%M:%SZ}",
            each.saved_by,
        )
        for each in opened.scenario_history(name)
    ]
    if not rows:
        raise UnknownNameError(f"scenario '{name}' was never saved; see: scenarios list")
    frame = pd.DataFrame(rows, columns=["revision", "what", "at", "by"])
    write_csv(frame) if csv else print_table(frame, title=f"History of {name}")


def _save(opened: "OpenWarehouse", file: str, name: str | None, revise: bool, by: str) -> None:
    from dataclasses import replace

    from pipelines.cli.shown_plan import scenario_in

    scenario = scenario_in(Path(file))
    if name is not None:
        scenario = replace(scenario, name=name.strip())
    seen = opened.scenario(scenario.name).revision if revise else None
    kept = opened.save_scenario(scenario, by, replaces=seen)
    print(f"saved '{kept.name}', revision {kept.revision}, by {kept.saved_by}")


def _apply(
    opened: "OpenWarehouse",
    scenario: "Scenario",
    queue: str | None,
    csv: bool,
    ics: Path | None,
    xlsx: Path | None,
) -> None:
    from pipelines.api import with_clock
    from pipelines.cli.output import print_measured
    from pipelines.cli.shown_plan import ShownPlan, write_files

    of = queue_of(queue)
    if csv:
        print_measured(opened, with_clock(opened.staffing_under(scenario, *of)), csv, title="")
        return
    found = opened.effect_of_scenario(scenario, *of)
    if ics or xlsx:
        write_files(ShownPlan(opened, *of, scenario=scenario), ics, xlsx, queues=found)
        return
    whole = opened.effect_of_scenario(scenario, *of, by=()).assign(channel="all", language="")
    weeks = opened.weeks_under(scenario, *(each or "*" for each in of))
    print_measured(
        opened,
        _spoken(found, whole),
        csv,
        title=f"The plan under '{scenario.name}'",
        notes=(
            *(f"Contacts {_week_words(week)}" for week in weeks.itertuples()),
            "Hours: agent-hours to schedule over the plan's days. Queues without a change are"
            " counted in `all` only.",
        ),
    )


def _week_words(week) -> str:
    return (
        f"{week.starts_on:%Y-%m-%d} to {week.ends_on:%Y-%m-%d}: {week.before_mean:,.0f}"
        f" (80 %: {week.before_q10:,.0f}–{week.before_q90:,.0f}), under it {week.mean:,.0f}"
        f" (80 %: {week.q10:,.0f}–{week.q90:,.0f})"
    )


def _spoken(found: "pd.DataFrame", whole: "pd.DataFrame") -> "pd.DataFrame":
    """The queues that change, and all of them together, with the columns that people compare."""
    import pandas as pd

    changed = found[(found["contacts_added"].abs() > 1e-9) | (found["hours_added"] != 0)]
    rows = pd.concat([whole, changed], ignore_index=True)
    queue = rows["channel"].str.cat(rows["language"].where(rows["language"] != ""), "/", na_rep="")
    told = {"queue": queue.str.rstrip("/")}
    for name in ("contacts", "hours", "cost"):
        told[name] = rows[f"{name}_before"]
        told[f"{name} under it"] = rows[f"{name}_after"]
        told[f"{name} +"] = rows[f"{name}_added"]
    return pd.DataFrame(told)
