"""Who answers surveys, and the score as it would be if everybody had."""

from collections.abc import Iterator

import duckdb
import pandas as pd

from pipelines.analysis import EVERYWHERE, Absence, Found
from pipelines.errors import OutOfRangeError
from pipelines.statistics import nonresponse

DAYS = 182
LEAST_ANSWERS = 30
DIMENSIONS = ("channel", "language", "wait", "outcome")
LEAST_OF_A_VALUE = 5
"""Answers below which a value is joined with others before weights are made."""

_WORDS = {"situation": "channel and outcome", "wait": "wait", "language": "language"}
_BREAKDOWNS = (None, "channel", "language")
_SCORES = [
    "survey", "scale", "dimension", "level", "n", "answers", "raw", "raw_low", "raw_high",
    "value", "low", "high", "effective_n", "weighted_by", "collapsed_n",
]  # fmt: skip
_REPRESENTED = [
    "survey", "dimension", "level", "n", "answers", "value", "low", "high", "share_of_asked",
    "share_of_answers",
]  # fmt: skip


def analyse(connection: duckdb.DuckDBPyConnection) -> Found:
    """analysis_nonresponse and analysis_representation of the last DAYS days of sending.

    Each kind of survey by itself: surveys of several systems ask differently, and one whose
    unanswered ones are not delivered cannot tell who stayed silent.
    """
    cells = _cells(connection)
    absences: list[Absence] = []
    scores, represented = [], []
    for survey, mine in cells.groupby("survey", sort=True):
        silent = mine["n"].sum() - mine["answered"].sum()
        scales = sorted({scale for told in mine["scales"].dropna() for scale in told.split()})
        if not silent:
            reason = "surveys without an answer are not delivered, so nobody can be compared"
            absences.append(Absence("nonresponse", str(survey), reason))
            continue
        if len(scales) != 1:
            reason = f"answers on {len(scales)} scales; one is needed"
            absences.append(Absence("nonresponse", str(survey), reason))
            continue
        shares = nonresponse.representation(mine, DIMENSIONS)
        represented.append(
            shares.rename(columns={"group": "level", "answered": "answers"}).assign(survey=survey)[
                _REPRESENTED
            ]
        )
        scored = mine.assign(answered=mine["scored"])
        for dimension, level, part in _parts(scored):
            row = _score(part, f"{survey}, {level}", absences)
            if row is not None:
                scores.append((survey, scales[0], dimension or EVERYWHERE, level, *row))
    return Found(
        {
            "analysis_nonresponse": pd.DataFrame(scores, columns=_SCORES),
            "analysis_representation": (
                pd.concat(represented, ignore_index=True)
                if represented
                else pd.DataFrame(columns=_REPRESENTED)
            ),
        },
        tuple(absences),
    )


def _cells(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """One row per survey kind, channel, language, wait, outcome: n, answered, scored (answered with
    a score) and the satisfied among these; of surveys whose window is over, answered or not."""
    return connection.execute(
        """
        SELECT
            split_part(s.survey_id, ':', 1) AS survey,
            s.channel,
            s.language,
            CASE
                WHEN c.first_response_seconds IS NULL THEN 'not known'
                WHEN c.first_response_seconds < 60 THEN 'under 1 min'
                WHEN c.first_response_seconds < 300 THEN '1-5 min'
                WHEN c.first_response_seconds < 3600 THEN '5-60 min'
                WHEN c.first_response_seconds < 14400 THEN '1-4 h'
                WHEN c.first_response_seconds < 86400 THEN '4-24 h'
                ELSE '24 h+'
            END AS wait,
            CASE
                WHEN c.reopens_count > 0 THEN 'reopened'
                WHEN c.is_resolved THEN 'resolved'
                WHEN NOT c.is_resolved THEN 'unresolved'
                ELSE 'not known'
            END AS outcome,
            string_agg(DISTINCT s.scale, ' ' ORDER BY s.scale)
                FILTER (WHERE s.is_answered_in_window AND s.score IS NOT NULL) AS scales,
            count(*) AS n,
            count(*) FILTER (WHERE s.is_answered_in_window) AS answered,
            count(*) FILTER (WHERE s.is_answered_in_window AND s.score IS NOT NULL) AS scored,
            count(*) FILTER (WHERE s.is_answered_in_window AND s.is_satisfied) AS total
        FROM fact_surveys AS s
        LEFT JOIN fact_contacts AS c ON c.contact_id = s.contact_id
        WHERE s.exclusion IS NULL
            AND s.is_window_over
            AND s.sent_on > (SELECT max(sent_on) FROM fact_surveys) - CAST(? AS INTEGER)
        GROUP BY ALL
        ORDER BY ALL
        """,
        [DAYS],
    ).df()


def _parts(cells: pd.DataFrame) -> Iterator[tuple[str | None, str, pd.DataFrame]]:
    for dimension in _BREAKDOWNS:
        if dimension is None:
            yield None, EVERYWHERE, cells
        else:
            for level, part in cells.groupby(dimension, sort=True):
                yield dimension, str(level), part


def _composed(cells: pd.DataFrame) -> pd.DataFrame:
    """Cells to weigh by: channel with outcome (calls have none, so apart they contradict each
    other), wait and language; rare values joined with the channel's or with the most frequent."""
    outcome = _joined(cells, ["channel", "outcome"]).str[1]
    situation = cells["channel"] + ", " + outcome
    cells = cells.assign(situation=situation)
    return cells.assign(
        situation=_joined(cells, ["situation"]).str[0],
        wait=_joined(cells, ["wait"]).str[0],
        language=_joined(cells, ["language"]).str[0],
    )


def _joined(cells: pd.DataFrame, names: list[str]) -> pd.Series:
    """The values of `names` as tuples; those with few answers as the most answered one, where
    there are two names of the first's."""
    keys = pd.Series(list(zip(*(cells[name] for name in names), strict=True)), index=cells.index)
    answers = cells.groupby(keys)["answered"].sum().sort_values(ascending=False)
    rare = set(answers.index[answers < LEAST_OF_A_VALUE])
    instead = {}
    for key in rare:
        alike = [k for k in answers.index if k[:-1] == key[:-1] and k not in rare]
        instead[key] = alike[0] if alike else key
    return keys.map(lambda key: instead.get(key, key))


def _score(cells: pd.DataFrame, subject: str, absences: list[Absence]) -> tuple | None:
    """Raw and weighted; by fewer dimensions where weights by all of them do not settle."""
    answered = int(cells["answered"].sum())
    if answered < LEAST_ANSWERS:
        reason = f"{answered} answers, {LEAST_ANSWERS} are needed"
        absences.append(Absence("nonresponse", subject, reason))
        return None
    cells = _composed(cells)
    names = [name for name in ("situation", "wait", "language") if cells[name].nunique() > 1]
    reason = "nothing varies that weights could stand on"
    while names:
        try:
            found = nonresponse.adjust(cells, names)
        except OutOfRangeError as error:
            reason = str(error)
            names = names[:-1]
            continue
        collapsed = found.collapsed["n"]
        return (
            int(cells["n"].sum()), answered, found.raw.value, found.raw.low, found.raw.high,
            found.adjusted.value, found.adjusted.low, found.adjusted.high, found.effective_n,
            ", ".join(_WORDS[name] for name in names), int(collapsed.sum()),
        )  # fmt: skip
    absences.append(Absence("nonresponse", subject, reason))
    return None
