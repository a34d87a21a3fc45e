"""How old the numbers are, and whether something newer should have replaced them.

A build is stale when
(1) the raw store holds a newer load than those the build has read,
(2) the last run failed, which leaves the file STALE with the reason, or
(3) a feed has dried up: a source that is loaded day after day delivered nothing newer than
FEED_LAG before its last load. A single import of an old export is not a feed, however old
its rows are.
"""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd

from pipelines.api.definitions import BuildInfo
from pipelines.api.published import Build
from pipelines.warehouse.fingerprint import definitions_version
from pipelines.warehouse.publish import STALE
from pipelines.warehouse.raw_files import committed_load_ids

FEED_LAG = timedelta(hours=48)


def build_info(root: Path, build: Build) -> BuildInfo:
    """The build and its staleness, judged by the warehouse as it is now."""
    info = build.info
    reason = _stale_reason(root, build)
    first_on, last_on = build.covered_days
    return BuildInfo(
        build_id=str(info["build_id"]),
        created_at=_instant(info["created_at"]),
        data_cut_at=_instant(info["data_cut_at"]),
        zone=str(info["zone"]),
        site_name=str(info["site_name"]),
        first_on=first_on,
        last_on=last_on,
        is_stale=reason is not None,
        stale_reason=reason,
        definitions_version=str(info.get("definitions_version", "")),
        code_version=str(info.get("code_version", "")),
        is_of_other_definitions=info.get("definitions_version") != definitions_version(),
    )


def freshness(build: Build, now: datetime | None = None) -> pd.DataFrame:
    """One row per source: files, rows, the newest load, from when to when its rows are, and
    whether a newer one should be here `now` (UTC).

    `lag_seconds` is how far the newest row was behind the newest load. A source that was loaded
    on at least three days is a feed: `usual_seconds` is the median time between those days, and
    it `is_late` after `expected_at`, two such times after the last.
    """
    feeds = build.query(
        """
        WITH days AS (
            SELECT source, CAST(loaded_at AS DATE) AS day, max(loaded_at) AS loaded_at
            FROM loads
            GROUP BY source, day
        ),
        gaps AS (
            SELECT source, date_sub('second', lag(loaded_at) OVER feed, loaded_at) AS seconds
            FROM days
            WINDOW feed AS (PARTITION BY source ORDER BY day)
        ),
        usual AS (
            SELECT source, median(seconds) AS usual_seconds
            FROM gaps
            GROUP BY source
            HAVING count(*) >= 3
        )
        SELECT
            source,
            string_agg(DISTINCT system, ', ' ORDER BY system) AS system,
            count(DISTINCT file) AS files,
            CAST(sum(received) AS BIGINT) AS received,
            CAST(sum(loaded) AS BIGINT) AS loaded,
            CAST(sum(quarantined) AS BIGINT) AS quarantined,
            max(loaded_at) AS loaded_at,
            min(first_at) AS first_at,
            max(last_at) AS last_at,
            count(DISTINCT CAST(loaded_at AS DATE)) AS load_days,
            date_sub('second', max(last_at), max(loaded_at)) AS lag_seconds,
            any_value(usual_seconds) AS usual_seconds,
            max(loaded_at) + to_seconds(2 * any_value(usual_seconds)) AS expected_at
        FROM loads
        LEFT JOIN usual USING (source)
        GROUP BY source
        ORDER BY source
        """
    )
    at = pd.Timestamp(now or datetime.now(UTC).replace(tzinfo=None))
    return feeds.assign(is_late=feeds["expected_at"] < at)


def _stale_reason(root: Path, build: Build) -> str | None:
    newest = max(build.load_ids, default="")
    newer = [load_id for load_id in committed_load_ids(root) if load_id > newest]
    if newer:
        are = "delivery is" if len(newer) == 1 else "deliveries are"
        return f"{len(newer)} newer {are} loaded but not in this build"
    with suppress(FileNotFoundError):
        return f"the last run failed: {(root / STALE).read_text(encoding='utf-8').strip()}"
    for feed in freshness(build).itertuples():
        if feed.load_days > 1 and feed.lag_seconds > FEED_LAG.total_seconds():
            return f"{feed.source} delivered nothing after {feed.last_at:%Y-%m-%d %H:%M} UTC"
    return None


def _instant(value: object) -> datetime | None:
    return None if pd.isna(value) else pd.Timestamp(value).to_pydatetime()
