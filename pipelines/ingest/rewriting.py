"""What changes loads that are committed already: another key, a person forgotten.

Either makes a whole new raw store beside the old one, whose untouched files are links, and the
two change places (`RawStore.rewritten`): a killed process leaves the one or the other.
"""

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.ingest.contracts import TABLES
from pipelines.ingest.forgotten import PERSON_COLUMNS, Forgotten
from pipelines.ingest.privacy import (
    ROTATIONS,
    fingerprint,
    new_secret,
    pseudonym,
    rotated,
    rotated_sql,
    sealed,
    unsealed,
    write_private,
)
from pipelines.ingest.raw_store import (
    Draft,
    RawStore,
    check_whole,
    read_manifest,
    rejects_schema,
    table_schema,
)
from pipelines.sql import literal

_BATCH_ROWS = 122_880
_VALUE = re.compile(r"[^\s\",;:{}\[\]|]+")  # of a record in CSV or JSON, as far as ids go
_PSEUDONYM = r"\b([0-9a-f]{20})\b"


@dataclass(frozen=True)
class Removed:
    """What was taken out of the raw store: rows of tables, and refused rows."""

    rows: int
    refused: int


def rotate(store: RawStore, key: bytes) -> bytes:
    """Add a secret to the key, and turn every pseudonym and sealed text in the store.

    Whatever stands in a column of ids and is 20 hexadecimal digits counts as a pseudonym, also
    inside the id of an event that is made of one. Returns the new key."""
    secret = new_secret()
    with store.rewritten() as following, duckdb.connect() as connection:
        for folder, manifest in _loads(store):
            changed = {
                table: _queried(connection, _turned_sql(folder, table, secret))
                for table in _tables(folder)
            }
            changed["rejects"] = _sealed_anew(folder, key, key + secret)
            told = manifest | {"key_fingerprint": fingerprint(key + secret)}
            _copy(folder, following, told, changed)
        old = Forgotten.read(store.folder, key)
        Forgotten(
            key + secret,
            {rotated(person, secret) for person in old.people},
            {rotated(contact, secret) for contact in old.contacts},
        ).write(following)
        path = store.folder / ROTATIONS
        before = path.read_text() if path.exists() else ""
        write_private(following / ROTATIONS, f"{before}{secret.hex()}\n")
    return key + secret


def forget(store: RawStore, key: bytes, values: Iterable[str], system: str | None) -> Removed:
    """Take a person out of every load, and keep them out of later ones.

    Parameters
    ----------
    values : the person's id, in every spelling that exports have for it.
    system : whose id it is; None: of every system that was loaded.
    """
    values = sorted(set(values))
    systems = [system] if system else systems_of(store)
    forgotten = Forgotten.read(store.folder, key)
    forgotten.people.update(pseudonym(value, name, key) for value in values for name in systems)
    theirs = _contacts(store, forgotten)
    forgotten.add_contacts(theirs)
    rows = refused = 0
    with store.rewritten() as following, duckdb.connect() as connection:
        connection.execute("CREATE TABLE people AS SELECT unnest($1) AS id", [[*forgotten.people]])
        connection.execute("CREATE TABLE contacts AS SELECT unnest($1) AS id", [theirs])
        for folder, manifest in _loads(store):
            changed, gone = {}, {}
            for table in _tables(folder):
                condition = _is_theirs(table)
                if condition is None:
                    continue
                file = literal(str(folder / f"{table}.parquet"))
                query = f"FROM {file} WHERE coalesce({condition}, false)"
                gone[table] = connection.execute(f"SELECT count(*) {query}").fetchall()[0][0]
                if gone[table]:
                    kept = f"SELECT * FROM {file} WHERE NOT coalesce({condition}, false)"
                    changed[table] = _queried(connection, kept)
            rejects = _without(folder, key, values, _source_ids(theirs, manifest))
            if rejects.gone:
                changed["rejects"] = iter([rejects.kept])
            rows += sum(gone.values())
            refused += sum(rejects.gone.values())
            _copy(folder, following, _balanced(manifest, gone, rejects.gone), changed)
        forgotten.write(following)
        if (store.folder / ROTATIONS).exists():
            os.link(store.folder / ROTATIONS, following / ROTATIONS)
    for path in [*store.folder.parent.glob("*/*-v*.parquet")]:
        path.unlink()  # made anew by the next build; which of them name the person, nobody asks
    return Removed(rows, refused)


def systems_of(store: RawStore) -> list[str]:
    """The systems whose ids were loaded; Zendesk's chats and calls speak of its users too."""
    return sorted({manifest["system"] for manifest in store.manifests()} | {"zendesk"})


@dataclass(frozen=True)
class _Rejects:
    """Refused rows of a load that stay, and by table how many do not."""

    kept: pa.Table
    gone: dict[str, int]


def mentions(text: str | None, values: Iterable[str]) -> bool:
    """Whether a text holds one of the values as a word of its own."""
    return text is not None and any(
        re.search(rf"(?<![0-9A-Za-z]){re.escape(value)}(?![0-9A-Za-z])", text, re.IGNORECASE)
        for value in values
        if value in text or value.casefold() in text.casefold()
    )


def _loads(store: RawStore) -> Iterator[tuple[Path, dict[str, Any]]]:
    for path in sorted(store.folder.glob("[0-9]*/manifest.json")):
        check_whole(path.parent)
        yield path.parent, read_manifest(path)


def _tables(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.glob("*.parquet") if path.stem in TABLES)


