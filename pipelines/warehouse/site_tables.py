"""Tables that no SQL could make: settings, aliases, loads, opening hours, local time."""

import json
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from pipelines.errors import BuildError, SettingsError
from pipelines.ingest.contracts import EXCLUSIONS
from pipelines.reference import aliased
from pipelines.settings import LANGUAGE_ORDER, Settings
from pipelines.warehouse import calendars, catalog
from pipelines.warehouse.corrections import Correction
from pipelines.warehouse.engines import Engine
from pipelines.warehouse.fingerprint import definitions_version
from pipelines.warehouse.raw_files import Load

HORIZON_DAYS = 62  # opening hours and local time reach this far past the data: forecasts need them
_LONGEST_HISTORY = timedelta(days=365 * 40)
# by which columns the rows of a table begin and end, and how far all their instants reach
_SPANS = {
    "contacts": (
        ("created_at",), ("created_at",),
        ("created_at", "first_inbound_at"), ("created_at", "updated_at"),
    ),
    "messages": (("sent_at",), ("sent_at",), (), ("sent_at",)),
    "sessions": ((), (), (), ("answered_at", "abandoned_at", "ended_at")),
    "status_events": (("changed_at",), ("changed_at",), (), ("changed_at",)),
    "metric_events": (("happened_at",), ("happened_at",), (), ("happened_at",)),
    "surveys": (("sent_at", "answered_at"),) * 4,
    "schedules": (("starts_at",), ("ends_at",), (), ()),
    "article_events": (("happened_at",),) * 4,
    "reviews": ((), (), ("reviewed_at",), ("reviewed_at",)),
}  # fmt: skip
_ASIDE = ("article_events", "reviews", "surveys")


def make_references(engine: Engine, settings: Settings) -> None:
    """Make ref_channels, ref_languages, ref_topics, ref_rules, ref_language_order,
    ref_excluded_tags, ref_urgent_targets, ref_desks.

    Raises SettingsError where a tag is excluded for a reason that the ledger does not know.
    """
    for name in ("channels", "languages"):
        engine.store(f"ref_{name}", pd.DataFrame(aliased(name)))
    topics = pd.DataFrame(aliased("topics", flags=("is_urgent", "needs_detail")))
    if "needs_detail" not in topics:
        topics["needs_detail"] = True  # a site's own file may be older than the column
    engine.store("ref_topics", topics)
    engine.view(
        "ref_urgent_topics",
        "SELECT topic, bool_or(is_urgent) AS is_urgent FROM ref_topics GROUP BY topic",
    )
    rules = asdict(settings.rules)
    tags = rules.pop("excluded_tags")
    for tag, reason in tags.items():
        if reason not in EXCLUSIONS:
            raise SettingsError(
                f"{settings.path}: [rules]: excluded_tags: {tag}: '{reason}' is no reason; one of"
                f" {', '.join(EXCLUSIONS)}"
            )
    engine.store("ref_rules", pd.DataFrame([rules]))
    ranks = dict.fromkeys(LANGUAGE_ORDER)
    ranks |= {source: rank for rank, source in enumerate(settings.language_order, 1)}
    engine.store("ref_language_order", pd.DataFrame([ranks], dtype="Int64"))
    engine.store(
        "ref_excluded_tags",
        pd.DataFrame(
            [(tag, f" {tag} ", exclusion, i) for i, (tag, exclusion) in enumerate(tags.items(), 1)],
            columns=["tag", "padded_tag", "exclusion", "rank"],
        ),
    )
    engine.store(
        "ref_urgent_targets",
        pd.DataFrame(
            [asdict(target) for target in settings.urgent],
            columns=["channel", "target_share", "within_seconds"],
        ),
    )
    desks = pd.DataFrame(
        [asdict(desk) for desk in settings.desks],
        columns=[
            "channel", "language", "calendar", "target_share", "within_seconds",
            "handle_seconds", "concurrency", "shrinkage", "max_occupancy", "patience_seconds",
            "slowdown_share", "minimum_agents", "promise_open_days", "staffed_to",
            "gives_spare_time", "hour_cost", "headcount",
        ],
    )  # fmt: skip
    engine.store("ref_desks", desks.rename(columns={"calendar": "calendar_id"}))


def make_corrections(engine: Engine, corrections: list[Correction]) -> None:
    """Make `corrections`: every line of the file, with the rows that it finds and corrects."""
    rows = []
    for each in corrections:
        (counts,) = engine.rows(
            f"SELECT COUNT(*) AS matched, COUNT(CASE WHEN {each.holds} THEN 1 END) AS applied"
            f" FROM delivered_{each.table} AS d WHERE {each.condition}"
        )
        line = {**each.line, "table_name": each.table, "column_name": each.column}
        rows.append(line | counts)
    names = [column.name for column in catalog.header("corrections").columns]
    engine.store("corrections", pd.DataFrame(rows, columns=names, dtype=object))


