"""Frames made in Python, stored as tables of the types that their headers name."""

import duckdb
import pandas as pd
import pyarrow as pa

from pipelines.errors import BuildError
from pipelines.warehouse import catalog


def store_frame(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    frame: pd.DataFrame | pa.Table,
    *,
    temporary: bool = False,
) -> None:
    """Store a frame as table `name`, in the order and types of its header.

    Raises BuildError where a column of the frame or of the header is missing in the other.
    """
    head = catalog.header(name)
    # half of what DuckDB takes to read a frame of few rows itself
    rows = (
        pa.Table.from_pandas(frame, preserve_index=False)
        if isinstance(frame, pd.DataFrame)
        else frame
    )
    extra = set(rows.column_names) ^ {column.name for column in head.columns}
    if extra:
        raise BuildError(
            f"{head.path}: frame and header of {name} disagree on {', '.join(sorted(extra))}"
        )
    columns = ", ".join(f'CAST("{c.name}" AS {c.type}) AS "{c.name}"' for c in head.columns)
    connection.register("incoming_frame", rows)
    kind = "TEMP TABLE" if temporary else "TABLE"
    connection.execute(f"CREATE OR REPLACE {kind} {name} AS SELECT {columns} FROM incoming_frame")
    connection.unregister("incoming_frame")
