"""What satisfaction depends on: an ordered model of the ratings.

    P(rating above k) = F(x b - cut k)

F is the logistic distribution, or the normal one if asked for. With the logistic one a
coefficient is the change of the log odds of a better rating, all else equal; `effects` and
`effect` say it in shares of satisfied customers instead. Going together is not causing: what
makes contacts slow may also make them annoying, and only those who answered are seen.

Languages differ in how far their ratings spread. One model for all has one spread, and finds
effects that are too small where they differ much: `DriversWithin` holds one for each.

Needs statsmodels, which takes seconds to import: not for the web process.

Source: McCullagh (1980), JRSS B 42; Greene, Econometric Analysis (2018), section 18.3, for
average partial effects and the delta method.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, ndtr, ndtri

from pipelines.errors import OutOfRangeError
from pipelines.statistics.intervals import CONFIDENCE, Estimate

Floats = NDArray[np.float64]
Link = Literal["logit", "probit"]

LEAST_RATINGS = 10
"""Ratings that every value of a category, and each side of a flag, needs."""

SATISFIED_FROM = 4

_LARGEST_COEFFICIENT = 10.0


@dataclass(frozen=True)
class Terms:
    """Which columns may matter, and in which form.

    durations    seconds; enter as log(1 + minutes): the tenth minute hurts less than the first
    numeric      enter as they are (clarification rounds)
    flags        booleans (reopened)
    categorical  compared with their most frequent value (channel, language, topic)
    by           a categorical column: each of its values has its own slope of the durations,
                 since a minute in a chat is not a minute of e-mail
    """

    durations: tuple[str, ...] = ()
    numeric: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    categorical: tuple[str, ...] = ()
    by: str | None = None

    @property
    def columns(self) -> list[str]:
        """Every column that is read, once."""
        named = [*self.durations, *self.numeric, *self.flags, *self.categorical]
        return list(dict.fromkeys([*named, *([self.by] if self.by else [])]))


@dataclass(frozen=True)
class Drivers:
    """A fitted model.

    n             ratings it was fitted to: those without a NULL in any column
    left_out      ratings with one
    coefficients  [term, n, value, low, high], on the scale of the link: with logit, log odds of
                  a better rating; n is the number of ratings that the term is about
    rows          the ratings' columns, as fitted
    """

    n: int
    left_out: int
    coefficients: pd.DataFrame
    rows: pd.DataFrame
    _link: Link
    _terms: Terms
    _levels: dict[str, list]
    _slopes: Floats
    _cut: float
    _covariance: Floats

    def effect(
        self,
        change: Callable[[pd.DataFrame], pd.DataFrame],
        where: Callable[[pd.DataFrame], pd.Series] | None = None,
    ) -> Estimate:
        """How the satisfied share of the ratings `where` would differ under a change.

        "What would a minute less of chat wait give?":

            drivers.effect(
                lambda rows: rows.assign(wait_seconds=(rows["wait_seconds"] - 60).clip(lower=0)),
                where=lambda rows: rows["channel"] == "chat",
            )

        Returns
        -------
        Estimate
            n ratings concerned, the mean difference of the share (0.01 is one CSAT point) with
            its interval by the delta method; NaN where no rating is concerned.

        Raises
        ------
        OutOfRangeError
            The change leads to a value that the model has not seen.
        """
        rows = self.rows if where is None else self.rows[where(self.rows)]
        return self._difference(rows, change(rows))

    def effects(self) -> pd.DataFrame:
        """Average effects on the satisfied share: [term, n, value, low, high].

        A minute more of each duration, one more of each number, a flag set against not set,
        each value of a category against the reference; all other columns as they are.
        """
        found = []
        for name in self._terms.durations:
            longer = self.rows.assign(**{name: self.rows[name] + 60})
            found.append((f"{name} + 60", self._difference(self.rows, longer)))
        for name in self._terms.numeric:
            more = self.rows.assign(**{name: self.rows[name] + 1})
            found.append((f"{name} + 1", self._difference(self.rows, more)))
        for name in self._terms.flags:
            off, on = (self.rows.assign(**{name: flag}) for flag in (False, True))
            found.append((name, self._difference(off, on)))
        for name in self._terms.categorical:
            reference = self.rows.assign(**{name: self._levels[name][0]})
            for level in self._levels[name][1:]:
                other = self.rows.assign(**{name: level})
                found.append((f"{name} = {level}", self._difference(reference, other)))
        return pd.DataFrame(
            [{"term": term, **vars(estimate)} for term, estimate in found],
            columns=["term", "n", "value", "low", "high"],
        )

    def _linked(self, design: Floats) -> tuple[Floats, Floats]:
        """Probability of a satisfied rating, and its derivative."""
        latent = design @ self._slopes - self._cut
        if self._link == "probit":
            return ndtr(latent), np.exp(-(latent**2) / 2) / np.sqrt(2 * np.pi)
        share = expit(latent)
        return share, share * (1 - share)

    def _difference(self, before: pd.DataFrame, after: pd.DataFrame) -> Estimate:
        if before.empty:
            return Estimate(0, np.nan, np.nan, np.nan)
        shares, gradients = [], []
        for rows in (before, after):
            design = _design(rows, self._terms, self._levels)[0]
            share, density = self._linked(design)
            shares.append(share.mean())
            gradients.append(np.append(density @ design, -density.sum()) / len(rows))
        value = float(shares[1] - shares[0])
        gradient = gradients[1] - gradients[0]
        margin = _z() * float(np.sqrt(gradient @ self._covariance @ gradient))
        return Estimate(len(before), value, value - margin, value + margin)


@dataclass(frozen=True)
class DriversWithin:
    """One model per group (language), and what they say together."""

    models: dict[object, Drivers]

    def effect(
        self,
        change: Callable[[pd.DataFrame], pd.DataFrame],
        where: Callable[[pd.DataFrame], pd.Series] | None = None,
    ) -> Estimate:
        """As `Drivers.effect`: over all ratings of the fitted groups, each by its own model."""
        return _pooled([model.effect(change, where) for model in self.models.values()])

    def effects(self) -> pd.DataFrame:
        """As `Drivers.effects`, over the groups that know the term: [term, n, value, low, high].

        A category's reference is each group's own most frequent value.
        """
        found: dict[str, list[Estimate]] = {}
        for model in self.models.values():
            for row in model.effects().itertuples():
                found.setdefault(row.term, []).append(Estimate(row.n, row.value, row.low, row.high))
        return pd.DataFrame(
            [{"term": term, **vars(_pooled(parts))} for term, parts in found.items()],
            columns=["term", "n", "value", "low", "high"],
        )


def _pooled(parts: list[Estimate]) -> Estimate:
    """Mean over all ratings of independent estimates."""
    parts = [part for part in parts if part.n]
    n = sum(part.n for part in parts)
    if not n:
        return Estimate(0, np.nan, np.nan, np.nan)
    value = sum(part.n * part.value for part in parts) / n
    margin = np.sqrt(sum((part.n * (part.high - part.value)) ** 2 for part in parts)) / n
    return Estimate(n, float(value), float(value - margin), float(value + margin))


def fit(ratings: pd.DataFrame, rating: str, terms: Terms, link: Link = "logit") -> Drivers:
    """Fit the ordered model of `rating` on `terms`.

    Parameters
    ----------
    ratings
        One row per rated contact: `rating` (whole scores of one scale, more is better) and the
        columns of `terms`. Rows with a NULL in any of them are left out and counted.
    link
        `probit` where satisfaction is thought of as normal around its mean, as the invented
        exchange's is; effects on shares differ little.

    Raises
    ------
    OutOfRangeError
        No term is named; or a column cannot be estimated, said with the reason and a remedy: a
        duration below 0 or without end, a value with fewer than LEAST_RATINGS ratings, one whose
        ratings are all equal (separation), a column that never varies or that follows from
        others, no score on one side of SATISFIED_FROM; or the fit does not settle.
    """
    if not terms.columns:
        raise OutOfRangeError("name at least one term that ratings may depend on")
    rows = ratings[[rating, *terms.columns]].dropna()
    for name in terms.durations:
        if not rows[name].between(0, np.inf, inclusive="left").all():
            raise OutOfRangeError(f"{name} holds durations below 0 or without end: leave them out")
    scores = rows[rating].to_numpy(dtype=float)
    _check_scores(scores, rating)
    for name in terms.flags:
        _check_values(rows[name].astype(bool), scores, name)
    categories = dict.fromkeys([*terms.categorical, *([terms.by] if terms.by else [])])
    for name in categories:
        _check_values(rows[name], scores, name)
    levels = {name: rows[name].value_counts().index.tolist() for name in categories}
    design, names = _design(rows, terms, levels)
    _check_design(design, names)
    centre, scale = design.mean(axis=0), design.std(axis=0)
    distinct, codes = np.unique(scores, return_inverse=True)
    slopes, thresholds, covariance = _maximum_likelihood((design - centre) / scale, codes, link)
    _check_slopes(slopes, covariance, names)
    # Back from standardised columns: slopes over the scale, cuts moved by the centre.
    slopes = slopes / scale
    place = int(np.searchsorted(distinct, SATISFIED_FROM)) - 1
    cut = float(thresholds[0] + np.exp(thresholds[1 : place + 1]).sum() + slopes @ centre)
    to_ours = np.zeros((len(names) + 1, len(covariance)))
    to_ours[: len(names), : len(names)] = np.diag(1 / scale)
    to_ours[-1, : len(names)] = centre / scale
    to_ours[-1, len(names)] = 1.0
    increments = slice(len(names) + 1, len(names) + 1 + place)
    to_ours[-1, increments] = np.exp(thresholds[1 : place + 1])
    covariance = to_ours @ covariance @ to_ours.T
    margin = _z() * np.sqrt(np.diag(covariance)[:-1])
    coefficients = pd.DataFrame(
        {
            "term": names,
            "n": (design != 0).sum(axis=0),
            "value": slopes,
            "low": slopes - margin,
            "high": slopes + margin,
        }
    )
    left_out = int(ratings[rating].notna().sum()) - len(rows)
    kept = rows[terms.columns]
    return Drivers(
        len(rows), left_out, coefficients, kept, link, terms, levels, slopes, cut, covariance
    )


def _design(rows: pd.DataFrame, terms: Terms, levels: dict[str, list]) -> tuple[Floats, list[str]]:
    columns: dict[str, Floats] = {}
    for name, known in levels.items():
        unknown = set(rows[name].unique()) - set(known)
        if unknown:
            raise OutOfRangeError(f"{name} = {min(map(str, unknown))} was not in the ratings")
    for name in terms.durations:
        minutes = np.log1p(rows[name].to_numpy(dtype=float) / 60)
        if terms.by is None:
            columns[f"log minutes of {name}"] = minutes
        else:
            group = rows[terms.by].to_numpy()
            for level in levels[terms.by]:
                label = f"log minutes of {name}, {terms.by} = {level}"
                columns[label] = np.where(group == level, minutes, 0.0)
    for name in (*terms.numeric, *terms.flags):
        columns[name] = rows[name].to_numpy(dtype=float)
    for name in terms.categorical:
        value = rows[name].to_numpy()
        for level in levels[name][1:]:
            columns[f"{name} = {level}"] = (value == level).astype(float)
    return np.column_stack(list(columns.values())), list(columns)


def _maximum_likelihood(
    design: Floats, codes: NDArray, link: Link
) -> tuple[Floats, Floats, Floats]:
    """Slopes, thresholds (the first, then logarithms of the steps), and their covariance."""
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    model = OrderedModel(codes, design, distr=link)
    # the same numbers as the distribution's own, which checks its arguments thousands of times
    model.cdf = {"logit": expit, "probit": ndtr}[link]
    with np.errstate(all="ignore"):
        result = model.fit(method="bfgs", disp=False, maxiter=500, warn_convergence=False)
    parameters, covariance = np.asarray(result.params), np.asarray(result.cov_params())
    # The line search stops short of its own tolerance on large samples; the gradient tells.
    steepest = np.abs(model.score(parameters)).max() / len(codes)
    if steepest > 1e-4 or not (np.isfinite(covariance).all() and (np.diag(covariance) > 0).all()):
        raise OutOfRangeError(
            "the fit does not settle: some term separates good ratings from bad ones; "
            "leave out a term or join rare values"
        )
    return parameters[: design.shape[1]], parameters[design.shape[1] :], covariance


def _check_scores(scores: Floats, rating: str) -> None:
    if not len(scores) or scores.min() >= SATISFIED_FROM or scores.max() < SATISFIED_FROM:
        raise OutOfRangeError(
            f"{rating} needs scores below {SATISFIED_FROM} and from it on: "
            f"{len(scores)} ratings without a NULL have not both"
        )


def _check_values(values: pd.Series, scores: Floats, name: str) -> None:
    found = pd.Series(scores, index=values.index).groupby(values, observed=True)
    summary = found.agg(["size", "min", "max"])
    if len(summary) < 2:
        raise OutOfRangeError(f"{name} is the same in all {len(values)} ratings: leave it out")
    for value, row in summary.iterrows():
        if row["size"] < LEAST_RATINGS:
            raise OutOfRangeError(
                f"{name} = {value} has {row['size']:.0f} ratings, at least {LEAST_RATINGS} are "
                "needed: join it with another value or leave it out"
            )
        if row["min"] == row["max"]:
            raise OutOfRangeError(
                f"all {row['size']:.0f} ratings with {name} = {value} are {row['min']:g}, so its "
                "effect has no limit: join it with another value or leave it out"
            )


def _check_design(design: Floats, names: list[str]) -> None:
    for place, name in enumerate(names):
        if np.ptp(design[:, place]) == 0:
            raise OutOfRangeError(f"{name} is the same in all ratings: leave it out")
    known = np.column_stack([np.ones(len(design)), design / design.std(axis=0)])
    # The first column that adds no rank follows from those before it.
    diagonal = np.abs(np.diag(np.linalg.qr(known, mode="r")))
    is_new = diagonal > 1e-8 * np.sqrt(len(design))
    if not is_new.all():
        raise OutOfRangeError(
            f"{names[int((~is_new).argmax()) - 1]} follows from the other terms: leave one out"
        )


def _check_slopes(slopes: Floats, covariance: Floats, names: list[str]) -> None:
    """Of standardised columns; where the best slope is without end, the search stops somewhere
    on the way, with a slope that is large or known to nobody."""
    errors = np.sqrt(np.diag(covariance)[: len(slopes)])
    extent = np.maximum(np.abs(slopes), errors)
    worst = int(extent.argmax())
    if extent[worst] > _LARGEST_COEFFICIENT:
        raise OutOfRangeError(
            f"{names[worst]} separates good ratings from bad ones: its effect has no limit; "
            "leave it out"
        )


def _z() -> float:
    return float(ndtri((1 + CONFIDENCE) / 2))
