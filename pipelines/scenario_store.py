"""Scenarios as people keep them: saved under a name, revised, deleted, and nothing ever lost.

What people write is no part of a build, which is made anew from exports. It stands in a SQLite file
of its own in the warehouse's folder, `written.sqlite`, that survives every build. Each save or
deletion adds a row; none is changed or removed, so that who planned with which numbers can be
told afterwards, and any revision can be saved again.

Names are unique whatever their case and Unicode form; "Bitcoin 100K" and "bitcoin 100k" are one.
Who revises says which revision they have seen: of two people who change the same scenario at once
the second is told, and nobody's work is overwritten unseen.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from pipelines.errors import InputError, StorageError, UnknownNameError, WarehouseBusyError
from pipelines.forecasts.scenarios import Scenario, from_text, name_key, to_toml
from pipelines.ingest.masking import masked

FILE_NAME = "written.sqlite"
LONGEST_AUTHOR = 80

_BUSY_SECONDS = 5.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS scenario_revisions (
    name_key TEXT NOT NULL,
    revision INTEGER NOT NULL CHECK (revision >= 1),
    name TEXT NOT NULL,
    saved_at TEXT NOT NULL,
    saved_by TEXT NOT NULL,
    content TEXT,  -- the scenario as TOML; NULL: deleted
    PRIMARY KEY (name_key, revision)
) STRICT;
CREATE TRIGGER IF NOT EXISTS scenario_revisions_stay BEFORE UPDATE ON scenario_revisions
BEGIN SELECT RAISE(ABORT, 'revisions are never changed'); END;
CREATE TRIGGER IF NOT EXISTS scenario_revisions_remain BEFORE DELETE ON scenario_revisions
BEGIN SELECT RAISE(ABORT, 'revisions are never removed'); END;
"""
_COLUMNS = "name, revision, saved_at, saved_by, content"


@dataclass(frozen=True)
class Revision:
    """One entry of a scenario's history.

    revision    1 for the first; a deletion counts too
    saved_at    UTC instant
    saved_by    who, as they said or signed in
    scenario    what was saved; None: this revision deleted it
    """

    name: str
    revision: int
    saved_at: datetime
    saved_by: str
    scenario: Scenario | None


