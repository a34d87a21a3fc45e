"""What a metric means and what a build is, as frozen values."""

from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd

STATISTICS = ("count", "share", "mean", "ratio", "median", "p90", "last", "km_median", "km_p90")
PERCENTILES = {"median": 0.5, "p90": 0.9, "km_median": 0.5, "km_p90": 0.9}


@dataclass(frozen=True)
class Definition:
    """A metric in words; the same text as the head of its SQL file.

    `statistic` is the default, `statistics` what else may be asked for. `date` says which
    date an observation belongs to. `up_is_good` is None where neither direction is.
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
                "statistics": tuple(s.strip() for s in known["statistics"].split(",")),
                "up_is_good": None if up_is_good is None else bool(up_is_good),
                "version": int(known["version"]),
            }
        )


@dataclass(frozen=True)
class BuildInfo:
    """The published build: what it covers, and whether something newer should have replaced it.

    Instants are naive UTC. `first_on` and `last_on` are the first and last local day with a
    counted contact (None: no contacts). `stale_reason` is None unless `is_stale`.
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
