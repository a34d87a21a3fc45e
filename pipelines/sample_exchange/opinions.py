"""What customers think of it: who answers a survey, with which ratings."""

from dataclasses import dataclass

import numpy as np

from pipelines.sample_exchange.chunks import NEVER
from pipelines.sample_exchange.world import LANGUAGES, TOPICS

_STYLE = np.array([language.response_style for language in LANGUAGES])
_LENIENCY = np.array([language.leniency for language in LANGUAGES])
_MOODS = {"login": 0.1, "trade": -0.1, "withdrawal": -0.3, "stolen_account": -0.6, "kyc": 0.05,
          "fees": -0.2, "other": 0.1}  # fmt: skip
_TOPIC_MOOD = np.array([_MOODS[topic] for topic in TOPICS])
_CUTS = np.array([-1.35, -0.75, -0.15, 0.75])
"""Latent satisfaction between the scores 1|2, 2|3, 3|4 and 4|5."""


_WAITED, _UNSOLVED, _REOPENED, _SPREAD = -0.42, -1.15, -0.55, 0.75
PROMISED_SECONDS = {"live_chat": 75.0, "phone": 60.0, "tickets": 6 * 3600.0}
"""The wait that each channel promises; written ones are all tickets."""


def true_ratings() -> dict:
    """What ratings are drawn from: latent = style * (mood + leniency), cut into 1..5, where
    mood = 1 + waited * log(1 + wait / promised) + unsolved + reopened + topic + agent + noise."""
    return {
        "waited": _WAITED,
        "unsolved": _UNSOLVED,
        "reopened": _REOPENED,
        "noise_sd": _SPREAD,
        "topics": _MOODS,
        "promised_seconds": PROMISED_SECONDS,
        "styles": {language.code: language.response_style for language in LANGUAGES},
        "leniencies": {language.code: language.leniency for language in LANGUAGES},
        "cuts": _CUTS.tolist(),
    }


@dataclass(frozen=True)
class Surveys:
    """One survey per contact; NEVER: not sent, not answered. Scores 1-5, 0 without an answer."""

    sent: np.ndarray
    answered: np.ndarray
    score: np.ndarray
    professionalism: np.ndarray
    speed: np.ndarray
    problem_solving: np.ndarray
    has_comment: np.ndarray


def draw_surveys(
    ended: np.ndarray, asked: np.ndarray, base_response: float, language: np.ndarray,
    topic: np.ndarray, wait_ratio: np.ndarray, is_solved: np.ndarray, is_reopened: np.ndarray,
    agent_effect: np.ndarray, cut: int, rng: np.random.Generator,
) -> Surveys:  # fmt: skip
    """Survey the contacts `asked`, minutes after they `ended`.

    `wait_ratio` is the wait over what that channel promises: those who waited long answer
    less often, unless they are furious; ratings fall with its logarithm, with an unsolved or
    reopened contact, and spread by the response style of the language.
    """
    n = len(ended)
    waited = np.log1p(np.clip(wait_ratio, 0, 200))
    mood = (
        1.0 + _WAITED * waited + _UNSOLVED * ~is_solved + _REOPENED * is_reopened
        + _TOPIC_MOOD[topic] + agent_effect + rng.normal(0, _SPREAD, n)
    )  # fmt: skip
    style, leniency = _STYLE[language], _LENIENCY[language]
    score = _boxes((mood + leniency) * style)
    sent = np.where(asked & (ended >= 0), ended + rng.integers(20, 300, n), NEVER)
    sent = np.where(sent < cut, sent, NEVER)
    fury = np.where(mood < -1.2, 1.7, 1.0)
    chance = base_response * np.exp(-0.28 * waited) * fury * np.where(mood > 1.6, 1.25, 1.0)
    delay = np.exp(rng.normal(np.log(900), 1.9, n)).astype(np.int64) + 15
    answered = np.where((rng.random(n) < chance) & (sent >= 0), sent + delay, NEVER)
    answered = np.where(answered < cut, answered, NEVER)
    given = answered >= 0
    aspects = [
        np.where(given, _boxes((mood + shift + leniency) * style + rng.normal(0, 0.45, n)), 0)
        for shift in (0.45, 0.25 - 0.3 * waited, 0.1 - 0.5 * ~is_solved)
    ]
    extreme = np.where((score == 1) | (score == 5), 0.36, 0.2)
    return Surveys(sent, answered, np.where(given, score, 0), *aspects,
                   given & (rng.random(n) < extreme))  # fmt: skip


def _boxes(latent: np.ndarray) -> np.ndarray:
    return 1 + np.searchsorted(_CUTS, latent)
