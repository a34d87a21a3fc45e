"""Contracts as rows of a build, and back."""

from pipelines.settings import Shifts
from pipelines.staffing.contracts import as_rows, from_rows


def test_a_contract_comes_back_as_it_was_with_all_its_lengths():
    contract = Shifts(
        lengths_hours=(4.5, 9.0, 12.5),
        start_every_hours=0.5,
        break_after_hours=(3.0,),
        rest_hours=12.0,
        weekly_hours=37.5,
        days_in_a_row=5,
    )
    rows = as_rows(contract)
    assert rows.loc[rows["setting"] == "lengths_hours", "value"].tolist() == [4.5, 9.0, 12.5]
    assert from_rows(rows) == contract
    assert from_rows(rows.sample(frac=1, random_state=1)).weekly_hours == 37.5
