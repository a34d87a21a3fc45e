"""Who was forgotten: kept as pseudonyms, so that later loads refuse them without knowing them.

`<warehouse>/raw/forgotten.json` lists the pseudonyms of people and, as keyed hashes, the ids of
the contacts that were theirs: an export that delivers the old rows again, comments without the
tickets included, finds nothing let in.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.errors import InputError
from pipelines.ingest.privacy import pseudonym
from pipelines.ingest.sources.base import Stream

FILE = "forgotten.json"
REASON = "belongs to a person who was forgotten"
REMEDY = "nothing to do: the person asked for it"
PERSON_COLUMNS = {
    "contacts": "requester_id",
    "messages": "author_id",
    "people": "person_id",
    "article_events": "visitor_id",
}
"""Where a raw table says whom a row belongs to."""
_CONTACT = "contact"  # in place of a system: a contact's id is hashed as a person's is


@dataclass
class Forgotten:
    """Pseudonyms of forgotten people and of their contacts."""

    key: bytes
    people: set[str] = field(default_factory=set)
    contacts: set[str] = field(default_factory=set)

    @classmethod
    def read(cls, raw: Path, key: bytes) -> "Forgotten":
        """What the raw store has on file; raises InputError where that is damaged."""
        path = raw / FILE
        if not path.exists():
            return cls(key)
        try:
            content = json.loads(path.read_text())
            return cls(key, set(content["people"]), set(content["contacts"]))
        except (ValueError, KeyError, TypeError):
            raise InputError(f"{path}: damaged; put it back from a backup") from None

    def write(self, raw: Path) -> None:
        """Put it on file."""
        content = {"people": sorted(self.people), "contacts": sorted(self.contacts)}
        (raw / FILE).write_text(json.dumps(content, indent=2) + "\n")

    def add_contacts(self, contact_ids: Iterable[str]) -> None:
        """Contacts of people who are forgotten."""
        self.contacts.update(self._hashed(contact_id) for contact_id in contact_ids)

    def among(self, rows: pa.Table, stream: Stream) -> pa.ChunkedArray | None:
        """Which rows of a stream's batch are theirs; None: nobody was forgotten, or none is.

        Contacts of theirs that were not known yet are known from then on."""
        if not self.people:
            return None
        theirs = pa.chunked_array([pa.repeat(pa.scalar(False), rows.num_rows)])
        for table, fill in stream.fills.items():
            person = fill.columns.get(PERSON_COLUMNS.get(table, ""))
            if person is not None:
                theirs = pc.or_(theirs, pc.is_in(rows[person], pa.array(self.people, pa.string())))
        for fill in stream.fills.values():
            contact = fill.columns.get("contact_id")
            if contact is None:
                continue
            if "contacts" in stream.fills:
                self.add_contacts(c for c in rows[contact].filter(theirs).to_pylist() if c)
            found = [self.is_contact(value) for value in rows[contact].to_pylist()]
            theirs = pc.or_(theirs, pa.chunked_array([pa.array(found, pa.bool_())]))
        return theirs if pc.any(theirs).as_py() else None

    def is_contact(self, contact_id: str | None) -> bool:
        """Whether the contact was theirs."""
        return contact_id is not None and self._hashed(contact_id) in self.contacts

    def _hashed(self, contact_id: str) -> str:
        return pseudonym(contact_id, _CONTACT, self.key)


def refused(rows: pa.Table, theirs: pa.ChunkedArray) -> pa.Table:
    """The batch with their rows refused, and with nothing of them kept."""
    for name, value in (("_reasons", REASON), ("_remedy", REMEDY), ("_raw", None)):
        at = rows.schema.get_field_index(name)
        type_ = rows.schema.field(at).type
        changed = pc.if_else(theirs, pa.scalar(value, type_), rows[name])
        rows = rows.set_column(at, pa.field(name, type_), changed)
    return rows
