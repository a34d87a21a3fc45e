"""The warehouse's answers to "can these numbers be trusted": books, checks, freshness."""

from pathlib import Path

import pandas as pd

from pipelines.api import books
from pipelines.api.freshness import freshness
from pipelines.api.published import Pointer
from pipelines.api.selection import Day
from pipelines.api.trust import Trust, trust


class Health:
    """The part of `Warehouse` on the data's own state."""

    root: Path
    _pointer: Pointer

    def ledger(self, by: tuple[str, ...] | list[str] = ("source", "file", "day")) -> pd.DataFrame:
        """The books: received = counted + quarantined + one column per reason, summed `by`."""
        return books.ledger(self._pointer.build(), by)

    def left_out(
        self,
        reason: str | None = None,
        source: str | None = None,
        file: str | None = None,
        day: Day = None,
        detail: str | None = None,
        limit: int = 200,
        offset: int = 0,
    ) -> pd.DataFrame:
        """The rows behind the books: received and not counted, for a `reason` (a column of the
        ledger), source, file, day, and refused for exactly `detail`. None: any."""
        return books.left_out(
            self._pointer.build(), reason, source, file, day, detail, limit, offset
        )

    def findings(self) -> pd.DataFrame:
        """What the checks found: check, position, source, finding; at most 200 of a check."""
        return books.findings(self._pointer.build())

    def corrections(self) -> pd.DataFrame:
        """Known errors of providers that are corrected, with the rows found and corrected."""
        return books.corrections(self._pointer.build())

    def source_days(self, since: Day = None) -> pd.DataFrame:
        """Contacts of each source and day: contacts, usual, least, is_low."""
        return books.source_days(self._pointer.build(), since)

    def day_times(self) -> pd.DataFrame:
        """Sources whose times are dates: source, time (a column of fact_contacts), contacts.

        Durations from or to such times are whole days, 0 the same day; hours are not known."""
        return books.day_times(self._pointer.build())

    def tells_days_alone(self) -> bool:
        """Whether all sources date their contacts and none tells times: every duration is whole
        days."""
        return books.tells_days_alone(self._pointer.build())

    def loads(self) -> pd.DataFrame:
        """Loaded files, the newest first."""
        return books.loads(self._pointer.build())

    def quarantine(self, limit: int = 1000) -> pd.DataFrame:
        """Refused rows: load_id, file, line, table_name, reasons, remedy."""
        return books.quarantine(self._pointer.build(), limit)

    def checks(self) -> pd.DataFrame:
        """Audits of this build, what failed first: check, severity, passed, found, summary."""
        return books.checks(self._pointer.build())

    def freshness(self) -> pd.DataFrame:
        """One row per source: its files, rows, newest load, the time its rows span, and whether
        a newer one should be here by now (`expected_at`, `is_late`)."""
        return freshness(self._pointer.build())

    def trust(self) -> Trust:
        """Can today's numbers be trusted: yes, remarks or no, and the reasons, the worst first."""
        return trust(self.root, self._pointer.build())
