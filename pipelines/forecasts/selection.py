"""Which model a queue gets: the best one that loses to no yardstick."""

import numpy as np
import pandas as pd

from pipelines.forecasts.backtest import HORIZON_DAYS

_MANY_CONTACTS_WAPE = 0.5


def choose(backtest: pd.DataFrame) -> str | None:
    """Name of the model with the least pinball loss over the longest horizon tested.

    A model that is worse than any yardstick there is out, by pinball loss, or by WAPE where
    the yardsticks' WAPE is below a half: above that half hours bring a contact or two, and
    WAPE rewards forecasts that are too low (a forecast of nothing has WAPE 1, often the
    least). If all are out, it is the better yardstick.

    backtest: BACKTEST_COLUMNS of one queue. None where nothing was tested.
    """
    if backtest.empty:
        return None
    longest = max(backtest["horizon"].unique(), key=lambda label: HORIZON_DAYS[label])
    scores = backtest[backtest["horizon"] == longest].set_index("model")
    is_yardstick = scores["is_yardstick"].astype(bool)
    if scores["pinball"].isna().all():  # nothing came: no model can be told from another
        return str((scores[is_yardstick] if is_yardstick.any() else scores).index[0])
    to_beat = scores.loc[is_yardstick, ["pinball", "wape"]].min()
    loses = scores["pinball"] > to_beat["pinball"]
    if to_beat["wape"] < _MANY_CONTACTS_WAPE:
        loses |= scores["wape"] > to_beat["wape"]
    eligible = scores[~is_yardstick & ~loses]
    if eligible.empty:
        eligible = scores[is_yardstick] if is_yardstick.any() else scores
    return str(eligible["pinball"].idxmin())


def marked(backtest: pd.DataFrame, chosen: str | None) -> pd.DataFrame:
    """The back-test with the column `is_chosen`."""
    return backtest.assign(is_chosen=np.asarray(backtest["model"] == chosen, dtype=bool))
