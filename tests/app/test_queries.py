"""What pages ask beyond one metric."""

from datetime import date
from types import SimpleNamespace

import pandas as pd

from dashboard import queries
from dashboard.filters import Filters

DAYS = Filters(date(2026, 3, 1), date(2026, 3, 2))


def test_a_value_of_fewer_than_five_is_untold_however_many_contacts_its_group_has(monkeypatch):
    answers = {
        "contacts": ("contacts", [132, 60], [132, 60]),
        "resolved_share": ("share", [0.5, 0.8], [4, 5]),
        "backlog": ("contacts", [3, 9], [3, 9]),
    }

    def measure(metric, filters, by, statistic=None):
        unit, values, n = answers[metric]
        frame = pd.DataFrame({"topic": ["login", "fees"], "value": values, "n": n})
        frame = frame.assign(low=[0.1, 0.4], high=[0.9, 0.96])
        frame.attrs["unit"] = unit
        return frame

    monkeypatch.setattr(queries, "measure", measure)
    monkeypatch.setattr(queries, "build", lambda: SimpleNamespace(build_id="made up"))
    columns = {"resolved": ("resolved_share", None), "open_now": ("backlog", None)}
    table = queries.side_by_side(DAYS, columns, by=("topic",))
    assert table["n"].tolist() == [132, 60]
    assert table["resolved_n"].tolist() == [4, 5]
    assert "open_now_n" not in table
    assert table["resolved"].isna().tolist() == [True, False]
    assert table["resolved"][1] == 0.8
    assert table.loc[1, ["resolved_low", "resolved_high"]].tolist() == [0.4, 0.96]
    assert table.loc[0, ["resolved_low", "resolved_high"]].isna().all()
    assert table["open_now"].tolist() == [3, 9]
