"""Personal data: forget a person everywhere, with proof, and rotate the key of the pseudonyms.

To forget and to rotate change the whole raw store at once, publish a build made of it, and
remove every build before; both may be killed anywhere and simply run again.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandas as pd

from pipelines.errors import InputError
from pipelines.ingest.forgotten import PERSON_COLUMNS, Forgotten
from pipelines.ingest.privacy import (
    KEY_VARIABLE,
    fingerprint,
    pseudonym,
    pseudonym_sql,
    unsealed,
    warehouse_key,
)
from pipelines.ingest.raw_store import raw_store
from pipelines.ingest.rewriting import Removed, mentions, rotate, systems_of
from pipelines.ingest.rewriting import forget as forget_raw
from pipelines.run import Progress, check_loaded, run
from pipelines.settings import Settings
from pipelines.sql import literal
from pipelines.warehouse import publish

_PEOPLE = {*PERSON_COLUMNS.values()}


def key_facts(warehouse: Path) -> list[tuple[str, str]]:
    """What may be said of the key: where it is from, how often it was rotated, a fingerprint."""
    key = warehouse_key(warehouse)
    source = KEY_VARIABLE if os.environ.get(KEY_VARIABLE) else str(warehouse / "key")
    return [
        ("from", source),
        ("rotations", str(len(key) // 32 - 1)),
        ("fingerprint", fingerprint(key)),
    ]


def rotate_key(
    warehouse: Path, settings: Settings, *, progress: Progress | None = None
) -> tuple[str, str]:
    """Add a secret to the key; the fingerprints of the key before and after.

    Raises InputError where nothing is loaded, and what `run.run` raises."""
    check_loaded(warehouse)
    with publish.writer_lock(warehouse):
        with raw_store(warehouse) as store:
            before = warehouse_key(warehouse)
            after = rotate(store, before)
        _publish_anew(warehouse, settings, progress)
    return fingerprint(before), fingerprint(after)


def forget(
    warehouse: Path,
    requester: str,
    settings: Settings,
    *,
    system: str | None = None,
    progress: Progress | None = None,
) -> tuple[Removed, pd.DataFrame]:
    """Remove a person from raw, quarantine and published tables, and look for what is left.

    Parameters
    ----------
    requester : the person's id, e-mail or number, as exports write it.
    system : whose id it is; default: any that was loaded.

    Returns
    -------
    Removed
        What was taken out of the raw store: nothing where the person is not in it, be it that the
        id is written otherwise, or that an earlier call was stopped after it had removed them.
    DataFrame
        One row per file of the warehouse that can hold people: file, rows looked through, rows of
        the person that were `found` in it afterwards, which must be 0.

    Raises InputError where nobody is named or nothing is loaded, and what `run.run` raises.
    """
    if not requester.strip():
        raise InputError(
            "forget: whom? give the person's id, e-mail or number, as exports write it"
        )
    check_loaded(warehouse)
    spellings = {requester, requester.strip(), requester.strip().lower()}
    with publish.writer_lock(warehouse):
        with raw_store(warehouse) as store:
            key = warehouse_key(warehouse)
            systems = [system] if system else systems_of(store)
            removed = forget_raw(store, key, spellings, system)
        _publish_anew(warehouse, settings, progress)
        people = {pseudonym(value, name, key) for value in spellings for name in systems}
        left = _left(warehouse, key, people, spellings)
        return removed, pd.DataFrame(left, columns=["file", "rows", "found"])


def _publish_anew(warehouse: Path, settings: Settings, progress: Progress | None) -> None:
    """Build from the raw store and remove every other build; where none can be built, all."""
    pointer = warehouse / publish.POINTER
    if not pointer.exists():
        return
    try:
        run((), warehouse, settings, progress=progress)
    except BaseException:
        pointer.unlink()  # what can't be built anew must not stay up
        raise
    finally:
        current = pointer.read_text(encoding="utf-8").strip() if pointer.exists() else None
        publish.discard_parts(warehouse)
        for path in warehouse.glob("support-*.duckdb*"):
            if path.name != current:
                path.unlink()


def _left(
    warehouse: Path, key: bytes, people: set[str], spellings: set[str]
) -> Iterator[tuple[str, int, int]]:
    """(file, rows, rows of the person), of every file that the warehouse writes."""
    contacts = Forgotten.read(warehouse / "raw", key).contacts
    made = [path for name in ("languages", "details") for path in warehouse.glob(f"{name}/*")]
    for path in sorted([*warehouse.glob("raw*/*/*"), *made]):
        name = str(path.relative_to(warehouse))
        if path.name == "rejects.parquet":
            with duckdb.connect() as connection:
                sealed = connection.execute("SELECT raw FROM read_parquet($1)", [str(path)])
                texts = unsealed([row[0] for row in sealed.fetchall()], key)
            yield name, len(texts), sum(mentions(text, spellings) for text in texts)
        elif path.suffix == ".parquet":
            with duckdb.connect() as connection:
                connection.execute(
                    f"CREATE VIEW t AS SELECT * FROM read_parquet({literal(str(path))})"
                )
                yield name, *_counted(connection, "t", key, people, contacts)
        else:
            text = path.read_text(encoding="utf-8")
            yield name, 1, int(any(person in text for person in people))
    for path in sorted(warehouse.glob("support-*.duckdb")):
        with duckdb.connect(str(path), read_only=True) as connection:
            rows = found = 0
            tables = "SELECT table_name FROM duckdb_tables() WHERE NOT temporary ORDER BY ALL"
            for (table,) in connection.execute(tables).fetchall():
                counted = _counted(connection, table, key, people, contacts)
                rows, found = rows + counted[0], found + counted[1]
            yield path.name, rows, found


def _counted(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    key: bytes,
    people: set[str],
    contacts: set[str],
) -> tuple[int, int]:
    """(rows, rows of the person) of one table, by the columns that can tell."""
    described = connection.execute(f"DESCRIBE {table}").fetchall()
    columns = {name for name, type_, *_ in described if type_ == "VARCHAR"}
    conditions = [f"list_contains($people, {name})" for name in sorted(columns & _PEOPLE)]
    if "contact_id" in columns:
        hashed = pseudonym_sql("contact_id", "contact", key)
        conditions.append(f"list_contains($contacts, {hashed})")
    # a parameter that is not used would be an error
    used = f"SELECT count(*), count(*) FILTER ({' OR '.join(conditions) or 'false'}) FROM {table}"
    given = {"people": [*people], "contacts": [*contacts]}
    found = {name: value for name, value in given.items() if f"${name}" in used}
    return connection.execute(used, found or None).fetchall()[0]
