"""Commands about agents: the staffing plan, and a calculator."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.options import (
    DEFAULT_WAREHOUSE,
    Csv,
    From,
    To,
    Warehouse,
    day,
    examples,
    names,
)
from pipelines.errors import UnknownNameError

if TYPE_CHECKING:  # pandas takes a while to import, and --help should not wait for it
    import pandas as pd

commands = typer.Typer()


@commands.command(
    rich_help_panel="Plan agents",
    epilog=examples(
        "support-quality staffing --queue live_chat/ko --from 2026-03-02 --to 2026-03-08",
        "support-quality staffing --csv > plan.csv",
        "support-quality staffing --shifts --queue phone/ko",
        "support-quality staffing --tours --queue phone/ko --csv > who_works_when.csv",
        "support-quality staffing --ics shifts.ics --xlsx plan.xlsx",
        "support-quality staffing --queue phone/ko --try-out",
        "support-quality staffing --queue phone/ko --change volume=0.5 --change busy=0.9 --tours",
        "support-quality staffing --queue live_chat/ko --scenario 'Bitcoin at 100k' --pool ko,ja",
    ),
)
def staffing(
    queue: Annotated[
        str | None,
        typer.Option(metavar="CHANNEL/LANGUAGE", help="One queue; all of them by default."),
    ] = None,
    start: From = None,
    end: To = None,
    shifts: Annotated[
        bool, typer.Option("--shifts", help="The shifts that cover it instead of half hours.")
    ] = False,
    tours: Annotated[
        bool,
        typer.Option("--tours", help="Who works when: the shifts of each (nameless) person."),
    ] = False,
    try_out: Annotated[
        bool,
        typer.Option("--try-out", help="Live through the plan 200 times: what share is in time."),
    ] = False,
    ics: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write the shifts as a calendar (iCalendar, UTC); with --tours, each person's.",
        ),
    ] = None,
    xlsx: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write half hours, shifts, persons and assumptions as XLSX."
        ),
    ] = None,
    pool: Annotated[
        str | None,
        typer.Option(
            metavar="LANGUAGES", help="These languages of --queue's channel, apart and as one pool."
        ),
    ] = None,
    scenario: Annotated[
        str | None,
        typer.Option(metavar="NAME|FILE", help="All of it under a saved scenario, or a file's."),
    ] = None,
    change: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE",
            help="What else is different, of --queue (of every queue by default); shares of 1:"
            " volume, surge_on (a day), surge, handle, shrinkage, target, within (seconds), busy,"
            " chats (at once). May be repeated.",
        ),
    ] = None,
    csv: Csv = False,
    warehouse: Warehouse = DEFAULT_WAREHOUSE,
) -> None:
    """Agents required per half hour for the forecast days, against those scheduled."""
    from pipelines.api import open_warehouse, with_clock
    from pipelines.cli.output import print_measured
    from pipelines.cli.shown_plan import ShownPlan, named_scenario, write_files

    channel, language = queue_of(queue)
    opened = open_warehouse(warehouse)
    base = None if scenario is None else named_scenario(opened, scenario)
    days = (day(start), day(end))
    shown = ShownPlan(opened, channel, language, *days, base, tuple(change or ()))

    def titled(what: str) -> str:
        told = (what, queue, f"under {shown.under}" if shown.under else None)
        return "" if csv else ", ".join(part for part in told if part)

    if ics or xlsx:
        write_files(shown, ics, xlsx, of_persons=tours)
        return
    if pool:
        told = shown.pool(names(pool))
        notes = (
            "At the mean of the forecast, in half hours in which two of them or more are open,"
            " before shrinkage. language *: all together.",
        )
        print_measured(opened, told, csv, title=titled("Languages apart and pooled"), notes=notes)
        return
    if shifts:
        roster = shown.rosters()[0]
        if not csv:
            roster = _by_shift(roster, opened.build().zone)
        title = titled("Shifts that cover the plan")
        print_measured(opened, roster, csv, title=title, notes=_SHIFT_NOTES)
        return
    if tours:
        persons = shown.rosters()[1]
        if not csv:
            persons = _by_person(persons, opened.build().zone)
        print_measured(opened, persons, csv, title=titled("Who works when"), notes=_TOUR_NOTES)
        return
    if try_out:
        if start or end:
            raise typer.BadParameter("--try-out takes the whole plan, without --from and --to")
        print_trials(opened, shown.trials, csv, titled("The plan lived through"))
        return
    plan = shown.half_hours()
    if csv:
        print_measured(opened, with_clock(plan), csv, title="")
        return
    notes = () if len(plan) else ("No forecast covers this; run: support-quality forecast",)
    if (plan["method"] == "days_only").any():
        notes = (*notes, _DAYS_ONLY_NOTE)
    if queue is None:
        print_measured(
            opened,
            _by_queue(plan),
            csv,
            title=titled("Agents required, by queue"),
            notes=(*notes, "Half hours of a queue: --queue CHANNEL/LANGUAGE; all of them: --csv"),
        )
        return
    print_measured(
        opened,
        _by_half_hour(plan),
        csv,
        title=titled("Agents required"),
        units={
            "service level": "share",
            "target missed": "share",
            "occupancy": "share",
            "mean wait": "seconds",
        },
        notes=(
            *notes,
            "Closed half hours are left out. To schedule: required, and what shrinkage takes.",
            "80 %: required at the 10 % and 90 % quantiles of what may come.",
            "Target missed: how likely, over all that may come.",
        ),
    )


_DAYS_ONLY_NOTE = (
    "No agents for calls and chats whose export tells days, not times of day: nobody knows how"
    " many come in a half hour."
)
_SHIFT_NOTES = (
    "Local times of the site. People: whom the queue's plan takes, with rest, days off and weekly"
    " hours kept for each; at least: whom no way to deal out these shifts can do without.",
)
_TOUR_NOTES = (
    "Local times of the site. Persons are numbers, and stand for nobody in particular.",
    "Rest: since the person's shift before. Week: paid hours in this week of the plan.",
)


_TRIAL_UNITS = {
    **dict.fromkeys(
        ("target", "reached", "in 9 of 10", "days kept", "hang up", "occupancy"), "share"
    ),
    "mean wait": "seconds",
}
_TRIAL_NOTES = (
    "Contacts come by chance, on days as unsure as their forecast is. Reached: answered in time; of"
    " deferrable work, done as promised. In 9 of 10: what nine of ten runs reached at least. Days"
    " kept: of deferrable work, days on which all that is due is done, as `staffed_to` asks for.",
    "Scheduled: the people of the schedule after shrinkage; queues without one have no such row,"
    " nor have those that expect fewer than 30 contacts, or none that is due in these days.",
)


def print_trials(opened, trials: "Callable[..., pd.DataFrame]", csv: bool, title: str) -> None:
    """`trials` (of a plan, or of one under a scenario) with the people required, and with those
    scheduled."""
    import pandas as pd

    from pipelines.cli.output import print_measured

    both = [trials(is_scheduled=each) for each in (False, True)]
    found = pd.concat([each for each in both if len(each)] or both[:1], ignore_index=True)
    told = {"units": _TRIAL_UNITS, "notes": _TRIAL_NOTES}
    shown = found if csv else _reached(found)
    print_measured(opened, shown, csv, title="" if csv else title, **told)


def _reached(found: "pd.DataFrame") -> "pd.DataFrame":
    """Trials with the columns that people read, queue by queue."""
    found = found.sort_values(["channel", "language", "is_scheduled"], ignore_index=True)
    told = {
        "queue": found["channel"] + "/" + found["language"],
        "people": found["is_scheduled"].map({False: "required", True: "scheduled"}),
    }
    return found.assign(**told).rename(columns=_TRIAL_LABELS)[list(_TRIAL_LABELS.values())]


_TRIAL_LABELS = {
    "queue": "queue",
    "people": "people",
    "contacts": "n",
    "target_share": "target",
    "reached_share": "reached",
    "nine_in_ten_share": "in 9 of 10",
    "kept_days_share": "days kept",
    "abandoned_share": "hang up",
    "wait_mean_seconds": "mean wait",
    "occupancy_share": "occupancy",
}


def _by_shift(shifts: "pd.DataFrame", zone: str) -> "pd.DataFrame":
    """Shifts with the columns that people read: clock times of the site."""
    return _on_the_clock(shifts, zone).assign(
        **{
            "agents": shifts["agents"],
            "paid hours": shifts["paid_hours"],
            "cost": shifts["cost"],
            "people": shifts["people"],
            "at least": shifts["people_at_least"],
        }
    )


def _by_person(tours: "pd.DataFrame", zone: str) -> "pd.DataFrame":
    """Persons' shifts with the columns that people read."""
    table = _on_the_clock(tours, zone).assign(
        **{
            "paid hours": tours["paid_hours"],
            "rest": tours["rest_hours"],
            "day in a row": tours["day_in_a_row"],
            "week": tours["week_hours"],
        }
    )
    table.insert(1, "person", tours["person"])
    if tours["is_beyond_headcount"].notna().any():
        table["beyond headcount"] = tours["is_beyond_headcount"]
    return table


