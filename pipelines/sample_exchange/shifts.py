"""When the agents of the live desks are on duty: three shifts a day, within the opening hours."""

from collections import defaultdict

import numpy as np
import pyarrow as pa

from pipelines.sample_exchange.calendars import Period, is_open
from pipelines.sample_exchange.teams import MAX_TEAM, SHIFT_SECONDS, SHIFTS, TEAMS, team_of
from pipelines.sample_exchange.world import (
    CHANNELS,
    LANGUAGE_CODES,
    LIVE_DESKS,
    SLOT_SECONDS,
    ZONE_SECONDS,
)

STATES_DAYS = 21
"""Agent states are exported for so many days before the end."""


def live_shifts(period: Period, sizes: np.ndarray) -> pa.Table:
    """Every shift of every live team in the last STATES_DAYS days, and whose it is.

    Parameters
    ----------
    sizes : agents per team, as `team_sizes` gives them.

    Returns
    -------
    Table
        `starts` and `ends` (epoch seconds, the end not included) of the open half hours of a
        shift, `first_agent` and `last_agent` (numbers as `draw_agents` gives them) who have it,
        `channel`, `language` (empty: several) and `team` of their desk.
    """
    desks = defaultdict(list)
    for desk in LIVE_DESKS:
        number = team_of(*(np.array([value]) for value in (desk.channel, desk.language, 0)))[0]
        desks[int(number)].append(desk)
    starts = period.slot_seconds()[: period.slots]
    shift = (starts + ZONE_SECONDS) // SHIFT_SECONDS
    recent = starts >= period.ends - STATES_DAYS * 86_400
    rows = []
    for team, served in desks.items():
        open_ = np.logical_or.reduce([is_open(period, desk.calendar) for desk in served])
        languages = {LANGUAGE_CODES[desk.language] for desk in served}
        told = {
            "channel": CHANNELS[served[0].channel],
            "language": languages.pop() if len(languages) == 1 else "",
            "team": TEAMS[team],
        }
        theirs = open_[: period.slots] & recent
        place_shift = (np.arange(sizes[team]) + 0.5) * SHIFTS // sizes[team]
        for number in np.unique(shift[theirs]):
            slots = starts[theirs & (shift == number)]
            places = np.flatnonzero(place_shift == number % SHIFTS)
            rows.append(
                {
                    "first_agent": team * (MAX_TEAM + 1) + int(places[0]),
                    "last_agent": team * (MAX_TEAM + 1) + int(places[-1]),
                    "starts": int(slots[0]),
                    "ends": int(slots[-1]) + SLOT_SECONDS,
                    **told,
                }
            )
    return pa.Table.from_pylist(rows)
