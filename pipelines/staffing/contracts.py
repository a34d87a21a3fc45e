"""What contracts allow, kept with a plan as rows: plans beside it are made by the same."""

from dataclasses import asdict, fields

import pandas as pd

from pipelines.settings import Shifts

CONTRACT_COLUMNS = ("setting", "value")


def as_rows(contract: Shifts) -> pd.DataFrame:
    """One row per setting of [shifts] and value: several for one that has several."""
    told = [
        (name, float(each))
        for name, value in asdict(contract).items()
        for each in (value if isinstance(value, tuple) else (value,))
    ]
    return pd.DataFrame(told, columns=list(CONTRACT_COLUMNS))


def from_rows(rows: pd.DataFrame) -> Shifts:
    """The contract that `as_rows` was given."""
    told = {}
    for field in fields(Shifts):
        values = rows.loc[rows["setting"] == field.name, "value"]
        kind = type(field.default)
        told[field.name] = tuple(values) if kind is tuple else kind(values.iloc[0])
    return Shifts(**told)
