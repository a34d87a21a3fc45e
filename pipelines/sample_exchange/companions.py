"""The small files beside the contacts: schedules, market events, mapping files, true effects."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

from pipelines.sample_exchange.calendars import Period
from pipelines.sample_exchange.demand import Demand
from pipelines.sample_exchange.desks import email_schedule
from pipelines.sample_exchange.opinions import true_ratings
from pipelines.sample_exchange.world import (
    CHANNELS,
    HOME_ZONE,
    LANGUAGE_CODES,
    LIVE_DESKS,
    SLOT_SECONDS,
)

_TEMPLATES = Path(__file__).parent / "companions"


def write(out: Path, period: Period, demand: Demand, scheduled: np.ndarray) -> None:
    """Write schedules.csv, market_events.csv, the mapping files, and of the truth what moved
    contacts and ratings (truth/effects.json) and its README."""
    _schedules(period, demand, scheduled).to_csv(out / "schedules.csv", index=False)
    _market_events(demand).to_csv(out / "market_events.csv", index=False)
    effects = demand.true_effects | {"ratings": true_ratings()}
    (out / "truth" / "effects.json").write_text(
        json.dumps(effects, indent=1) + "\n", encoding="utf-8"
    )
    for template in sorted(_TEMPLATES.rglob("*.*")):
        target = out / template.relative_to(_TEMPLATES)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(template.read_bytes())


def _schedules(period: Period, demand: Demand, scheduled: np.ndarray) -> pd.DataFrame:
    """One row per desk and half hour with agents on duty, desk after desk."""
    desks = [(CHANNELS[desk.channel], LANGUAGE_CODES[desk.language]) for desk in LIVE_DESKS]
    email = email_schedule(period, demand)
    desks += [("email", code) for code in LANGUAGE_CODES]
    agents = np.hstack([scheduled, email]).astype(np.int64)
    desk, slot = np.nonzero(agents.T)
    starts = pd.Series(_home_text(period.slot_seconds()))
    ends = pd.Series(_home_text(period.slot_seconds() + SLOT_SECONDS))
    channels, languages = zip(*desks, strict=True)
    return pd.DataFrame(
        {
            "channel": np.array(channels)[desk],
            "language": np.array(languages)[desk],
            "starts_at": starts.to_numpy()[slot],
            "ends_at": ends.to_numpy()[slot],
            "agents": agents[slot, desk],
        }
    )


def _market_events(demand: Demand) -> pd.DataFrame:
    """One row per event of the market or the exchange."""
    events = demand.events
    return pd.DataFrame(
        {
            "event_id": [event.event_id for event in events],
            "kind": [event.kind for event in events],
            "title": [event.title for event in events],
            "starts_at": _home_text(np.array([event.starts_at for event in events])),
            "ends_at": _home_text(np.array([event.ends_at for event in events])),
            "known_at": _home_text(np.array([event.known_at for event in events])),
            "topic": [event.topic for event in events],
        }
    )


def _home_text(seconds: np.ndarray) -> np.ndarray:
    local = pd.to_datetime(seconds, unit="s", utc=True).tz_convert(HOME_ZONE)
    return np.asarray(local.strftime("%Y-%m-%dT%H:%M:%S+09:00"))
