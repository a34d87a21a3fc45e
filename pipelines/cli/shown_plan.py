"""The plan that a command is about: as published, or under a scenario and other changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.errors import InputError, UnknownNameError

if TYPE_CHECKING:  # pandas takes a while to import, and --help should not wait for it
    import pandas as pd

    from pipelines.api import Scenario as Changes
    from pipelines.api import Warehouse
    from pipelines.forecasts.scenarios import Scenario


CHANGES = {
    "volume": ("volume_change_share", float),
    "surge_on": ("surge_on", date.fromisoformat),
    "surge": ("surge_change_share", float),
    "handle": ("handle_change_share", float),
    "shrinkage": ("shrinkage", float),
    "target": ("target_share", float),
    "within": ("within_seconds", float),
    "busy": ("max_occupancy", float),
    "chats": ("concurrency", int),
}
"""What `--change` takes -> the field of `staffing.what_if.Scenario`, and how it is read. The names
are those of a link to Staffing."""


def changes_of(told: Sequence[str]) -> "Changes | None":
    """`["volume=0.5", "shrinkage=0.35"]` as what it changes; None of nothing.

    Raises InputError for what is no change, or no number.
    """
    from pipelines.api import Scenario as Changes

    found = {}
    for each in told:
        name, _, value = each.partition("=")
        if name not in CHANGES:
            raise InputError(f"--change {each}: write NAME=VALUE, of {', '.join(CHANGES)}")
        field, read = CHANGES[name]
        try:
            found[field] = read(value)
        except ValueError:
            raise InputError(f"--change {each}: {value!r} is no {_KINDS[read]}") from None
    if ("surge_on" in found) != ("surge_change_share" in found):
        raise InputError("--change: surge and surge_on go together: by how much, and on which day")
    return Changes(**found) if found else None


_KINDS = {float: "number", int: "whole number", date.fromisoformat: "day, such as 2026-03-09"}


def named_scenario(opened: "Warehouse", what: str, revision: int | None = None) -> "Scenario":
    """A file of that path, else a saved scenario of that name."""
    if Path(what).is_file():
        return scenario_in(Path(what))
    return opened.scenario(what, revision).scenario


def scenario_in(path: Path) -> "Scenario":
    """The scenario that a TOML or JSON file tells. Raises InputError, naming the file."""
    from pipelines.api import demand_scenarios

    try:
        return demand_scenarios.from_text(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}; name a TOML or JSON file") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: not UTF-8 text; save it as UTF-8") from None
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


@dataclass(frozen=True)
class ShownPlan:
    """Some queues and days of the published plan, or of one under a scenario and `changes`, which
    are of each of these queues; the chats held at once are those of desks for chats."""

    opened: "Warehouse"
    channel: str | None = None
    language: str | None = None
    start: date | None = None
    end: date | None = None
    scenario: "Scenario | None" = None
    told: tuple[str, ...] = ()

    @property
    def changes(self) -> "Mapping[tuple[str, str], Changes]":
        """By queue."""
        if (asked := changes_of(self.told)) is None:
            return {}
        first, last = (self.opened.staffing()["local_on"].agg(each) for each in ("min", "max"))
        if asked.surge_on and not first.date() <= asked.surge_on <= last.date():
            days = f"{first:%Y-%m-%d} to {last:%Y-%m-%d}"
            raise InputError(f"--change surge_on={asked.surge_on}: no day of the plan, {days}")
        known = self.opened.staffing(self.channel, self.language)
        return {
            (channel, language): asked
            if channel == "live_chat"
            else replace(asked, concurrency=None)
            for channel, language in known[["channel", "language"]].drop_duplicates().to_numpy()
        }

    @property
    def is_published(self) -> bool:
        """Whether it is the plan as published."""
        return self.scenario is None and not self.told

    @property
    def under(self) -> str:
        """What it is under, for titles; "" for the published plan."""
        name = self.scenario.name if self.scenario else ""
        return " + ".join(part for part in (name, ", ".join(self.told)) if part)

    @property
    def site(self) -> str:
        """Whose calendar its shifts are: events of other plans are others."""
        name = self.opened.build().site_name
        return name if self.is_published else f"{name} · {self.under}"

    @property
    def about(self) -> dict[str, str]:
        """What a workbook says of it."""
        build = self.opened.build()
        told = {"build": build.build_id, "zone": build.zone}
        told |= {"scenario": self.scenario.name} if self.scenario else {}
        return told | ({"changes": ", ".join(self.told)} if self.told else {})

    def half_hours(self) -> "pd.DataFrame":
        """As `Warehouse.staffing`."""
        if self.is_published:
            return self.opened.staffing(*self._rows)
        return self._of_days(self.opened.staffing_under(*self._asked))

    def rosters(self) -> "tuple[pd.DataFrame, pd.DataFrame]":
        """Its shifts, and who works them."""
        if self.is_published:
            return self.opened.shifts(*self._rows), self.opened.tours(*self._rows)
        shifts, tours = self.opened.rosters_under(*self._asked)
        return self._of_days(shifts), self._of_days(tours)

    def trials(self, is_scheduled: bool) -> "pd.DataFrame":
        """As `Warehouse.trials`."""
        scenario, channel, language, changes = self._asked
        told = {"is_scheduled": is_scheduled, "changes": changes}
        return self.opened.trials_under(scenario, channel, language, **told)

    def pool(self, languages: Sequence[str]) -> "pd.DataFrame":
        """Languages of the channel apart and pooled: `pooled_by_language`."""
        from pipelines import api
        from pipelines.staffing.requirement import LIVE_CHANNELS

        if self.channel is None:
            raise UnknownNameError("--pool: name the channel by a queue: --queue phone/ko")
        if self.channel not in LIVE_CHANNELS:
            raise InputError(
                "--pool: calls and chats gain from pooling, work with a promise does not"
            )
        asked = (self.scenario, self.channel, None, self.changes)
        plan = self._of_days(self.opened.staffing_under(*asked))
        unknown = [each for each in languages if each not in set(plan["language"])]
        if unknown or len(languages) < 2:
            known = ", ".join(sorted(set(plan["language"])))
            raise UnknownNameError(f"--pool: name two or more languages, of {known}")
        desks = self.opened.desks_under(*asked)
        return api.pooled_by_language(api.pool_plan(plan, desks, list(languages)))

    @property
    def _asked(self) -> tuple:
        return self.scenario, self.channel, self.language, self.changes

    @property
    def _rows(self) -> tuple:
        return self.channel, self.language, self.start, self.end

    def _of_days(self, rows: "pd.DataFrame") -> "pd.DataFrame":
        import pandas as pd

        from pipelines.api.selection import as_range

        first, last = as_range(self.start, self.end)
        days = rows["local_on"]
        kept = days.between(
            *(pd.Timestamp(each or end) for each, end in ((first, days.min()), (last, days.max())))
        )
        return rows[kept].reset_index(drop=True)


def write_files(
    plan: ShownPlan,
    ics: Path | None,
    xlsx: Path | None,
    *,
    of_persons: bool = False,
    **sheets: "pd.DataFrame",
) -> None:
    """Shifts as a calendar (`of_persons`: each person's), half hours, shifts and persons as XLSX,
    with further sheets in between."""
    from pipelines.api import icalendar_bytes, with_clock, xlsx_bytes
    from pipelines.cli.output import write_file

    shifts, tours = plan.rosters()
    if ics:
        made_at = plan.opened.build().created_at
        write_file(ics, icalendar_bytes(tours if of_persons else shifts, plan.site, made_at))
    if xlsx:
        half_hours = plan.half_hours()
        half_hours.attrs = plan.about
        sheets |= {"shifts": with_clock(shifts), "tours": with_clock(tours)}
        assumed = plan.opened.staffing_queues()
        write_file(xlsx, xlsx_bytes(with_clock(half_hours), **sheets, assumptions=assumed))