def _copy(
    folder: Path, into: Path, manifest: dict[str, Any], changed: dict[str, Iterator[pa.Table]]
) -> None:
    """A load's folder in the new store: what is changed is written, the rest linked."""
    target = into / folder.name
    target.mkdir()
    draft = Draft(target, manifest["load_id"])
    for path in folder.glob("*.parquet"):
        if path.stem not in changed:
            os.link(path, target / path.name)
            continue
        is_table = path.stem in TABLES
        schema = table_schema(path.stem) if is_table else rejects_schema()
        draft.append(path.stem, schema.empty_table())
        for rows in changed[path.stem]:
            draft.append(path.stem, rows.select(schema.names).cast(schema))
    draft.finish(manifest)


def _queried(connection: duckdb.DuckDBPyConnection, query: str) -> Iterator[pa.Table]:
    for batch in connection.sql(query).to_arrow_reader(_BATCH_ROWS):
        yield pa.Table.from_batches([batch])


def _turned_sql(folder: Path, table: str, secret: bytes) -> str:
    ids = [c.name for c in TABLES[table].columns if c.name.endswith("_id") and c.type == "VARCHAR"]
    turned = ", ".join(f"{_turned_id_sql(name, secret)} AS {name}" for name in ids)
    file = literal(str(folder / f"{table}.parquet"))
    return f"SELECT * REPLACE ({turned}) FROM {file}" if ids else f"SELECT * FROM {file}"


def _turned_id_sql(name: str, secret: bytes) -> str:
    old = f"regexp_extract({name}, '{_PSEUDONYM}', 1)"
    return (
        f"CASE WHEN regexp_matches({name}, '{_PSEUDONYM}')"
        f" THEN replace({name}, {old}, {rotated_sql(old, secret)}) ELSE {name} END"
    )


def _sealed_anew(folder: Path, key: bytes, new_key: bytes) -> Iterator[pa.Table]:
    with pq.ParquetFile(folder / "rejects.parquet") as file:
        for batch in file.iter_batches():
            rows = pa.Table.from_batches([batch])
            texts = unsealed(rows["raw"].to_pylist(), key)
            at = rows.schema.get_field_index("raw")
            yield rows.set_column(at, "raw", pa.array(sealed(texts, new_key), pa.string()))


def _contacts(store: RawStore, forgotten: Forgotten) -> list[str]:
    """Ids of the contacts that belong to forgotten people, and of those linked with them."""
    files = [str(path) for path in store.folder.glob("[0-9]*/contacts.parquet")]
    if not files:
        return []
    return [
        contact_id
        for (contact_id,) in duckdb.execute(
            """
            WITH RECURSIVE delivered AS (
                SELECT DISTINCT contact_id, linked_contact_id, requester_id
                FROM read_parquet($files)
            ),
            theirs(contact_id) AS (
                SELECT contact_id FROM delivered WHERE list_contains($people, requester_id)
                UNION
                SELECT CASE WHEN d.contact_id = t.contact_id
                    THEN d.linked_contact_id ELSE d.contact_id END
                FROM theirs AS t
                INNER JOIN delivered AS d
                    ON t.contact_id IN (d.contact_id, d.linked_contact_id)
                WHERE d.linked_contact_id IS NOT NULL
            )
            SELECT contact_id FROM theirs ORDER BY contact_id
            """,
            {"files": files, "people": [*forgotten.people]},
        ).fetchall()
    ]


def _is_theirs(table: str) -> str | None:
    """SQL: the row belongs to a forgotten person; None where the table knows nobody."""
    names = TABLES[table].column_names
    conditions = []
    if "contact_id" in names:
        conditions.append("coalesce(contact_id IN (SELECT id FROM contacts), false)")
    if person := PERSON_COLUMNS.get(table):
        conditions.append(f"coalesce({person} IN (SELECT id FROM people), false)")
    return " OR ".join(conditions) or None


def _without(folder: Path, key: bytes, values: list[str], contact_ids: set[str]) -> _Rejects:
    rejects = pq.read_table(folder / "rejects.parquet")
    keep, gone = [], {}
    texts = unsealed(rejects["raw"].to_pylist(), key)
    for table, text in zip(rejects["table_name"].to_pylist(), texts, strict=True):
        is_theirs = mentions(text, values) or not contact_ids.isdisjoint(_VALUE.findall(text or ""))
        keep.append(not is_theirs)
        if is_theirs:
            gone[table] = gone.get(table, 0) + 1
    return _Rejects(rejects.filter(pa.array(keep, pa.bool_())), gone)


def _source_ids(contact_ids: list[str], manifest: dict[str, Any]) -> set[str]:
    """Ids of the person's contacts as the load's own file writes them."""
    prefix = f"{manifest['system']}:"
    return {c.removeprefix(prefix) for c in contact_ids if c.startswith(prefix)}


def _balanced(
    manifest: dict[str, Any], gone: dict[str, int], refused: dict[str, int]
) -> dict[str, Any]:
    """The manifest once rows are gone: received = loaded + quarantined + forgotten."""
    main = manifest["main_table"]
    return manifest | {
        "loaded": manifest["loaded"] - gone.get(main, 0),
        "quarantined": manifest["quarantined"] - refused.get(main, 0),
        "forgotten": manifest.get("forgotten", 0) + gone.get(main, 0) + refused.get(main, 0),
        "tables": {t: n - gone.get(t, 0) for t, n in manifest["tables"].items()},
        "rejected": {t: n - refused.get(t, 0) for t, n in manifest["rejected"].items()},
    }