class ScenarioStore:
    """The scenarios of one warehouse. Safe to share between threads and processes.

    Raises WarehouseBusyError where another process holds the file for more than five seconds, and
    StorageError where it can't be read or written.
    """

    def __init__(self, warehouse: Path) -> None:
        self._path = warehouse / FILE_NAME

    def all(self) -> list[Revision]:
        """The newest revision of every scenario that is not deleted, by name."""
        rows = self._rows(
            f"""
            SELECT {_COLUMNS}
            FROM scenario_revisions AS each
            WHERE content IS NOT NULL
                AND revision = (
                    SELECT max(revision) FROM scenario_revisions WHERE name_key = each.name_key
                )
            ORDER BY name_key
            """
        )
        return [_revision(row) for row in rows]

    def load(self, name: str, revision: int | None = None) -> Revision:
        """A scenario by its name: the newest revision, or an earlier one.

        Raises UnknownNameError for a name that was never saved or is deleted, and for a revision
        that is not there or holds a deletion; the message says what is there.
        """
        known = self.history(name)
        if revision is not None:
            found = [each for each in known if each.revision == revision and each.scenario]
            if not found:
                told = ", ".join(str(each.revision) for each in known if each.scenario)
                raise UnknownNameError(
                    f"scenario '{name}' has no revision {revision}; there are: {told or 'none'}"
                )
            return found[0]
        if known and known[-1].scenario is not None:
            return known[-1]
        if known:
            raise UnknownNameError(
                f"scenario '{name}' was deleted by {known[-1].saved_by} on"
                f" {known[-1].saved_at:%Y-%m-%d}; its revisions can still be loaded"
                f" (--revision {known[-2].revision}) and saved again",
                "scenario_deleted",
                name=name,
                who=known[-1].saved_by,
                when=known[-1].saved_at,
            )
        names = ", ".join(each.name for each in self.all())
        raise UnknownNameError(
            f"scenario '{name}' is not known; known: {names or 'none'}",
            "scenario_not_known",
            name=name,
        )

    def history(self, name: str) -> list[Revision]:
        """Every revision of a name, the first one first; empty for a name never saved."""
        rows = self._rows(
            f"SELECT {_COLUMNS} FROM scenario_revisions WHERE name_key = ? ORDER BY revision",
            (name_key(name),),
        )
        return [_revision(row) for row in rows]

    def save(
        self, scenario: Scenario, by: str, at: datetime, replaces: int | None = None
    ) -> Revision:
        """Keep a scenario under its name; its note is masked as messages are, for it stays.

        Parameters
        ----------
        by
            Who saves it.
        at
            When (UTC).
        replaces
            The revision that the new one was made from; None for a name that must be free.

        Raises InputError where the name is taken, the scenario was changed since, it is none that
        `from_dict` takes (a name too long), or `by` is no name.
        """
        (note,) = masked([scenario.note])
        kept = replace(scenario, note=note or "")
        return self._append(kept.name, by, at, kept, replaces)

    def delete(self, name: str, by: str, at: datetime, replaces: int | None = None) -> Revision:
        """Take a scenario from the list; its history stays. `replaces`: as for `save`.

        Raises UnknownNameError where there is none of that name."""
        known = self.load(name)
        seen = known.revision if replaces is None else replaces
        return self._append(known.name, by, at, None, seen)

    def _append(self, name, by, at, scenario, replaces) -> Revision:
        by = by.strip()
        if not by or len(by) > LONGEST_AUTHOR or not by.isprintable():
            raise InputError(
                f"who saves a scenario needs a name of one line, at most {LONGEST_AUTHOR} letters",
                "scenario_author",
                most=LONGEST_AUTHOR,
            )
        content = None if scenario is None else to_toml(scenario)
        if content is not None:
            from_text(content)  # what can't be read again would stand there for ever
        with self._connected(may_create=True) as connection:
            connection.execute("BEGIN IMMEDIATE")  # reads and writes below are one
            newest = connection.execute(
                f"SELECT {_COLUMNS} FROM scenario_revisions WHERE name_key = ?"
                " ORDER BY revision DESC LIMIT 1",
                (name_key(name),),
            ).fetchone()
            last = None if newest is None else _revision(newest)
            _check_seen(name, last, replaces)
            number = 1 if last is None else last.revision + 1
            connection.execute(
                "INSERT INTO scenario_revisions VALUES (?, ?, ?, ?, ?, ?)",
                (name_key(name), number, name, _written(at), by, content),
            )
            connection.execute("COMMIT")
        return Revision(name, number, _instant(_written(at)), by, scenario)

    def _rows(self, sql: str, values: tuple = ()) -> list[tuple]:
        if not self._path.exists():  # to read nothing needs no file
            return []
        with self._connected() as connection:
            # Somebody's first save makes the file a moment before its table.
            if not connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchall():
                return []
            return connection.execute(sql, values).fetchall()

    @contextmanager
    def _connected(self, may_create: bool = False) -> Iterator[sqlite3.Connection]:
        if may_create and not self._path.parent.is_dir():
            raise StorageError(f"{self._path.parent}: no such folder; name the warehouse's")
        try:
            # One connection a question: a tenth of a millisecond, and threads share nothing.
            connection = sqlite3.connect(self._path, timeout=_BUSY_SECONDS, isolation_level=None)
            with closing(connection):
                if may_create:
                    connection.executescript(_SCHEMA)
                yield connection
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise WarehouseBusyError(
                    f"{self._path}: somebody else is saving; try again", "scenario_busy"
                ) from None
            raise StorageError(f"{self._path}: {error}; may this process write there?") from None
        except sqlite3.DatabaseError as error:
            raise StorageError(
                f"{self._path}: {error}; put a copy of the file back from a backup"
            ) from None


def _check_seen(name: str, last: Revision | None, replaces: int | None) -> None:
    is_there = last is not None and last.scenario is not None
    if replaces is None:
        if is_there:
            raise InputError(
                f"there is a scenario '{last.name}' already (revision {last.revision}, saved by"
                f" {last.saved_by} on {last.saved_at:%Y-%m-%d}); choose another name, or revise it",
                "scenario_taken",
                name=last.name,
                revision=last.revision,
                who=last.saved_by,
                when=last.saved_at,
            )
        return
    if last is None or last.revision != replaces:
        told = "nothing was saved under it" if last is None else f"it is at {last.revision} now"
        who = "" if last is None else f", by {last.saved_by}"
        raise InputError(
            f"scenario '{name}' was changed since revision {replaces}: {told}{who}; open it again",
            "scenario_changed",
            name=name,
            who="" if last is None else last.saved_by,
        )


def _revision(row: tuple) -> Revision:
    name, revision, saved_at, saved_by, content = row
    scenario = None if content is None else from_text(content)
    return Revision(name, revision, _instant(saved_at), saved_by, scenario)


def _written(at: datetime) -> str:
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _instant(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