def make_loads(engine: Engine, loads: list[Load], spans: pd.DataFrame) -> None:
    """Make `loads`: one row per manifest, with the earliest and latest instant of its rows; and
    core_load_columns, what is new or gone in its header. `spans` is what `load_spans` gives."""
    kept = ("load_id", "file", "source", "system", "zone", "received", "loaded", "quarantined")
    frame = pd.DataFrame(
        [
            {key: load.manifest.get(key) for key in kept}
            | {"loaded_at": load.loaded_at, "is_full": bool(load.manifest.get("is_full"))}
            | {
                "tables": ",".join(sorted(load.manifest.get("tables", {}))),
                "contacts_received": load.manifest.get("tables", {}).get("contacts", 0)
                + load.manifest.get("rejected", {}).get("contacts", 0),
            }
            for load in loads
        ]
    )
    reach = spans.groupby("load_id", as_index=False).agg({"first_at": "min", "last_at": "max"})
    engine.store("loads", frame.merge(reach, on="load_id", how="left"))
    seen = [
        (load.load_id, column, state)
        for load in loads
        for state in ("unknown", "missing")
        for column in dict.fromkeys(load.manifest.get(f"columns_{state}", ()))
    ]
    columns = ["load_id", "column_name", "state"]
    noted = pd.DataFrame(seen, columns=columns, dtype=object)
    engine.store("core_load_columns", noted, temporary=True)


def load_spans(loads: list[Load]) -> pd.DataFrame:
    """When the rows of every load and table begin and end, as its Parquet file tells at its end.

    Returns
    -------
    DataFrame
        load_id, table_name; first_at, last_at: the instants that the rows are dated by, NULL in
        sessions and reviews; earliest_at, latest_at: how far all their instants reach, NULL where
        a table does not tell. Naive UTC.
    """
    rows = []
    for load in loads:
        for table, (first, last, earliest, latest) in _SPANS.items():
            if path := load.parquet(table):
                least, greatest = _reach(path)
                rows.append(
                    (
                        load.load_id,
                        table,
                        min(_found(least, first), default=None),
                        max(_found(greatest, last), default=None),
                        min(_found(least, earliest), default=None),
                        max(_found(greatest, latest), default=None),
                    )
                )
    instants = ["first_at", "last_at", "earliest_at", "latest_at"]
    frame = pd.DataFrame(rows, columns=["load_id", "table_name", *instants])
    return frame.astype({"load_id": str} | dict.fromkeys(instants, "datetime64[us]"))


def _reach(path: Path) -> tuple[dict[str, datetime], dict[str, datetime]]:
    """The least and the greatest instant of each column of a Parquet file that holds any."""
    least: dict[str, datetime] = {}
    greatest: dict[str, datetime] = {}
    told = pq.read_metadata(path)
    for group in map(told.row_group, range(told.num_row_groups)):
        for column in map(group.column, range(told.num_columns)):
            name, known = column.path_in_schema, column.statistics
            if name.endswith("_at") and known.has_min_max:
                least[name] = min(known.min, least.get(name, known.min))
                greatest[name] = max(known.max, greatest.get(name, known.max))
    return least, greatest


def _found(instants: dict[str, datetime], columns: tuple[str, ...]) -> list[datetime]:
    return [instants[column] for column in columns if column in instants]


def make_time(engine: Engine, settings: Settings, spans: pd.DataFrame) -> None:
    """Make core_data_cut, core_local_quarters, core_open_days, calendar_periods and business_days,
    and the functions `local_on` and `local_slot` of an instant.

    They reach as far as the data do, as `load_spans` tells.

    What was done in the help centre, by reviewers and in surveys has days of its own, but does not
    say how far the contacts reach (`data_cut_at`); whether a survey may still be answered, surveys
    tell too (`surveys_cut_at`). Raises BuildError where no raw row holds an instant.
    """
    first, last = spans["earliest_at"].min(), spans["latest_at"].max()
    if pd.isna(last):
        raise BuildError("the raw store holds no contacts, messages or surveys; load an export")
    cut = spans.loc[~spans["table_name"].isin(_ASIDE), "latest_at"].max()
    cut = last if pd.isna(cut) else cut
    answered = spans.loc[spans["table_name"] == "surveys", "latest_at"].max()
    surveys_cut = cut if pd.isna(answered) else max(cut, answered)
    first = cut if pd.isna(first) else first
    first = max(first, cut - _LONGEST_HISTORY)
    cuts = pd.DataFrame({"data_cut_at": [cut], "surveys_cut_at": [surveys_cut]})
    engine.store("core_data_cut", cuts, temporary=True)
    span = first.date() - timedelta(days=1), last.date() + timedelta(days=HORIZON_DAYS)
    quarters = calendars.local_quarters(settings.zone, *span)
    engine.store("core_local_quarters", quarters, temporary=True)
    local_at = calendars.local_at(quarters)
    engine.function("local_on", "DATE", local_at)
    second_half = f"CASE WHEN minute({local_at}) >= 30 THEN 1 ELSE 0 END"
    engine.function("local_slot", "SMALLINT", f"hour({local_at}) * 2 + {second_half}")
    alone, periods = calendars.single_periods(settings.calendars)
    engine.store("calendar_periods", periods)
    known = (*settings.calendars, *alone)
    engine.store("core_open_days", calendars.open_days(known, *span), temporary=True)
    engine.store("business_days", calendars.business_days(known, *span))


def make_build_info(
    engine: Engine,
    settings: Settings,
    build_id: str,
    created_at: datetime,
) -> None:
    """Make build_info: what this build is made from, and under which settings."""
    (cut,) = engine.rows("SELECT data_cut_at FROM core_data_cut")
    row = {
        "build_id": build_id,
        "created_at": created_at,
        "data_cut_at": cut["data_cut_at"],
        "zone": settings.zone,
        "site_name": settings.name,
        "settings_json": json.dumps(asdict(settings), default=str, sort_keys=True),
        "code_version": _code_version(),
        "definitions_version": definitions_version(),
    }
    engine.store("build_info", pd.DataFrame([row]))


@lru_cache(maxsize=1)
def _code_version() -> str:
    try:
        return version("support-quality")
    except PackageNotFoundError:
        return "not installed"
