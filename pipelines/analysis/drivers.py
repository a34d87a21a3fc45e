"""What ratings depend on: one ordered model per language, pooled; effects in shares.

A wait enters as log(1 + wait / the channel's usual wait): the second half hour of a chat hurts
less than the first, and half an hour is much for a chat and nothing for an e-mail.
"""

from collections.abc import Iterator
from dataclasses import replace

import duckdb
import numpy as np
import pandas as pd

from pipelines.analysis import EVERYWHERE, Absence, Found
from pipelines.errors import OutOfRangeError
from pipelines.statistics import drivers
from pipelines.statistics.intervals import Estimate

SCALE = "1-5"
DAYS = 365
RATINGS_PER_LANGUAGE = 2_000
"""Fitted at most; of more, those with the smallest hash of their id: a sample that stays."""

LEAST_RATINGS = 200
"""A language needs for a model of its own: some ten per coefficient."""

LEAST_OF_A_VALUE = 30
MINUTE, HOUR = 60, 3_600

_COLUMNS = ["language", "term", "level", "unit", "n", "value", "low", "high", "is_sampled"]
_RELATIVE = "wait_relative_to_usual"
_FLAG, _NUMBER = "is_reopened", "clarification_rounds"


def analyse(connection: duckdb.DuckDBPyConnection) -> Found:
    """analysis_drivers: of each language with enough ratings, and of all these together.

    A contact that no system tells of being reopened, or that no agent asked anything, counts as
    not reopened and as without a round: the channels that never tell it have a level of their own.
    """
    ratings, is_sampled = _ratings(connection)
    usual = ratings.groupby("channel")["wait_seconds"].transform("median").clip(lower=1)
    ratings = ratings.assign(usual_seconds=usual)
    models, absences = {}, []
    for language, rows in ratings.groupby("language", sort=True):
        if len(rows) < LEAST_RATINGS:
            reason = f"{len(rows)} ratings on the scale {SCALE}, {LEAST_RATINGS} are needed"
            absences.append(Absence("drivers", str(language), reason))
            continue
        try:
            models[str(language)] = _fitted(rows)
        except OutOfRangeError as error:
            absences.append(Absence("drivers", str(language), str(error)))
    if not models:
        absences.append(Absence("drivers", EVERYWHERE, "no language has enough ratings"))
    parts = [(EVERYWHERE, drivers.DriversWithin(models))] if models else []
    parts += [(name, drivers.DriversWithin({name: m})) for name, m in models.items()]
    rows = [
        (language, *row, bool(is_sampled & ({language} if language != EVERYWHERE else is_sampled)))
        for language, model in parts
        for row in _effects(model)
    ]
    return Found({"analysis_drivers": pd.DataFrame(rows, columns=_COLUMNS)}, tuple(absences))


def _ratings(connection: duckdb.DuckDBPyConnection) -> tuple[pd.DataFrame, set[str]]:
    """The ratings to fit, and the languages of which they are a sample."""
    found = connection.execute(
        f"""
        WITH rated AS (
            SELECT
                s.survey_id,
                s.contact_id,
                s.score AS rating,
                s.channel,
                s.language,
                s.topic,
                s.first_response_seconds AS wait_seconds,
                row_number() OVER (
                    PARTITION BY s.language ORDER BY hash(s.survey_id), s.survey_id
                ) AS place,
                count(*) OVER (PARTITION BY s.language) AS available
            FROM fact_surveys AS s
            WHERE s.exclusion IS NULL
                AND s.is_last_rating
                AND s.scale = ?
                AND s.answered_on > (SELECT max(answered_on) FROM fact_surveys) - CAST(? AS INTEGER)
                AND s.first_response_seconds IS NOT NULL
                AND s.language <> 'und'
        ),

        drawn AS (
            SELECT * FROM rated WHERE place <= ?
        )

        SELECT
            d.rating,
            d.channel,
            d.language,
            d.topic,
            d.wait_seconds,
            coalesce(c.reopens_count > 0, FALSE) AS {_FLAG},
            coalesce(c.clarification_rounds, 0) AS {_NUMBER},
            d.available
        FROM drawn AS d
        INNER JOIN fact_contacts AS c ON c.contact_id = d.contact_id
        ORDER BY d.language, d.place
        """,
        [SCALE, DAYS, RATINGS_PER_LANGUAGE],
    ).df()
    sampled = found.loc[found["available"] > RATINGS_PER_LANGUAGE, "language"].unique()
    return found.drop(columns="available"), set(sampled)


