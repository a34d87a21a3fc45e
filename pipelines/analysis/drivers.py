"""What ratings depend on: one ordered model per language, pooled; effects in shares."""

from collections.abc import Iterator

import duckdb
import numpy as np
import pandas as pd

from pipelines.analysis import Absence, Found
from pipelines.errors import OutOfRangeError
from pipelines.statistics import drivers
from pipelines.statistics.intervals import Estimate

SCALE = "1-5"
DAYS = 365
RATINGS_PER_LANGUAGE = 4_000
"""Fitted at most; of more, those with the smallest hash of their id: a sample that stays."""

LEAST_RATINGS = 200
"""A language needs for a model of its own: some ten per coefficient."""

LEAST_OF_A_VALUE = 30
EVERYWHERE = "*"
MINUTE, HOUR = 60, 3_600

_COLUMNS = ["language", "term", "level", "unit", "n", "value", "low", "high", "is_sampled"]
_FLAG, _NUMBER = "is_reopened", "clarification_rounds"


def analyse(connection: duckdb.DuckDBPyConnection) -> Found:
    """analysis_drivers: of each language with enough ratings, and of all these together.

    A contact that no system tells of being reopened, or that no agent asked anything, counts as
    not reopened and as without a round: the channels that never tell it have a level of their own.
    """
    ratings, is_sampled = _ratings(connection)
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
    parts = [(EVERYWHERE, drivers.DriversWithin(models, {}))] if models else []
    parts += [(name, drivers.DriversWithin({name: m}, {})) for name, m in models.items()]
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
                s.score AS rating,
                s.channel,
                s.language,
                s.topic,
                c.first_response_seconds AS wait_seconds,
                coalesce(c.reopens_count > 0, FALSE) AS {_FLAG},
                coalesce({_rounds(connection)}, 0) AS {_NUMBER},
                row_number() OVER (
                    PARTITION BY s.language ORDER BY hash(s.survey_id), s.survey_id
                ) AS place,
                count(*) OVER (PARTITION BY s.language) AS available
            FROM fact_surveys AS s
            INNER JOIN fact_contacts AS c ON c.contact_id = s.contact_id
            WHERE s.exclusion IS NULL
                AND s.is_last_rating
                AND s.scale = ?
                AND s.answered_on > (SELECT max(answered_on) FROM fact_surveys) - CAST(? AS INTEGER)
                AND c.first_response_seconds IS NOT NULL
                AND s.language <> 'und'
        )

        SELECT * FROM rated WHERE place <= ? ORDER BY language, place
        """,
        [SCALE, DAYS, RATINGS_PER_LANGUAGE],
    ).df()
    sampled = found.loc[found["available"] > RATINGS_PER_LANGUAGE, "language"].unique()
    return found.drop(columns=["place", "available"]), set(sampled)


def _rounds(connection: duckdb.DuckDBPyConnection) -> str:
    """The column of clarification rounds, where this build counts them."""
    columns = {row[0] for row in connection.execute("DESCRIBE fact_contacts").fetchall()}
    named = "clarification_rounds_count"
    return f"c.{named}" if named in columns else "NULL"


def _fitted(rows: pd.DataFrame) -> drivers.Drivers:
    """The model of one language, on whatever varies enough there."""
    rows = rows.assign(topic=_joined(rows["topic"], rows["rating"], "other"))
    usual = _joined(rows["channel"], rows["rating"], None)
    rows = rows.assign(channel=usual)[usual.notna()]
    categorical = tuple(name for name in ("channel", "topic") if rows[name].nunique() > 1)
    terms = drivers.Terms(
        durations=("wait_seconds",),
        numeric=(_NUMBER,) if (rows[_NUMBER] > 0).sum() >= LEAST_OF_A_VALUE else (),
        flags=(_FLAG,) if _is_telling(rows) else (),
        categorical=categorical,
        by="channel" if "channel" in categorical else None,
    )
    if "channel" in categorical:
        return drivers.fit(rows, "rating", terms)
    model = drivers.fit(rows.drop(columns="channel"), "rating", terms)
    # The one channel is no term, but readers ask about it.
    channel = rows.loc[model.rows.index, "channel"]
    return _with_rows(model, model.rows.assign(channel=channel))


def _with_rows(model: drivers.Drivers, rows: pd.DataFrame) -> drivers.Drivers:
    from dataclasses import replace

    return replace(model, rows=rows)


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
            lambda frame, step=step: frame.assign(
                wait_seconds=(frame["wait_seconds"] - step).clip(lower=0)
            ),
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
