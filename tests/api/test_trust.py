"""Can today's numbers be trusted: the answer and its reasons."""

import json
from datetime import datetime, timedelta

from pipelines.api import open_warehouse
from pipelines.api.published import Build
from pipelines.api.trust import trust
from pipelines.warehouse.publish import current
from tests.fixtures import RawWarehouse

CONTACTS = "contact_id | created_at\nc1 | 2026-03-02 09:00:00Z"


def verdict(raw: RawWarehouse, now: datetime = datetime(2026, 1, 1)):
    """The verdict on what is published there."""
    return trust(raw.folder, Build(current(raw.folder)), now)


def loaded_on(raw: RawWarehouse, day: str) -> None:
    """Let the newest load say that it was loaded on that day."""
    path = max(raw.folder.glob("raw/*/manifest.json"))
    manifest = json.loads(path.read_text("utf-8")) | {"loaded_at": f"{day}T06:00:00Z"}
    path.write_text(json.dumps(manifest), "utf-8")


def test_clean_data_is_trusted_without_a_reason(warehouse):
    warehouse(contacts=CONTACTS)
    assert verdict(warehouse).answer == "yes"
    assert open_warehouse(warehouse.folder).trust().reasons == ()


def test_warnings_are_remarks_and_the_ones_about_today_come_first(warehouse):
    warehouse.load(
        contacts="contact_id | channel | channel_raw\n"
        + "\n".join(f"c{i} | | pigeon" for i in range(40)),
        rejects="line | reasons | remedy\n"
        + "\n".join(f"{line} | no status | export again" for line in (8, 9)),
    )
    warehouse.build()
    found = verdict(warehouse)
    assert found.answer == "remarks"
    assert [(reason.name, reason.found) for reason in found.reasons] == [
        ("nothing_quarantined", 2), ("known_channels", 1),
    ]  # fmt: skip


def test_many_refused_contacts_forbid_trust(warehouse):
    warehouse.load(contacts=CONTACTS, rejects="line | reasons | remedy\n9 | no status | mend it")
    warehouse.build()
    found = verdict(warehouse)
    assert found.answer == "no"
    assert [(reason.name, reason.forbids) for reason in found.reasons] == [
        ("refused", True), ("nothing_quarantined", False),
    ]  # fmt: skip


def test_a_daily_feed_is_late_after_two_days_without_a_load(warehouse):
    for day in (1, 2, 3):
        warehouse.load(contacts=f"contact_id | created_at\nc{day} | 2026-03-0{day} 05:00:00Z")
        loaded_on(warehouse, f"2026-03-0{day}")
    warehouse.build()
    last = datetime(2026, 3, 3, 6)
    late = {
        days: [reason.name for reason in verdict(warehouse, last + timedelta(days=days)).reasons]
        for days in (1, 3)
    }
    assert late == {1: [], 3: ["late"]}


def test_what_is_loaded_and_not_built_forbids_trust(warehouse):
    warehouse(contacts=CONTACTS)
    warehouse.load(contacts="contact_id\nc2")
    found = verdict(warehouse)
    assert (found.answer, found.reasons[0].name) == ("no", "stale")
