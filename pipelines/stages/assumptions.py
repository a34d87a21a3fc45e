"""What a plan assumes: desks, handle times, patience, and the work that waits.

Read from the facts of an unpublished build, and from the settings where those do not tell.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from types import SimpleNamespace

import duckdb
import numpy as np
import pandas as pd

from pipelines.errors import SettingsError
from pipelines.settings import Settings
from pipelines.staffing import half_hours
from pipelines.staffing.deferrable import promise_half_hours
from pipelines.staffing.patience import Patience, mean_patience
from pipelines.staffing.requirement import LIVE_CHANNELS, desk_of
from pipelines.warehouse import calendars

MEASURED_DAYS = 56
LEAST_CONTACTS = 30
ASSUMPTION_COLUMNS = (
    "channel",
    "language",
    "handle_seconds",
    "handle_source",
    "handle_n",
    "held_at_once",
    "patience_seconds",
    "patience_low",
    "patience_high",
    "patience_n",
    "patience_source",
    "staffed_to",
    "hour_cost",
    "currency",
    "weekly_hours",
)

Queue = tuple[str, str]


def desks_of(connection: duckdb.DuckDBPyConnection, settings: Settings) -> list[SimpleNamespace]:
    """The settings' desks, with the usual open day by which the build counts business days.

    Raises
    ------
    SettingsError
        A desk has a calendar that the build does not know.
    """
    told = connection.execute(
        "SELECT DISTINCT d.calendar_id, c.open_day_seconds FROM business_days AS d"
        " LEFT JOIN ref_calendars AS c ON c.calendar_id = d.calendar_id"
    )
    open_day = dict(told.fetchall())
    for desk in settings.desks:
        if desk.calendar not in open_day:
            raise SettingsError(
                f"{settings.path}: the build does not know calendar '{desk.calendar}' yet; run"
                " `support-quality build` with these settings first"
            )
    return [
        SimpleNamespace(**asdict(desk), open_day_seconds=open_day[desk.calendar])
        for desk in settings.desks
    ]


def waiting_contacts(
    connection: duckdb.DuckDBPyConnection,
    desks: Iterable[SimpleNamespace],
    zone: str,
    last_on: date | None,
) -> dict[Queue, list[float]]:
    """Contacts that came until `last_on` and have no reply at the data cut, by (channel, language):
    the work that a plan finds waiting, by the half hour of opening at whose end it is due.

    A contact is due after as many open hours since its arrival as its desk promises; one that is
    overdue within the first business day, behind those whose promise can still be kept. Queues
    where nobody waits are left out.
    """
    if last_on is None:
        return {}
    begins_on = last_on + timedelta(days=1)
    begins_at = calendars.half_hours(zone, begins_on, begins_on)["starts_at"].min()
    days = connection.execute("SELECT * FROM business_days").df()
    waiting = connection.execute(
        """
        SELECT channel, language, min(arrived_at) AS arrived_at, count(*) AS contacts
        FROM fact_contacts
        WHERE exclusion IS NULL
            AND is_offered
            AND NOT is_answered
            AND left_at IS NULL
            AND is_resolved IS NOT TRUE
            AND arrived_on <= ?
        GROUP BY channel, language, arrived_on, arrived_slot
        """,
        [last_on],
    ).df()
    found: dict[Queue, list[float]] = {}
    for queue, rows in waiting.groupby(["channel", "language"]):
        desk = desk_of(*queue, desks)
        if desk is None or desk.open_day_seconds is None:
            continue
        waited = calendars.open_seconds(days, desk.calendar, rows["arrived_at"], begins_at)
        left = desk.promise_open_days * desk.open_day_seconds - waited
        due_in = (left // half_hours.SECONDS).to_numpy(dtype=int)
        first_day = promise_half_hours(1, desk.open_day_seconds)
        promised = promise_half_hours(desk.promise_open_days, desk.open_day_seconds)
        due_in = np.where(due_in > 0, np.minimum(due_in, promised), first_day) - 1
        found[queue] = np.bincount(due_in, rows["contacts"], minlength=promised).tolist()
    return found


@dataclass(frozen=True)
class Handling:
    """How long contacts of a queue took over the last 8 weeks, one held alone.

    seconds      mean; held_at_once: contacts that an agent held on average while busy
    n            contacts measured
    """

    seconds: float
    held_at_once: float
    n: int


def measured_handling(
    connection: duckdb.DuckDBPyConnection, settings: Settings
) -> dict[Queue, Handling]:
    """Mean seconds an agent is with a contact, by (channel, language), over the last 8 weeks.

    Chats held j at once last 1 + slowdown x (j - 1) times as long as alone, and are taken back to
    that; j is their time over the agents' busy time. Queues with fewer than 30 handled contacts,
    or whose provider writes 0 for all, are left out: their desk's setting holds.
    """
    rows = connection.execute(
        """
        SELECT
            channel,
            language,
            avg(talk_seconds + coalesce(hold_seconds, 0) + coalesce(wrap_seconds, 0)),
            sum(talk_seconds + coalesce(hold_seconds, 0) + coalesce(wrap_seconds, 0))
            / nullif(sum(handle_seconds), 0),
            count(*)
        FROM fact_contacts
        WHERE is_offered
          AND talk_seconds IS NOT NULL
          AND arrived_on > (SELECT max(arrived_on) FROM fact_contacts) - CAST(? AS INTEGER)
        GROUP BY channel, language
        HAVING count(*) >= ?
           AND max(talk_seconds + coalesce(hold_seconds, 0) + coalesce(wrap_seconds, 0)) > 0
        """,
        [MEASURED_DAYS, LEAST_CONTACTS],
    ).fetchall()
    found = {}
    for channel, language, seconds, held, n in rows:
        desk = desk_of(channel, language, settings.desks)
        held = max(1.0, held or 1.0)
        slowdown = 1 + (desk.slowdown_share if desk else 0.0) * (held - 1)
        found[channel, language] = Handling(seconds / slowdown, held, n)
    return found


def measured_patience(connection: duckdb.DuckDBPyConnection) -> dict[Queue, Patience]:
    """Mean patience of live contacts over the last 8 weeks, by (channel, language), where 30 or
    more hung up; the waits of those answered are censored."""
    rows = connection.execute(
        """
        SELECT
            channel,
            language,
            sum(queue_wait_seconds),
            count(*) FILTER (is_abandoned)
        FROM fact_contacts
        WHERE is_offered
          AND is_abandoned IS NOT NULL
          AND queue_wait_seconds IS NOT NULL
          AND arrived_on > (SELECT max(arrived_on) FROM fact_contacts) - CAST(? AS INTEGER)
        GROUP BY channel, language
        """,
        [MEASURED_DAYS],
    ).fetchall()
    return {
        (channel, language): mean_patience(float(waited), left)
        for channel, language, waited, left in rows
        if left >= LEAST_CONTACTS and waited > 0
    }


def assumed(
    queues: Iterable[Queue],
    settings: Settings,
    handling: Mapping[Queue, Handling],
    patience: Mapping[Queue, Patience],
) -> pd.DataFrame:
    """What the plan of each queue with a desk assumes, and where it has it from: the rows of
    `staffing_queues`."""
    rows = []
    for channel, language in sorted(queues):
        desk = desk_of(channel, language, settings.desks)
        if desk is None:
            continue
        handled, waited = handling.get((channel, language)), patience.get((channel, language))
        is_live, is_set = channel in LIVE_CHANNELS, desk.patience_seconds is not None
        measured = waited if is_live and not is_set else None
        rows.append(
            {
                "channel": channel,
                "language": language,
                "handle_seconds": handled.seconds if handled else desk.handle_seconds,
                "handle_source": "measured" if handled else "setting",
                "handle_n": handled.n if handled else None,
                "held_at_once": handled.held_at_once if handled else None,
                "patience_seconds": desk.patience_seconds
                if is_live and is_set
                else measured and measured.seconds,
                "patience_low": measured and measured.low,
                "patience_high": measured and measured.high,
                "patience_n": measured and measured.abandoned,
                "patience_source": None
                if not is_live
                else "setting"
                if is_set
                else "measured"
                if measured
                else "unknown",
                "staffed_to": desk.staffed_to,
                "hour_cost": desk.hour_cost,
                "currency": settings.currency,
                "weekly_hours": settings.shifts.weekly_hours,
            }
        )
    return pd.DataFrame(rows, columns=list(ASSUMPTION_COLUMNS), dtype=object)