def _on_the_clock(shifts: "pd.DataFrame", zone: str) -> "pd.DataFrame":
    """Queue, day, start, end and break of shifts or of persons' shifts, on the site's clock."""
    import pandas as pd

    clock = {
        name: shifts[name].dt.tz_localize("UTC").dt.tz_convert(zone).dt.strftime("%H:%M")
        for name in ("starts_at", "ends_at", "break_starts_at", "break_ends_at")
    }
    return pd.DataFrame(
        {
            "queue": shifts["channel"] + "/" + shifts["language"],
            "day": shifts["local_on"],
            "from": clock["starts_at"],
            "until": clock["ends_at"],
            "break": (clock["break_starts_at"] + "–" + clock["break_ends_at"]),
        }
    )


def _by_half_hour(plan: "pd.DataFrame") -> "pd.DataFrame":
    """The half hours of one queue in which it takes anybody, with the columns people compare."""
    plan = plan[plan["required_agents"].notna()]
    clock = [f"{slot // 2:02d}:{slot % 2 * 30:02d}" for slot in plan["local_slot"]]
    return plan.assign(time=clock, band=[f"{low}–{high}" for low, high in _pairs(plan)])[
        list(_HALF_HOUR_LABELS)
    ].rename(columns=_HALF_HOUR_LABELS)


