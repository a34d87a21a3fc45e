"""The stage after the forecast: what needs fitting over many rows, written as analysis_* tables.

The web process only reads these tables; nothing here fails a build because data is thin, but
says in analysis_absent what is missing and why.
"""

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

import duckdb
import pandas as pd

from pipelines.analysis import Found, anomalies, drivers, impacts, nonresponse
from pipelines.settings import Settings, public_holidays
from pipelines.warehouse.build import add_frames

SQL_MEMORY = "1GB"
"""The analyses' share of a build's memory: they aggregate first and keep few rows."""

YEARS_BACK = 5


def add_analyses(
    part: Path, settings: Settings, *, progress: Callable[[str, float], None] | None = None
) -> None:
    """Add the analysis_* tables to an unpublished build."""
    with duckdb.connect(
        str(part), read_only=True, config={"memory_limit": SQL_MEMORY}
    ) as connection:
        zone, last_on = connection.execute(
            "SELECT zone, (SELECT max(arrived_on) FROM fact_contacts) FROM build_info"
        ).fetchall()[0]
        closed_on = _closed_on(settings, zone, last_on)
        analyses: tuple[tuple[str, Callable[[], Found]], ...] = (
            ("drivers", partial(drivers.analyse, connection)),
            ("nonresponse", partial(nonresponse.analyse, connection)),
            ("impact", partial(impacts.analyse, connection, zone, closed_on)),
            ("anomalies", partial(anomalies.analyse, connection, zone, closed_on)),
        )
        tables, absences = {}, []
        for done, (name, analyse) in enumerate(analyses):
            if progress is not None:
                progress(name, done / len(analyses))
            found = analyse()
            tables |= found.tables
            absences += found.absences
    absent = pd.DataFrame(
        [(each.analysis, each.subject, each.reason) for each in absences],
        columns=["analysis", "subject", "reason"],
    )
    add_frames(part, {**tables, "analysis_absent": absent})


def _closed_on(settings: Settings, zone: str, last_on: date | None) -> set[date]:
    """Public holidays of the site's own country in the years that can be looked at."""
    own = next((c for c in settings.calendars if c.zone == zone and c.holidays), None)
    if own is None or last_on is None:
        return set()
    years = range(last_on.year - YEARS_BACK, last_on.year + 1)
    return public_holidays(own.holidays, years, f"calendar '{own.id}'")
