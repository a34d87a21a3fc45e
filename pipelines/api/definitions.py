"""What a metric means and what a build is, as frozen values."""

import re
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd

PERCENTILES = {"median": 0.5, "p90": 0.9, "km_median": 0.5, "km_p90": 0.9}


@dataclass(frozen=True)
class Definition:
    """A metric in words; the same text as the head of its SQL file.

    `statistic` is the default, `statistics` what else may be asked for. `date` says which
    date an observation belongs to. `up_is_good` is None where neither direction is.
    A variant names the metric it is another rule for (`variant_of`) and what `differs`; a rule
    of others also whose it is (`system`), where that is written (`reference`), the helpdesk's
    own figure (`vendor_column` of fact_contacts), what a contact must have (`requires`) and
    which exclusions it leaves out (`leaves_out`; None: every one).
    Fields that do not apply (the clock of a share, say) are None.
    """

    metric: str
    label: str
    summary: str
    statistic: str
    statistics: tuple[str, ...]
    unit: str
    date: str
    exclusions: str
    up_is_good: bool | None
    formula: str
    worked_example: str
    version: int
    sql: str
    population: str | None = None
    clock_start: str | None = None
    clock_stop: str | None = None
    pauses: str | None = None
    variant_of: str | None = None
    differs: str | None = None
    system: str | None = None
    reference: str | None = None
    vendor_column: str | None = None
    requires: tuple[str, ...] = ()
    leaves_out: tuple[str, ...] | None = None

    @property
    def dated_by(self) -> str:
        """Whether observations belong to the day of the `arrival` or of a later `event`."""
        return "arrival" if self.date in ("arrival", "creation") else "event"

    @property
    def bounds(self) -> tuple[float, float] | None:
        """The least and the most that a value can be; None where the unit sets no end."""
        if self.unit == "share":
            return 0.0, 1.0
        ends = re.fullmatch(r"points (-?\d+)(?:-| to )(\d+)", self.unit)
        return (float(ends[1]), float(ends[2])) if ends else None

    @property
    def is_business_time(self) -> bool:
        """Whether the clock stands while the desk is closed."""
        return "closed" in (self.pauses or "")

    @classmethod
    def from_row(cls, row: dict) -> "Definition":
        """From a row of the published table `definitions`."""
        known = {
            name: None if pd.isna(value) else value
            for name, value in row.items()
            if name in cls.__dataclass_fields__
        }
        up_is_good = known["up_is_good"]
        return cls(
            **known
            | {
                "statistics": _listed(known["statistics"]),
                "requires": _listed(known.get("requires")),
                "leaves_out": _listed(known["leaves_out"]) if known.get("leaves_out") else None,
                "up_is_good": None if up_is_good is None else bool(up_is_good),
                "version": int(known["version"]),
            }
        )


def _listed(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",")) if text else ()


@dataclass(frozen=True)
class BuildInfo:
    """The published build: what it covers, and whether something newer should have replaced it.

    Instants are naive UTC. `first_on` and `last_on` are the first and last local day with a
    counted contact (None: no contacts). `stale_reason` is None unless `is_stale`.
    `is_of_other_definitions`: models and metrics have changed since it was made, so that what it
    holds may mean something else, or lack what is asked for.
    """

    build_id: str
    created_at: datetime
    data_cut_at: datetime
    zone: str
    site_name: str
    first_on: date | None
    last_on: date | None
    is_stale: bool
    stale_reason: str | None
    definitions_version: str = ""
    code_version: str = ""
    is_of_other_definitions: bool = False
