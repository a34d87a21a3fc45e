"""Refused rows once more: after a mapping or zone is corrected, what was kept word for word is
loaded again, as a load of its own.

The rows are unsealed into a small file of the same kind (a CSV with the header, or JSON in the
same envelope), which never leaves a scratch folder, and loaded like any other. The new load's
manifest names the one it `replays`, whose own refused rows no longer count: the books of the
file hold each row once. What is still refused is the new load's quarantine, and what can't be
read as a record (a broken line, a footer) goes over to it as it is. A replay that would let
nothing in leaves everything as it was. Where a source makes a contact of several records, or
several contacts of one, a row alone can't be replayed, and that is said.
"""

import csv
import io
import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.errors import InputError, SettingsError
from pipelines.ingest.checks import NOT_A_RECORD
from pipelines.ingest.file_load import FileLoad, LoadReport, Replay, Told
from pipelines.ingest.mapping import FileFormat, Mapping
from pipelines.ingest.privacy import unsealed
from pipelines.ingest.raw_store import RawStore
from pipelines.ingest.sources import sources


@dataclass(frozen=True)
class Refused:
    """The refused rows of one load's main table: its manifest, and which of them are records.

    `texts`: the records as they stood in the file, `lines` where; `rest`: the other rejects."""

    manifest: dict[str, Any]
    texts: tuple[str, ...]
    lines: tuple[int, ...]
    rest: pa.Table


def replayable(store: RawStore, which: str | None) -> list[dict[str, Any]]:
    """Manifests of the loads with refused rows that no later load replays, oldest first.

    `which`: only the one of this load id, or those of this file.

    Raises InputError where no such load is there."""
    manifests = store.manifests()
    replayed = {manifest.get("replays") for manifest in manifests}
    named = [m for m in manifests if which in (None, m["load_id"], m["file"])]
    if which is not None and not named:
        raise InputError(f"{which}: no such load or file; see support-quality quarantine")
    return [m for m in named if m["quarantined"] and m["load_id"] not in replayed]


def refused(store: RawStore, manifest: dict[str, Any], key: bytes) -> Refused:
    """Unseal the rejects of a load. Raises SettingsError where the key is another."""
    folder = store.folder_of(manifest)
    rejects = pq.read_table(folder / "rejects.parquet")
    main = [name == manifest["main_table"] for name in rejects["table_name"].to_pylist()]
    rejects = rejects.filter(pa.array(main))
    texts, lines, is_rest = [], [], []
    for row, text in zip(
        rejects.select(["line", "remedy"]).to_pylist(),
        unsealed(rejects["raw"].to_pylist(), key),
        strict=True,
    ):
        record = None if row["remedy"] == NOT_A_RECORD else _record(text, manifest)
        is_rest.append(record is None)
        if record is not None:
            texts.append(record)
            lines.append(row["line"])
    return Refused(manifest, tuple(texts), tuple(lines), rejects.filter(pa.array(is_rest)))


def replay(
    store: RawStore,
    manifest: dict[str, Any],
    key: bytes,
    mapping: Mapping | None,
    zone: str | None,
    tell: Callable[[int, float], None],
) -> LoadReport:
    """Load the refused rows of one load again.

    Returns the report of the new load; where nothing can be let in, one that says why.

    Raises what `load` raises, and SettingsError where the load had a mapping and none is given.
    """
    if mapping is None and manifest["mapping"] is not None:
        raise SettingsError(
            f"{manifest['file']}: was loaded with {manifest['mapping']}; pass --mapping FILE"
        )
    file = Path(manifest["file"])
    if sources()[manifest["source"]].joins_records:
        reason = "its contacts are made of several rows; mend the file and load it whole"
        return LoadReport(file, manifest["source"], skipped_reason=reason)
    rows = refused(store, manifest, key)
    if not rows.texts:
        reason = "none of the refused rows is a record; mend the file and load it"
        return LoadReport(file, manifest["source"], skipped_reason=reason)
    with tempfile.TemporaryDirectory(dir=store.folder, prefix=".loading-replay-") as scratch:
        path = Path(scratch) / ("rows.csv" if manifest["headers"] else "rows.json")
        path.write_text(_file(rows), encoding="utf-8")
        told = Told(
            source=manifest["source"],
            # the scratch file is written in our way, whatever the export's was
            mapping=replace(mapping or Mapping(), file=FileFormat(encoding="utf-8")),
            zone=zone or manifest["zone"],
        )
        load = FileLoad(
            store,
            path,
            key,
            told,
            below=path.parent,
            tell=tell,
            replay=Replay(manifest["load_id"], manifest["file"], rows.lines, rows.rest),
        )
        try:
            report = load.load()
        except InputError as error:
            said = str(error).removeprefix(f"{path}: ")
            raise InputError(f"{file}: its refused rows by themselves: {said}") from None
    return replace(report, file=file)


def _record(text: str | None, manifest: dict[str, Any]) -> str | None:
    """The record as a line of the scratch file; None where it can't be read as one."""
    if text is None:
        return None
    headers = manifest["headers"]
    if not headers:
        try:
            record = json.loads(text)
        except ValueError:
            return None
        return text if isinstance(record, dict) else None
    for separator in (",", _separator(manifest)):
        try:
            fields = next(csv.reader(io.StringIO(text), delimiter=separator, strict=True), [])
        except csv.Error:
            continue
        if len(fields) == len(headers):
            return _line(fields)
    return None


def _separator(manifest: dict[str, Any]) -> str:
    """What a broken line, which is kept as it stands, was meant to be cut at."""
    found = [s for s in ("\t", ";", "|") if repr(s) in manifest["format"]]
    return found[0] if found else ","


def _line(fields: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="", quoting=csv.QUOTE_ALL).writerow(fields)
    return out.getvalue()


def _file(rows: Refused) -> str:
    """The scratch file: in the shape that the source knows."""
    manifest = rows.manifest
    if manifest["headers"]:
        return "\n".join([_line(manifest["headers"]), *rows.texts]) + "\n"
    records = [" ".join(text.splitlines()) for text in rows.texts]
    path = manifest["envelope"]
    if path is None:
        return "\n".join(records) + "\n"
    inner = f"[{','.join(records)}]"
    for name in reversed(path.split(".")):
        inner = f"{{{json.dumps(name)}: {inner}}}"
    return inner + "\n"
