"""Can today's numbers be trusted: one answer, and the reasons against it, the worst first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipelines.api import books
from pipelines.api.freshness import build_info, freshness
from pipelines.api.published import Build

REFUSED_SHARE = 0.05
"""More refused contacts than this, and the rest may not stand for all."""

_FIRST = (
    "volume_holds", "no_load_gaps", "sources_are_fresh", "columns_hold", "nothing_quarantined",
    "no_batch_jobs", "languages_agree",
)  # fmt: skip
"""Checks that say most about today's numbers; the others follow by name."""


@dataclass(frozen=True)
class Reason:
    """Why numbers are not, or not fully, to be trusted.

    `name`: stale, unbalanced, refused, late, or a check; `source` and `detail` where there is
    one; `found`: rows, contacts or days behind it. One that `forbids` makes the answer no."""

    name: str
    forbids: bool
    found: int = 1
    source: str | None = None
    detail: str | None = None


@dataclass(frozen=True)
class Trust:
    """The `answer`: yes, remarks (yes, but read the reasons) or no."""

    answer: str
    reasons: tuple[Reason, ...]


def trust(root: Path, build: Build, now: datetime | None = None) -> Trust:
    """The verdict on a published build, at the time `now` (UTC)."""
    reasons = tuple(_reasons(root, build, now or datetime.now(UTC).replace(tzinfo=None)))
    if any(reason.forbids for reason in reasons):
        return Trust("no", reasons)
    return Trust("remarks" if reasons else "yes", reasons)


def _reasons(root: Path, build: Build, now: datetime) -> Iterator[Reason]:
    info = build_info(root, build)
    if info.is_stale:
        yield Reason("stale", True, detail=info.stale_reason)
    checks = books.checks(build)
    failed = checks[~checks["passed"].astype(bool)]
    for check in failed[failed["severity"] == "block"].itertuples():
        yield Reason(check.check, True, int(check.found))
    ledger = books.ledger(build, ("file", "day"))
    amounts = ledger.drop(columns=["file", "day", "received"]).sum(axis=1)
    if unbalanced := int((ledger["received"] != amounts).sum()):
        yield Reason("unbalanced", True, unbalanced)
    received, refused = int(ledger["received"].sum()), int(ledger["quarantined"].sum())
    if refused > REFUSED_SHARE * received:
        yield Reason("refused", True, refused, detail=f"{refused / received:.4f}")
    feeds = freshness(build, now)
    for feed in feeds[feeds["is_late"].astype(bool)].itertuples():
        yield Reason("late", False, source=feed.source, detail=f"{feed.expected_at:%Y-%m-%dT%H:%M}")
    warnings = failed[failed["severity"] == "warn"]
    rank = {name: position for position, name in enumerate(_FIRST)}
    for check in sorted(
        warnings.itertuples(), key=lambda row: (rank.get(row.check, len(rank)), row.check)
    ):
        yield Reason(check.check, False, int(check.found))
