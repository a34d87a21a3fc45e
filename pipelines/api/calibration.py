"""Do reviewers judge alike: agreement on the contacts that several of them reviewed."""

from collections.abc import Iterator, Sequence
from itertools import combinations

import pandas as pd

from pipelines.api.published import Build
from pipelines.api.selection import Scope, as_list, select, unknown
from pipelines.statistics.agreement import cohen_kappa, krippendorff_alpha, percent_agreement
from pipelines.statistics.intervals import Estimate

GROUPS = ("category", "language", "channel", "topic", "team")
_COLUMNS = ["statistic", "first_reviewer", "second_reviewer", "value", "n", "low", "high"]


def calibration(build: Build, by: Sequence[str], scope: Scope) -> pd.DataFrame:
    """See `Warehouse.calibration`."""
    names = list(dict.fromkeys(as_list(by)))
    for name in names:
        if name not in GROUPS:
            raise unknown(name, GROUPS, "calibration: breakdown")
    build.check_values(scope.where)
    selection = select(
        "fact_review_scores",
        build.columns["fact_review_scores"],
        (),
        scope,
        {"agent": "agent_id", "observed_on": "reviewed_on"},
    )
    scores = build.query(
        "SELECT contact_id, category, reviewer_id, reviewed_at, review_id, language, channel,"
        f" topic, team, share FROM fact_review_scores WHERE {selection.condition.text}"
        " AND share IS NOT NULL AND reviewer_id IS NOT NULL"
        " ORDER BY reviewed_at, review_id",
        selection.condition.parameters,
    )
    # Who reviewed a contact twice has changed their mind: the later judgement stands.
    scores = scores.drop_duplicates(["contact_id", "category", "reviewer_id"], keep="last")
    raters = scores.groupby(["contact_id", "category"])["reviewer_id"].transform("size")
    scores = scores[raters >= 2]
    groups = scores.groupby(names, sort=True, dropna=False) if names else [((), scores)]
    rows = [(*key, *row) for key, group in groups if len(group) for row in _agreements(group)]
    return pd.DataFrame(rows, columns=[*names, *_COLUMNS])


def _agreements(scores: pd.DataFrame) -> Iterator[tuple]:
    """Percent and kappa of each two reviewers who share a contact, and alpha of all of them."""
    table = scores.pivot_table(
        index=["contact_id", "category"], columns="reviewer_id", values="share", aggfunc="last"
    )
    for first, second in combinations(table.columns, 2):
        both = table[[first, second]].dropna()
        if len(both):
            pair = both[first].to_numpy(), both[second].to_numpy()
            yield _row("percent", percent_agreement(*pair), first, second)
            yield _row("kappa", cohen_kappa(*pair), first, second)
    yield _row("alpha", krippendorff_alpha(table.to_numpy(), "ordinal"))


def _row(
    statistic: str, found: Estimate, first: str | None = None, second: str | None = None
) -> tuple:
    return statistic, first, second, found.value, found.n, found.low, found.high
