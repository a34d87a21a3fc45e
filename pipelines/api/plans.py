"""Queues, what arrives in them, what is forecast, and the agents that takes."""

from collections.abc import Iterable, Sequence

import pandas as pd

from pipelines.api.published import Build
from pipelines.api.selection import Day, Names, as_list, as_range, lookup, unknown
from pipelines.errors import NothingPublishedError, OutOfRangeError
from pipelines.forecasts.misses import PAST_LEADS, parts_of_misses
from pipelines.settings import Shifts
from pipelines.sql import identifier
from pipelines.staffing.contracts import from_rows
from pipelines.staffing.half_hours import by_queue
from pipelines.staffing.requirement import Desk
from pipelines.staffing.trial import Trial, try_out

# Tables that only exist once a forecast ran: until then readers see them empty.
_COLUMNS_BEFORE_FORECAST = {
    "forecast_intervals": (
        "channel", "language", "starts_at", "local_on", "local_slot", "mean",
        "q025", "q05", "q10", "q25", "q50", "q75", "q90", "q95", "q975", "model",
    ),
    "forecast_days": ("channel", "language", "local_on", "mean", "q10", "q50", "q90"),
    "forecast_backtest": (
        "channel", "language", "model", "horizon", "origins", "wape", "pinball", "bias",
        "coverage50", "coverage80", "coverage95", "is_chosen", "is_yardstick", "is_by_day",
    ),
    "forecast_totals": (
        "channel", "language", "measure", "starts_on", "ends_on", "mean",
        "q025", "q10", "q50", "q90", "q975",
    ),
    "forecast_past": (
        "channel", "language", "local_on", "lead_days", "forecast_contacts",
        "offered_contacts", "handle_seconds", "forecast_handle_seconds",
    ),
    "staffing_intervals": (
        "channel", "language", "starts_at", "local_on", "local_slot", "is_open",
        "expected_contacts", "handle_seconds", "patience_seconds", "offered_load_erlangs",
        "required_agents", "required_low", "required_high", "required_scheduled",
        "scheduled_agents", "gap", "service_level_share", "miss_probability", "occupancy_share",
        "wait_mean_seconds", "live_help_hours", "waiting_due_contacts", "backlog_contacts",
        "method",
    ),
    "staffing_queues": (
        "channel", "language", "handle_seconds", "handle_source", "handle_n", "held_at_once",
        "patience_seconds", "patience_low", "patience_high", "patience_n", "patience_source",
        "staffed_to", "hour_cost", "currency", "weekly_hours",
    ),
    "staffing_shifts": (
        "channel", "language", "local_on", "starts_at", "ends_at", "break_starts_at",
        "break_ends_at", "start_slot", "end_slot", "agents", "paid_hours", "cost", "people",
        "people_at_least",
    ),
    "staffing_tours": (
        "channel", "language", "person", "local_on", "starts_at", "ends_at", "break_starts_at",
        "break_ends_at", "start_slot", "end_slot", "paid_hours", "cost", "rest_hours",
        "day_in_a_row", "week_hours", "is_beyond_headcount",
    ),
}  # fmt: skip
_PLANS = ("forecast_", "staffing_")
_RECENT_DAYS = 28
_FURTHER = {
    "has_forecast": "forecast_intervals",
    "has_staffing": "staffing_intervals",
    "has_schedule": "fact_schedules",
}


def queues(build: Build) -> pd.DataFrame:
    """One row per channel and language that contacts were offered in, the busiest first.

    `offered` counts the last 28 days of arrivals; the targets are those of the desk that
    answers the queue (NULL: none does); `has_forecast`, `has_staffing` and `has_schedule`
    say what else there is to show.
    """
    found = build.query(
        f"""
        WITH latest AS (
            SELECT max(local_on) - {_RECENT_DAYS} AS before FROM fact_arrivals
        ),
        offered AS (
            SELECT
                a.channel,
                a.language,
                CAST(sum(CASE WHEN a.local_on > l.before THEN a.offered END) AS BIGINT) AS offered
            FROM fact_arrivals AS a
            CROSS JOIN latest AS l
            GROUP BY a.channel, a.language
        )
        SELECT
            o.channel,
            o.language,
            coalesce(o.offered, 0) AS offered,
            q.* EXCLUDE (channel, language)
        FROM offered AS o
        LEFT JOIN ref_queues AS q ON q.channel = o.channel AND q.language = o.language
        ORDER BY offered DESC, o.channel, o.language
        """
    )
    for name, table in _FURTHER.items():
        having = _queues_in(build, table)
        found[name] = [
            tuple(queue) in having for queue in found[["channel", "language"]].to_numpy()
        ]
    return found


