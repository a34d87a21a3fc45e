"""Quality reviews: what they found, which contacts to review next, and whether reviewers agree.

A draw is no state: the same build, filters and seed draw the same contacts, so a link is the list,
and how many of it have been reviewed tells how far the work is. What reviewers fill in is a file
that `load` recognises by its headers (source `reviews`).
"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from math import sqrt

import pandas as pd

from pipelines.api.published import Pointer
from pipelines.api.records import counted
from pipelines.api.selection import (
    By,
    Condition,
    Day,
    Scope,
    Where,
    as_list,
    lookup,
    select,
    unknown,
)
from pipelines.errors import OutOfRangeError
from pipelines.sql import identifier
from pipelines.statistics import intervals
from pipelines.statistics.agreement import cohen_kappa, krippendorff_alpha, percent_agreement
from pipelines.statistics.intervals import Estimate

GROUPS = ("channel", "language", "topic", "team", "agent", "urgency")
SCALES = {"1-5": (1, 5), "0-10": (0, 10), "0-100": (0, 100), "0-1": (0, 1)}
"""Points that a scorecard may give: least and most. Critical categories are passed or failed."""

_CALIBRATION_GROUPS = ("category", "language", "channel", "topic", "team")
_CALIBRATION_COLUMNS = [
    "statistic", "first_reviewer", "second_reviewer", "value", "n", "low", "high",
]  # fmt: skip
_JUDGED = Condition("is_answered IS NOT FALSE AND is_offered")  # an agent did something to judge
_SHOWN = ("contact_id", "arrived_at", "channel", "language", "topic", "team", "agent_id")


class Reviews:
    """The part of `Warehouse` on quality reviews; `start`, `end` and `where` are as there."""

    _pointer: Pointer

    def review_categories(
        self, start: Day = None, end: Day = None, where: Where = None
    ) -> pd.DataFrame:
        """Categories of the scorecards of randomly drawn reviews, the weightiest first.

        [category, value, n, low, high, weight, is_critical, failed_count]: value is the mean share
        of the points with its 95 % interval; reviews to which the category does not apply are
        left out. `failed_count` are reviews that a critical category failed.
        """
        build = self._pointer.build()
        selection = counted(build, "fact_review_scores", "reviewed_on", Scope(start, end, where))
        found = build.query(
            f"""
            SELECT
                category,
                max(weight) AS weight,
                bool_or(is_critical) AS is_critical,
                count(share) AS n,
                sum(share) AS total,
                sum(share * share) AS squares,
                count(*) FILTER (WHERE is_failed) AS failed_count
            FROM fact_review_scores
            WHERE {selection.condition.text} AND drawn = 'random'
            GROUP BY category
            ORDER BY weight DESC, category
            """,
            selection.condition.parameters,
        )
        value, low, high = intervals.mean(found["n"], found["total"], found["squares"])
        found = found.assign(value=value, low=low.clip(min=0), high=high.clip(max=1))
        found.attrs = {"unit": "share"}
        return found[
            ["category", "value", "n", "low", "high", "weight", "is_critical", "failed_count"]
        ]

    def draw_reviews(
        self,
        count: int,
        by: By = ("channel", "language"),
        start: Day = None,
        end: Day = None,
        where: Where = None,
        *,
        seed: int,
    ) -> pd.DataFrame:
        """Contacts to review, drawn at random from each group of `by`; the same for the same seed.

        Parameters
        ----------
        count
            How many; a group with a contact gets at least one, so it may be more.
        by : any of channel, language, topic, team, agent, urgency

        Returns
        -------
        DataFrame
            One row per contact: contact_id, arrived_at, channel, language, topic, team, agent_id,
            stratum_contacts, is_reviewed (a random review of it is loaded) and
            selection_probability (drawn of its group / in its group). `.attrs` holds population,
            groups and seed. Drawn from counted contacts that were offered to agents and are not
            known to be unanswered: in others there is nothing to judge.

        Raises OutOfRangeError where `count` is below 1.
        """
        if count < 1:
            raise OutOfRangeError(f"{count} reviews: draw at least 1")
        build, scope = self._pointer.build(), Scope(start, end, where)
        columns = {name: "agent_id" if name == "agent" else name for name in GROUPS}
        names = list(dict.fromkeys(as_list(by)))
        strata = [lookup(name, columns, "draw: group") for name in names]
        selection = counted(build, "fact_contacts", "arrived_on", scope)
        wanted = Condition.all_of((selection.condition, _JUDGED))
        keys = ", ".join(identifier(name) for name in strata) or "NULL"
        found = build.query(
            f"""
            WITH dealt AS (
                SELECT
                    {", ".join(_SHOWN)},
                    dense_rank() OVER (ORDER BY {keys}) AS stratum,
                    count(*) OVER (PARTITION BY {keys}) AS stratum_contacts,
                    row_number() OVER (
                        PARTITION BY {keys} ORDER BY md5(contact_id || ? ), contact_id
                    ) AS place
                FROM fact_contacts
                WHERE {wanted.text}
            )
            SELECT
                *,
                contact_id IN (
                    SELECT contact_id FROM fact_reviews WHERE drawn = 'random'
                ) AS is_reviewed
            FROM dealt
            WHERE place <= ?
            ORDER BY stratum, place
            """,
            [f"|{seed}", *wanted.parameters, count],
        )
        sizes = found.drop_duplicates("stratum").set_index("stratum")["stratum_contacts"]
        taken = pd.Series(shared_out(sizes.tolist(), count), index=sizes.index, dtype="int64")
        of_stratum = found["stratum"].map(taken)
        kept = found[found["place"] <= of_stratum]
        chance = (of_stratum / found["stratum_contacts"]).loc[kept.index]
        kept = kept.assign(selection_probability=chance.astype(float))
        kept = kept.drop(columns=["stratum", "place"]).reset_index(drop=True)
        kept.attrs = {"population": int(sizes.sum()), "groups": len(sizes), "seed": seed}
        return kept

    def calibration(
        self,
        by: By = ("category",),
        start: Day = None,
        end: Day = None,
        where: Where = None,
    ) -> pd.DataFrame:
        """Agreement between reviewers on the contacts that two or more of them reviewed.

        Parameters
        ----------
        by : any of category, language, channel, topic, team

        Returns
        -------
        DataFrame
            [by..., statistic, first_reviewer, second_reviewer, value, n, low, high]: `percent`
            and Cohen's `kappa` of each two reviewers who share a contact, Krippendorff's `alpha`
            (ordinal) of all of them. NaN where all ratings are equal: chance agrees too. n are
            categories of contacts with both ratings, or two at least; limits at 95%, of contacts
            drawn with all their categories.
        """
        build, scope = self._pointer.build(), Scope(start, end, where)
        names = list(dict.fromkeys(as_list(by)))
        for name in names:
            if name not in _CALIBRATION_GROUPS:
                raise unknown(name, _CALIBRATION_GROUPS, "calibration: breakdown")
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
        return pd.DataFrame(rows, columns=[*names, *_CALIBRATION_COLUMNS])


def shared_out(sizes: Sequence[int], count: int) -> list[int]:
    """How many of `count` each group gets: by the square root of its size, none more than it has.

    Square roots let a small language be told from chance and still give large ones most. At least
    one each, though it be more than `count` in all: a group without any chance would be missing
    from every estimate. [100, 4] and 6 give [5, 1].

    Source: Bankier, Power allocations (The American Statistician 42, 1988), power 1/2.
    """
    taken = [1] * len(sizes)
    for _ in range(min(count, sum(sizes)) - len(sizes)):
        room = [place for place, size in enumerate(sizes) if taken[place] < size]
        taken[max(room, key=lambda place: sqrt(sizes[place]) / taken[place])] += 1
    return taken


def reviews_dealt(
    drawn: pd.DataFrame, reviewers: Sequence[str] = (), second_share: float = 0.0
) -> pd.DataFrame:
    """The reviews that a draw asks for, dealt out evenly to reviewers, some of them twice.

    Parameters
    ----------
    drawn : as `Warehouse.draw_reviews` gives it
    reviewers
        Who reviews; empty: `reviewer_id` is NULL, to be filled in.
    second_share
        Share of the contacts that a second reviewer judges as well, for calibration.

    Returns
    -------
    DataFrame
        One row per review: review_id, reviewer_id, drawn (random, calibration) and the columns of
        the draw, with its `.attrs`. A calibration review has no chance to be drawn: it estimates
        no quality.

    Raises OutOfRangeError for a share outside 0 to 1, and for second reviews by fewer than two.
    """
    if not 0 <= second_share <= 1:
        raise OutOfRangeError(f"{second_share:g} of the contacts twice: give a share of 0 to 1")
    if second_share and len(set(reviewers)) < 2:
        raise OutOfRangeError("second reviews take two reviewers or more")
    seed = drawn.attrs["seed"]
    rows = []
    for place, contact in enumerate(drawn.to_dict("records")):
        is_twice = int((place + 1) * second_share) > int(place * second_share)
        for turn, kind in enumerate(("random", "calibration")[: 1 + is_twice]):
            who = reviewers[(place + turn) % len(reviewers)] if reviewers else None
            name = f"draw-{seed}-{contact['contact_id']}" + ("-again" if turn else "")
            chance = None if turn else contact["selection_probability"]
            rows.append(
                {"review_id": name, "reviewer_id": who, "drawn": kind, **contact}
                | {"selection_probability": chance}
            )
    names = ["review_id", "reviewer_id", "drawn", *drawn.columns]
    dealt = pd.DataFrame(rows, columns=names)
    dealt.attrs = dict(drawn.attrs)
    return dealt


def scorecards(reviews: pd.DataFrame, categories: pd.DataFrame, scale: str = "1-5") -> pd.DataFrame:
    """What reviewers fill in: `score` and `reviewed_at` of each category, then `load` the file.

    Parameters
    ----------
    reviews : as `reviews_dealt` gives them
    categories : one row each: category, weight, is_critical
    scale : one of SCALES; critical categories are failed (0) or passed (1)

    Returns
    -------
    DataFrame
        One row per review and category, in the columns of the source `reviews`. An empty score of
        a reviewed contact says that the category does not apply. `.attrs`: the draw's, and scale.
    """
    least, most = SCALES[scale]
    cards = reviews.merge(categories[["category", "weight", "is_critical"]], how="cross")
    system, number = (cards["contact_id"].str.partition(":")[part] for part in (0, 2))
    critical = cards["is_critical"].astype(bool)
    made = pd.DataFrame(
        {
            "review_id": cards["review_id"],
            "contact_system": system,
            "contact_id": number,
            "reviewer_id": cards["reviewer_id"],
            "category": cards["category"],
            "score": None,
            "score_min": critical.map({True: 0, False: least}),
            "score_max": critical.map({True: 1, False: most}),
            "weight": cards["weight"],
            "is_critical": critical.map({True: "yes", False: "no"}),
            "drawn": cards["drawn"],
            "selection_probability": cards["selection_probability"],
            "reviewed_at": None,
        }
    )
    made.attrs = reviews.attrs | {"scale": scale}
    return made


def named_categories(known: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """[category, weight, is_critical] in the order of `names`: as reviews had them, a new one with
    weight 1."""
    asked = pd.DataFrame({"category": list(dict.fromkeys(names))})
    found = asked.merge(known[["category", "weight", "is_critical"]], on="category", how="left")
    is_critical = [each is True or each == 1 for each in found["is_critical"]]
    return found.assign(weight=found["weight"].fillna(1.0), is_critical=is_critical)


def _agreements(scores: pd.DataFrame) -> Iterator[tuple]:
    """Percent and kappa of each two reviewers who share a contact, and alpha of all of them."""
    table = scores.pivot_table(
        index=["contact_id", "category"], columns="reviewer_id", values="share", aggfunc="last"
    )
    for first, second in combinations(table.columns, 2):
        both = table[[first, second]].dropna()
        if len(both):
            pair = both[first].to_numpy(), both[second].to_numpy()
            contacts = both.index.get_level_values("contact_id")
            yield _row("percent", percent_agreement(*pair, items=contacts), first, second)
            yield _row("kappa", cohen_kappa(*pair, items=contacts), first, second)
    contacts = table.index.get_level_values("contact_id")
    yield _row("alpha", krippendorff_alpha(table.to_numpy(), "ordinal", items=contacts))


def _row(
    statistic: str, found: Estimate, first: str | None = None, second: str | None = None
) -> tuple:
    return statistic, first, second, found.value, found.n, found.low, found.high
