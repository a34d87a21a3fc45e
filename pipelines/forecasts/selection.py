"""Which model a queue gets: the best one that loses to no yardstick."""

import numpy as np
import pandas as pd

from pipelines.forecasts.backtest import HORIZON_DAYS

_JUDGED_BY = ("pinball", "wape")


def choose(backtest: pd.DataFrame) -> str | None:
    """Name of the model with the least pinball loss over the longest horizon tested.

    A model that is worse than any yardstick there, by pinball loss or by WAPE, is out; if all
    are, the better yardstick it is. Pinball loss judges the whole distribution, and unlike
    WAPE it does not favour a forecast of 0 where contacts are few.

    backtest: BACKTEST_COLUMNS of one queue. None where nothing was tested.
    """
    if backtest.empty:
        return None
    longest = max(backtest["horizon"].unique(), key=lambda label: HORIZON_DAYS[label])
    scores = backtest[backtest["horizon"] == longest].set_index("model")
    scores = scores.dropna(subset=list(_JUDGED_BY))
    if scores.empty:  # nothing came in any tested half hour: no model can be told from another
        return str(backtest.loc[backtest["is_yardstick"], "model"].iat[0])
    is_yardstick = scores["is_yardstick"].to_numpy(dtype=bool)
    best_yardstick = scores.loc[is_yardstick, list(_JUDGED_BY)].min()
    loses = (scores[list(_JUDGED_BY)] > best_yardstick).any(axis=1).to_numpy()
    eligible = scores[~is_yardstick & ~loses]
    if eligible.empty:
        eligible = scores[is_yardstick] if is_yardstick.any() else scores
    return str(eligible["pinball"].idxmin())


def marked(backtest: pd.DataFrame, chosen: str | None) -> pd.DataFrame:
    """The back-test with the column `is_chosen`."""
    return backtest.assign(is_chosen=np.asarray(backtest["model"] == chosen, dtype=bool))
