"""Tables that no SQL could make: settings, aliases, loads, opening hours, local time."""

import json
from dataclasses import asdict
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, version

import pandas as pd

from pipelines.errors import BuildError
from pipelines.settings import LANGUAGE_ORDER, REFERENCE_DIR, Settings
from pipelines.warehouse import calendars, catalog
from pipelines.warehouse.corrections import Correction
from pipelines.warehouse.engines import Engine
from pipelines.warehouse.fingerprint import definitions_version
from pipelines.warehouse.raw_files import Load

HORIZON_DAYS = 62  # opening hours and local time reach this far past the data: forecasts need them
_LONGEST_HISTORY = timedelta(days=365 * 40)


def make_references(engine: Engine, settings: Settings) -> None:
    """Make ref_channels, ref_languages, ref_topics, ref_rules, ref_language_order,
    ref_excluded_tags, ref_urgent_targets, ref_desks."""
    for name in ("channels", "languages", "topics"):
        engine.store(f"ref_{name}", _reference(name))
    engine.view(
        "ref_urgent_topics",
        "SELECT topic, bool_or(is_urgent) AS is_urgent FROM ref_topics GROUP BY topic",
    )
    rules = asdict(settings.rules)
    tags = rules.pop("excluded_tags")
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


def _reference(name: str) -> pd.DataFrame:
    frame = pd.read_csv(REFERENCE_DIR / f"{name}.csv", dtype=str, keep_default_na=False)
    frame["alias"] = frame["alias"].str.strip().str.lower()
    if name == "topics" and "needs_detail" not in frame:
        frame["needs_detail"] = "true"  # a site's own file may be older than the column
    for flag in frame.columns.intersection(["is_urgent", "needs_detail"]):
        frame[flag] = frame[flag].str.lower() == "true"
    return frame.drop_duplicates("alias")


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


def make_loads(engine: Engine, loads: list[Load]) -> None:
    """Make `loads`: one row per manifest, with the earliest and latest instant of its rows; and
    core_load_columns, what is new or gone in its header."""
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
    spans = engine.rows(
        """
        SELECT _load_id AS load_id, min(first_at) AS first_at, max(last_at) AS last_at
        FROM (
            SELECT _load_id, min(created_at) AS first_at, max(created_at) AS last_at
            FROM raw_contacts GROUP BY _load_id
            UNION ALL
            SELECT _load_id, min(sent_at), max(sent_at) FROM raw_messages GROUP BY _load_id
            UNION ALL
            SELECT _load_id, min(sent_at), max(greatest(sent_at, answered_at))
            FROM raw_surveys GROUP BY _load_id
            UNION ALL
            SELECT _load_id, min(starts_at), max(ends_at) FROM raw_schedules GROUP BY _load_id
            UNION ALL
            SELECT _load_id, min(changed_at), max(changed_at) FROM raw_status_events GROUP BY 1
            UNION ALL
            SELECT _load_id, min(happened_at), max(happened_at) FROM raw_metric_events GROUP BY 1
            UNION ALL
            SELECT _load_id, min(happened_at), max(happened_at) FROM raw_article_events GROUP BY 1
        )
        GROUP BY _load_id
        """
    )
    reach = pd.DataFrame(spans, columns=["load_id", "first_at", "last_at"])
    reach = reach.astype(
        {"load_id": str, "first_at": "datetime64[us]", "last_at": "datetime64[us]"}
    )
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


def make_time(engine: Engine, settings: Settings) -> None:
    """Make core_data_cut, core_local_quarters, calendar_periods and business_days, and the
    functions `local_on` and `local_slot` of an instant.

    They reach as far as the data do.

    What was done in the help centre, and by reviewers, has days of its own, but does not say how
    far the contacts reach. Raises BuildError where no raw row holds an instant.
    """
    (reach,) = engine.rows(
        """
        SELECT
            min(first_at) AS first_at,
            coalesce(max(CASE WHEN NOT is_aside THEN last_at END), max(last_at)) AS cut_at,
            max(last_at) AS last_at
        FROM (
            SELECT
                min(happened_at) AS first_at, max(happened_at) AS last_at, TRUE AS is_aside
            FROM raw_article_events
            UNION ALL SELECT min(reviewed_at), max(reviewed_at), TRUE FROM raw_reviews
            UNION ALL
            SELECT
                min(least(created_at, first_inbound_at)) AS first_at,
                max(greatest(created_at, updated_at)) AS last_at,
                FALSE
            FROM raw_contacts
            UNION ALL SELECT NULL, max(sent_at), FALSE FROM raw_messages
            UNION ALL SELECT NULL, max(changed_at), FALSE FROM raw_status_events
            UNION ALL SELECT NULL, max(happened_at), FALSE FROM raw_metric_events
            UNION ALL
            SELECT NULL, max(greatest(answered_at, abandoned_at, ended_at)), FALSE FROM raw_sessions
            UNION ALL
            SELECT min(sent_at), max(greatest(sent_at, answered_at)), FALSE FROM raw_surveys
        )
        """
    )
    first, cut, last = reach["first_at"], reach["cut_at"], reach["last_at"]
    if cut is None:
        raise BuildError("the raw store holds no contacts, messages or surveys; load an export")
    first = max(first or cut, cut - _LONGEST_HISTORY)
    engine.store("core_data_cut", pd.DataFrame({"data_cut_at": [cut]}), temporary=True)
    span = first.date() - timedelta(days=1), last.date() + timedelta(days=HORIZON_DAYS)
    quarters = calendars.local_quarters(settings.zone, *span)
    engine.store("core_local_quarters", quarters, temporary=True)
    local_at = calendars.local_at(quarters)
    engine.function("local_on", "DATE", local_at)
    second_half = f"CASE WHEN minute({local_at}) >= 30 THEN 1 ELSE 0 END"
    engine.function("local_slot", "SMALLINT", f"hour({local_at}) * 2 + {second_half}")
    alone, periods = calendars.single_periods(settings.calendars)
    engine.store("calendar_periods", periods)
    days = calendars.business_days((*settings.calendars, *alone), *span)
    engine.store("business_days", days)


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


def _code_version() -> str:
    try:
        return version("support-quality")
    except PackageNotFoundError:
        return "not installed"