def queue_rows(
    build: Build,
    table: str,
    channel: Names = None,
    language: Names = None,
    start: Day = None,
    end: Day = None,
    order: str = "channel, language, starts_at",
) -> pd.DataFrame:
    """Rows of a table by queue and local day (both ends included).

    Raises UnknownNameError for a channel or language that no queue has.
    """
    if table not in build.columns:
        return pd.DataFrame(columns=list(_COLUMNS_BEFORE_FORECAST[table]))
    start, end = as_range(start, end)
    conditions, parameters = ["TRUE"], []
    for column, wanted in (("channel", channel), ("language", language)):
        if wanted is None:
            continue
        wanted = as_list(wanted)
        known = build.queue_values[column]
        for value in wanted:
            if value not in known and value != "*":
                raise unknown(value, known, f"queue: {column}")
        conditions.append(f"{column} IN ({', '.join('?' * len(wanted))})" if wanted else "FALSE")
        parameters += wanted
    for comparison, day in ((">=", start), ("<=", end)):
        if day is not None:
            conditions.append(f"local_on {comparison} ?")
            parameters.append(day)
    ask = build.kept if table.startswith(_PLANS) else build.query
    return ask(
        f"SELECT * FROM {identifier(table)} WHERE {' AND '.join(conditions)} ORDER BY {order}",
        parameters,
    )


def trials(
    build: Build,
    channel: Names = None,
    language: Names = None,
    is_scheduled: bool = False,
    replications: int = 200,
    seed: int = 1,
) -> pd.DataFrame:
    """Published plans of queues lived through; see `Planning.trials`."""
    return tried_out(
        queue_rows(build, "staffing_intervals", channel, language),
        queue_rows(build, "forecast_days", channel, language, order="local_on"),
        queues(build).itertuples(),
        is_scheduled=is_scheduled,
        replications=replications,
        seed=seed,
    )


def tried_out(
    plan: pd.DataFrame,
    days: pd.DataFrame,
    desks: Iterable[Desk],
    *,
    is_scheduled: bool,
    **told: int,
) -> pd.DataFrame:
    """Plans lived through: one row per queue that has something to try, by name: the fields of
    `trial.Trial`, and is_scheduled.

    plan, days: rows of `staffing_intervals` and `forecast_days`. told: as for `try_out`.
    """
    known = by_queue(days)
    by_name = {(desk.channel, desk.language): desk for desk in desks}
    rows = []
    for queue, own in by_queue(plan).items():
        if is_scheduled and own["scheduled_agents"].isna().all():
            continue
        unsure = known.get(queue, days.iloc[:0])
        found = try_out(own, unsure, by_name[queue], is_scheduled=is_scheduled, **told)
        if found is not None:
            at = dict(zip(("channel", "language"), queue, strict=True))
            rows.append({**at, "is_scheduled": is_scheduled, **told, **vars(found)})
    names = ["channel", "language", "is_scheduled", "seed", *Trial.__dataclass_fields__]
    return pd.DataFrame(rows, columns=names)


def shifts(build: Build, channel, language, start: Day, end: Day) -> pd.DataFrame:
    """Rows of `staffing_shifts` in time order; arguments as for `queue_rows`."""
    order = "channel, language, starts_at, ends_at, break_starts_at"
    return queue_rows(build, "staffing_shifts", channel, language, start, end, order)


def tours(
    build: Build, channel=None, language=None, start: Day = None, end: Day = None
) -> pd.DataFrame:
    """Rows of `staffing_tours`, person by person; arguments as for `queue_rows`."""
    order = "channel, language, person, starts_at"
    return queue_rows(build, "staffing_tours", channel, language, start, end, order)


def contract(build: Build) -> Shifts:
    """What contracts allow, as the published plan was made by it.

    Raises NothingPublishedError where the build does not say: it was made by an earlier version.
    """
    if "staffing_contracts" not in build.columns:
        raise NothingPublishedError(
            "this build does not tell by which contracts its shifts were planned; run"
            " `support-quality forecast`"
        )
    return from_rows(build.kept("SELECT setting, value FROM staffing_contracts"))


def backtest(build: Build) -> pd.DataFrame:
    """Errors and coverage of every model by queue and horizon, the chosen one marked."""
    if "forecast_backtest" not in build.columns:
        return pd.DataFrame(columns=list(_COLUMNS_BEFORE_FORECAST["forecast_backtest"]))
    return build.query("SELECT * FROM forecast_backtest ORDER BY channel, language, horizon, wape")


def misses(
    build: Build,
    channel: Names,
    language: Names,
    start: Day,
    end: Day,
    lead_days: int = 7,
    by: Sequence[str] = ("local_on",),
) -> pd.DataFrame:
    """Forecasts made so many days before against what came; see `parts_of_misses`.

    Raises OutOfRangeError for a lead that is not kept, UnknownNameError for a `by` that is none of
    channel, language and local_on.
    """
    if lead_days not in PAST_LEADS:
        raise OutOfRangeError(
            f"lead_days is {lead_days}: forecasts of days gone by are kept for"
            f" {', '.join(map(str, PAST_LEADS))} days before"
        )
    keys = {name: name for name in ("channel", "language", "local_on")}
    by = [lookup(name, keys, "misses: breakdown") for name in dict.fromkeys(as_list(by))]
    rows = queue_rows(build, "forecast_past", channel, language, start, end, "local_on")
    return parts_of_misses(rows[rows["lead_days"] == lead_days], by)


def market_events(build: Build) -> pd.DataFrame:
    """Known events of the market and of the exchange, in time order."""
    return build.query("SELECT * FROM fact_market_events ORDER BY starts_at, event_id")


def _queues_in(build: Build, table: str) -> set[tuple[str, str]]:
    if table not in build.columns:
        return set()
    found = build.query(f"SELECT DISTINCT channel, language FROM {identifier(table)}")
    return set(found.itertuples(index=False, name=None))