def _fitted(rows: pd.DataFrame) -> drivers.Drivers:
    """The model of one language, on whatever varies enough there."""
    rows = rows.assign(topic=_joined(rows["topic"], rows["rating"], "other"))
    usual = _joined(rows["channel"], rows["rating"], None)
    rows = _relative(rows.assign(channel=usual)[usual.notna()], 0)
    categorical = tuple(name for name in ("channel", "topic") if rows[name].nunique() > 1)
    terms = drivers.Terms(
        durations=(_RELATIVE,),
        numeric=(_NUMBER,) if (rows[_NUMBER] > 0).sum() >= LEAST_OF_A_VALUE else (),
        flags=(_FLAG,) if _is_telling(rows) else (),
        categorical=categorical,
        by="channel" if "channel" in categorical else None,
    )
    model = drivers.fit(rows, "rating", terms)
    # Beside the terms, what the effect of a shorter wait is worked out from.
    kept = ["channel", "wait_seconds", "usual_seconds"]
    beside = rows.loc[model.rows.index, [name for name in kept if name not in model.rows]]
    return replace(model, rows=model.rows.join(beside))


def _relative(rows: pd.DataFrame, less: int) -> pd.DataFrame:
    """Waits, `less` seconds shorter, in multiples of their channel's usual one.

    In minutes, as the model's durations are: 60 is as long as usual.
    """
    waited = (rows["wait_seconds"] - less).clip(lower=0)
    return rows.assign(**{_RELATIVE: 60 * waited / rows["usual_seconds"]})


def _joined(values: pd.Series, ratings: pd.Series, rest: str | None) -> pd.Series:
    """Values that are rare, or always rated alike, joined under the name `rest` (None: NULL)."""
    summary = ratings.groupby(values).agg(["size", "min", "max"])
    is_usual = (summary["size"] >= LEAST_OF_A_VALUE) & (summary["min"] < summary["max"])
    usual = set(summary.index[is_usual])
    joined = values.where(values.isin(usual), rest)
    if rest is not None and 0 < (joined == rest).sum() < LEAST_OF_A_VALUE:
        joined = joined.where(joined != rest, values.value_counts().index[0])
    return joined


def _is_telling(rows: pd.DataFrame) -> bool:
    groups = rows.groupby(_FLAG)["rating"].agg(["size", "min", "max"])
    enough = (groups["size"] >= LEAST_OF_A_VALUE) & (groups["min"] < groups["max"])
    return len(groups) == 2 and bool(enough.all())


def _effects(model: drivers.DriversWithin) -> Iterator[tuple]:
    """(term, level, unit, n, value, low, high) for each term, and a shorter wait per channel."""
    rows = pd.concat([one.rows for one in model.models.values()])
    for channel, waits in rows.groupby("channel", sort=True)["wait_seconds"]:
        step = MINUTE if waits.median() < HOUR else HOUR
        found = model.effect(
            lambda frame, step=step: _relative(frame, step),
            where=lambda frame, channel=channel: frame["channel"] == channel,
        )
        unit = "a minute less" if step == MINUTE else "an hour less"
        yield ("first_response_seconds", channel, unit, *_numbers(found))
    for row in model.effects().itertuples():
        found = Estimate(row.n, row.value, row.low, row.high)
        name, is_value, level = row.term.partition(" = ")
        if is_value:
            yield (name, level, "against the most frequent", *_numbers(found))
        elif name == _FLAG:
            yield (name, None, "yes against no", *_numbers(found))
        elif name.startswith(_NUMBER):
            yield (_NUMBER, None, "one more", *_numbers(found))


def _numbers(found: Estimate) -> tuple[int, float, float, float]:
    return found.n, *(np.float64(x) for x in (found.value, found.low, found.high))
