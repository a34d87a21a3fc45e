"""Teams and pseudonymous agents of the sample exchange."""

import numpy as np

from pipelines.sample_exchange.world import (
    EMAIL,
    LANGUAGES,
    LIVE_CHAT,
    PHONE,
    TOPICS,
    ZONE_SECONDS,
)

TEAMS = (
    "Seoul Chat", "Global Chat", "Tokyo Chat", "Greater China Chat", "International Chat",
    "Seoul Voice", "Global Voice", "Tokyo Voice",
    "Seoul E-mail", "Global E-mail", "Tokyo E-mail", "Greater China E-mail",
    "International E-mail", "Account Security", "Verification",
)  # fmt: skip
_SECURITY, _VERIFICATION = TEAMS.index("Account Security"), TEAMS.index("Verification")
_REGION = np.array([{"ko": 0, "en": 1, "ja": 2, "zh-CN": 3, "zh-TW": 3}.get(language.code, 4)
                    for language in LANGUAGES])  # fmt: skip
MAX_TEAM = 999
SHIFTS = 3
SHIFT_SECONDS = 28_800


def team_of(channel: np.ndarray, language: np.ndarray, topic: np.ndarray) -> np.ndarray:
    """Index into TEAMS of who takes each contact."""
    region = _REGION[language]
    team = np.where(
        channel == LIVE_CHAT, region, np.where(channel == PHONE, 5 + region, 8 + region)
    )
    written = channel >= EMAIL
    team = np.where(written & (topic == TOPICS.index("stolen_account")), _SECURITY, team)
    return np.where(written & (topic == TOPICS.index("kyc")), _VERIFICATION, team)


def team_sizes(contacts_per_day: np.ndarray) -> np.ndarray:
    """Agents of each team for so many contacts a day: one agent does about 16."""
    return np.clip(np.ceil(contacts_per_day / 16), 3, MAX_TEAM).astype(np.int64)


def draw_agents(
    team: np.ndarray, arrived: np.ndarray, sizes: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Agent number (team * 1000 + place) per contact: a third of the team is on each shift."""
    shift = (arrived + ZONE_SECONDS) // SHIFT_SECONDS % SHIFTS
    spread = (rng.random(len(team)) ** 1.15 + shift) / SHIFTS
    return team * 1000 + np.minimum((spread * sizes[team]).astype(np.int64), sizes[team] - 1)


def agent_effects(seed: int) -> np.ndarray:
    """How much more satisfied customers of each agent number are, on the latent scale."""
    return np.random.default_rng([seed, 77]).normal(0.0, 0.22, size=len(TEAMS) * 1000)
