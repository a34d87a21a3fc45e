"""One sample, made once, that the tests of its properties share."""

import duckdb
import pytest

from pipelines import sample_exchange


@pytest.fixture(scope="session")
def sample_folder(made_by_one_worker):
    """60,000 contacts of seed 11."""
    return made_by_one_worker("sample", lambda folder: sample_exchange.write(folder, 60_000, 11))


@pytest.fixture(scope="session")
def truth(sample_folder):
    """A connection with the truth as `contacts`, local times as `local_at` (Seoul)."""
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE contacts AS SELECT *, arrived_at + INTERVAL 9 HOUR AS local_at"
        f" FROM '{sample_folder}/truth/contacts.parquet'"
    )
    instants = ", ".join(
        f"timezone('UTC', CAST({name} AS TIMESTAMPTZ)) AS {name}"
        for name in ("starts_at", "ends_at", "known_at")
    )
    connection.execute(
        f"CREATE TABLE events AS SELECT kind, {instants} FROM"
        f" read_csv('{sample_folder}/market_events.csv', all_varchar = true)"
    )
    return connection
