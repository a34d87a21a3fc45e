"""Zammad's tickets, JSON of its API: numbers of states, groups and people, or names (`expand`).

- State 5 is merged and 6 removed: neither counts. Owner 1 is nobody.
- `close_at` is the last close, and Zammad's closed is a solve: it knows no other.
- `first_response_in_min`, `close_in_min` and their kin follow the SLA's calendar and are missing
  without one, so they are left aside; the instants are there. A first response may be the note
  of a phone call.

Unverified: the numbers of states, of article types (the channel) and of priorities, which an
administrator may change (then tell them in [values]); that a ticket which an agent wrote on a
customer's behalf cannot be told from one that the agent began.
"""

from pipelines.ingest.mapping import vendor_mapping
from pipelines.ingest.probe import Probe
from pipelines.ingest.sources.base import Source
from pipelines.ingest.sources.tickets import FIELDS, read_vendor_tickets

_MAPPING = vendor_mapping(
    "zammad",
    """
    [columns]
    id = "id"
    created_at = "created_at"
    updated_at = "updated_at"
    status = "state_id"
    channel = "create_article_type_id"
    priority = "priority_id"
    team = "group_id"
    agent_id = "owner_id"
    requester_id = "customer_id"
    subject = "title"
    first_replied_at = "first_response_at"
    solved_at = "close_at"

    [missing]
    owner_id = ["1"]

    [values.status]
    1 = "new"
    2 = "open"
    3 = "pending"
    4 = "closed"
    5 = "closed"
    6 = "deleted"
    7 = "pending"

    [values.channel]
    1 = "email"
    3 = "chat"
    5 = "phone"
    6 = "twitter"
    7 = "twitter"
    8 = "facebook"
    9 = "facebook"
    11 = "web"
    12 = "telegram"

    [values.priority]
    1 = "low"
    2 = "normal"
    3 = "high"

    [exclude.merged]
    state_id = ["5"]
    """,
)


def _recognises(probe: Probe) -> bool:
    keys = {"number", "state_id", "group_id", "customer_id", "create_article_type_id"}
    return probe.json_keys >= keys


SOURCE = Source(
    name="zammad",
    system="zammad",
    main_table=lambda probe: "contacts",
    recognises=_recognises,
    read=lambda reading: read_vendor_tickets(reading, _MAPPING),
    fields=FIELDS,
)
