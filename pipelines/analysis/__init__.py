"""What is fitted over many rows while building: SQL cuts the rows down, `statistics` answers.

Each module reads an unpublished build and gives frames of the tables in headers/analysis.toml,
and an `Absence` for whatever thin data did not allow.
"""

from dataclasses import dataclass

import pandas as pd

from pipelines.statistics.anomalies import EVERYWHERE as EVERYWHERE


@dataclass(frozen=True)
class Absence:
    """Something that was asked and has no answer: which analysis, about what, and why."""

    analysis: str
    subject: str
    reason: str


@dataclass(frozen=True)
class Found:
    """What an analysis gives: its tables by name, and what it could not tell."""

    tables: dict[str, pd.DataFrame]
    absences: tuple[Absence, ...] = ()
