"""Small-language desks apart, beside one pooled desk of agents who speak all their languages.

Apart, each language needs its own agents, and a small one keeps somebody waiting for a call that
seldom comes. Pooled, every contact may go to any agent: the same agents meet the same targets
with fewer. What bilingual agents cost, in handle time and in pay, decides how much of it remains.
"""

import numpy as np
import pandas as pd

from pipelines.errors import OutOfRangeError
from pipelines.staffing import erlang

POOLING_COLUMNS = (
    "starts_at",
    "language",
    "contacts",
    "agents_apart",
    "agents_pooled",
    "agents_saved",
    "service_level_apart",
    "service_level_pooled",
    "occupancy_apart",
    "occupancy_pooled",
)

_MOST_MORE = 10_000


def pool(
    queues: pd.DataFrame, *, interval_seconds: float = 1800.0, slower_share: float = 0.0
) -> pd.DataFrame:
    """Each language's desk apart and the pooled one, half hour by half hour.

    Parameters
    ----------
    queues
        One row per half hour and language: starts_at, language, contacts (expected),
        handle_seconds, target_share, within_seconds; and optionally patience_seconds (all of a
        half hour or none).
    slower_share
        How much longer a bilingual agent takes; 0.1 is a tenth.

    Returns
    -------
    DataFrame
        POOLING_COLUMNS, one row per row of `queues`, in order. `agents_pooled` and `agents_saved`
        are those of the whole half hour, repeated on the rows of its languages: the fewest
        pooled agents with whom every language reaches its own target within its own threshold.
        Saved is the sum of `agents_apart` - `agents_pooled`, negative where being slower costs
        more than pooling saves. Service levels are NaN where a language has no contacts. Pooled,
        languages wait alike, so theirs differ by threshold alone; handle times of the pool are
        taken as exponential with the common mean.

    Raises
    ------
    OutOfRangeError
        A number that makes no sense, or slower_share not above -1.
    """
    if queues.empty:
        return pd.DataFrame(columns=list(POOLING_COLUMNS))
    if not slower_share > -1:
        raise OutOfRangeError(f"slower_share is {slower_share}; it must be above -1")
    contacts, handle, target, within = (
        queues[name].to_numpy(dtype=float)
        for name in ("contacts", "handle_seconds", "target_share", "within_seconds")
    )
    patience = (
        queues["patience_seconds"].to_numpy(dtype=float) if "patience_seconds" in queues else None
    )
    load = contacts * handle / interval_seconds
    apart = erlang.required_agents(load, handle, target, within, patience)
    alone = erlang.performance(load, apart, handle, within, patience)

    # One row per half hour; `of` says which of them a row of `queues` belongs to.
    of = pd.factorize(queues["starts_at"])[0]
    offered = np.bincount(of, contacts)
    pooled_load = np.bincount(of, load) * (1 + slower_share)
    pooled_handle = np.divide(
        pooled_load * interval_seconds, offered, out=np.ones(len(offered)), where=offered > 0
    )
    pooled_patience = None
    if patience is not None:
        # The mean rate of hanging up: those of the languages, weighted by their contacts.
        rate = np.bincount(of, contacts / patience)
        pooled_patience = np.divide(offered, rate, out=np.ones(len(offered)), where=rate > 0)

    def of_pool(agents):
        return erlang.performance(
            pooled_load[of],
            agents[of],
            pooled_handle[of],
            within,
            None if pooled_patience is None else pooled_patience[of],
        )

    pooled = _fewest_for_all(contacts, target, of, pooled_load, pooled_patience, of_pool)
    together = of_pool(pooled)
    return pd.DataFrame(
        {
            "starts_at": queues["starts_at"].to_numpy(),
            "language": queues["language"].to_numpy(),
            "contacts": contacts,
            "agents_apart": apart,
            "agents_pooled": pooled[of],
            "agents_saved": (np.bincount(of, apart) - pooled)[of].astype(np.int64),
            "service_level_apart": alone.service_level_share,
            "service_level_pooled": np.where(contacts > 0, together.service_level_share, np.nan),
            "occupancy_apart": alone.occupancy_share,
            "occupancy_pooled": together.occupancy_share,
        },
        columns=list(POOLING_COLUMNS),
    )


def _fewest_for_all(contacts, target, of, load, patience, of_pool):
    """Add an agent wherever some language with contacts still misses its target."""
    fewest = np.floor(load) + 1 if patience is None else np.ones(len(load))
    agents = np.where(load > 0, fewest, 0).astype(np.int64)
    for _ in range(_MOST_MORE):
        is_missed = (contacts > 0) & (of_pool(agents).service_level_share < target)
        if not is_missed.any():
            return agents
        agents[np.unique(of[is_missed])] += 1
    raise OutOfRangeError(f"a target takes more than {_MOST_MORE:,} agents beyond the load")