def _pairs(plan: "pd.DataFrame") -> zip:
    return zip(
        plan["required_low"].astype("Int64"), plan["required_high"].astype("Int64"), strict=True
    )


_HALF_HOUR_LABELS = {
    "local_on": "day",
    "time": "time",
    "expected_contacts": "contacts",
    "required_agents": "required",
    "band": "80 %",
    "required_scheduled": "to schedule",
    "scheduled_agents": "scheduled",
    "gap": "gap",
    "service_level_share": "service level",
    "miss_probability": "target missed",
    "occupancy_share": "occupancy",
    "wait_mean_seconds": "mean wait",
}


def _by_queue(plan: "pd.DataFrame") -> "pd.DataFrame":
    """One row per queue, by name: `shortage` with the columns that people compare."""
    from pipelines.api import shortage

    key = ["channel", "language"]
    found = shortage(plan).sort_values(key, ignore_index=True)
    peaks = plan.groupby(key)["required_agents"].max()
    missed = found["missed_half_hours"] / found["live_half_hours"].where(lambda n: n > 0)
    return found.assign(
        **{
            "queue": found["channel"] + "/" + found["language"],
            "peak required": peaks.reindex(found.set_index(key).index).to_numpy(),
            "target missed": [missed_words(share) for share in missed],
        }
    ).rename(columns=_QUEUE_LABELS)[list(_QUEUE_LABELS.values())]


_QUEUE_LABELS = {
    "queue": "queue",
    "expected_contacts": "contacts",
    "peak required": "peak required",
    "required_agent_hours": "hours to schedule",
    "scheduled_agent_hours": "hours scheduled",
    "short_half_hours": "half hours short",
    "worst_gap": "largest gap",
    "target missed": "target missed",
}


def missed_words(share: float) -> str | None:
    """'1 in 9' of the half hours that have a target, '7 in 10'; None where none has (NaN)."""
    from pipelines.api import odds

    if math.isnan(share):
        return None
    told = odds(share)
    return f"{told[0]} in {told[1]}" if told else "hardly ever"


def queue_of(text: str | None) -> tuple[str | None, str | None]:
    """Channel and language of `live_chat/ko`; both None without one. Raises UnknownNameError."""
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
        "support-quality agents --arrivals 60 --handle 540 --within 60 --at-once 3 --slower 0.15",
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
    at_once: Annotated[
        int, typer.Option(metavar="K", min=1, help="Chats that an agent holds at once.")
    ] = 1,
    slower: Annotated[
        float,
        typer.Option(
            metavar="SHARE", min=0, help="By how much each further one lengthens all of them."
        ),
    ] = 0.0,
    csv: Csv = False,
    warehouse: Warehouse = DEFAULT_WAREHOUSE,  # taken by every command; nothing is read from it
) -> None:
    """Calculate the agents that a volume needs: Erlang C, Erlang A with --patience, or the plan's
    formula for chats with --at-once."""
    from dataclasses import asdict

    import pandas as pd

    from pipelines import api
    from pipelines.cli.tables import print_table, spoken, write_csv

    answer = asdict(
        api.agents(
            arrivals,
            interval,
            handle,
            share,
            within,
            patience,
            shrinkage,
            max_occupancy,
            api.Concurrency(at_once, slower),
        )
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
    model = "Erlang C" if patience in (None, math.inf) else "Erlang A"
    if at_once > 1:
        model = f"{at_once} chats at once"
    print_table(
        pd.DataFrame(rows, columns=["answer", "value"]),
        title=f"{spoken(arrivals)} contacts in {spoken(interval, 'seconds')}, {model}",
    )
