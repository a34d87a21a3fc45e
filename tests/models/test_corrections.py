"""Known errors of a provider: corrected while they last, noticed when they are mended."""

import pytest

from pipelines.errors import SettingsError
from pipelines.warehouse.corrections import COLUMNS, read_corrections
from tests.fixtures import SETTINGS

HEADER = ",".join(COLUMNS)
MAIL_AS_PHONE = (
    "mail-as-phone,contacts,\"source = 'zendesk' AND created_at >= '2026-03-01'\""
    ",channel_raw,email,phone,automation 42 set the wrong channel,2026-03-09"
)
CONTACTS = """
    contact_id | channel | channel_raw | created_at
    early      |         | phone       | 2026-02-01 09:00:00Z
    wrong      |         | phone       | 2026-03-02 09:00:00Z
    right      |         | chat        | 2026-03-02 09:00:00Z
"""


@pytest.fixture
def corrected(warehouse):
    """`corrected(contacts, line, ...)`: a build under a corrections file of these lines."""

    def build(contacts, *lines):
        path = warehouse.folder / "corrections.csv"
        path.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
        settings = SETTINGS.replace("[site]", '[site]\n    corrections = "corrections.csv"')
        return warehouse(settings, contacts=contacts)

    return build


def test_only_rows_that_hold_the_wrong_value_are_corrected(corrected):
    connection = corrected(CONTACTS, MAIL_AS_PHONE)
    channels = "SELECT contact_id, channel FROM fact_contacts"
    assert dict(connection.execute(channels).fetchall()) == {
        "early": "phone", "wrong": "email", "right": "live_chat",
    }  # fmt: skip
    assert connection.execute("SELECT id, matched, applied FROM corrections").fetchall() == [
        ("mail-as-phone", 2, 1)
    ]
    passed = "SELECT passed FROM checks WHERE \"check\" = 'corrections_are_needed'"
    assert connection.execute(passed).fetchall() == [(True,)]


def test_what_the_provider_has_mended_is_left_alone_and_asked_to_be_removed(corrected):
    connection = corrected(CONTACTS.replace("phone", "email"), MAIL_AS_PHONE)
    assert connection.execute("SELECT matched, applied FROM corrections").fetchall() == [(2, 0)]
    assert connection.execute(
        "SELECT severity, passed, detail FROM checks WHERE \"check\" = 'corrections_are_needed'"
    ).fetchall() == [
        (
            "warn",
            False,
            "first: id=mail-as-phone, table_name=contacts, column_name=channel_raw, matched=2."
            " To mend it: the provider has mended it: remove the line from corrections.csv.",
        )
    ]


def test_an_empty_value_is_null_on_either_side(corrected):
    connection = corrected(
        "contact_id | team | agent_id\na | none | 1\nb | |",
        "no-team,contacts,kind = 'ticket',team,,none,a placeholder,2026-03-09",
        "one-agent,contacts,contact_id = 'b',agent_id,7,,only one agent works there,2026-03-09",
    )
    found = "SELECT contact_id, team, agent_id FROM fact_contacts ORDER BY 1"
    assert connection.execute(found).fetchall() == [("a", None, "1"), ("b", None, "7")]


def test_an_event_of_the_market_has_kinds_of_its_own(tmp_path):
    path = tmp_path / "corrections.csv"
    line = "a,market_events,TRUE,kind,surge,outage,it was no outage,2026-03-09"
    path.write_text(f"{HEADER}\n{line}\n", encoding="utf-8")
    (found,) = read_corrections(path)
    assert found.correction == "CAST('surge' AS VARCHAR)"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("a,reviews,TRUE,drawn,chosen,random,r,2026-03-09", "'chosen' is none of random, targeted"),
        ("a,tickets,TRUE,status,open,new,r,2026-03-09", "line 2: table 'tickets' is none of"),
        ("a,contacts,TRUE,contact_id,x,y,r,2026-03-09", "column 'contact_id' can't be corrected"),
        ("a,contacts,no_such = 1,status,open,new,r,2026-03-09", "has no column 'no_such'"),
        ("a,contacts,lower(team) = 'x',status,open,new,r,2026-03-09", "condition can't be read"),
        ("a,contacts,kind IN (SELECT 1),status,open,new,r,2026-03-09", "condition can't be read"),
        ("a,contacts,TRUE; DROP TABLE x,status,open,new,r,2026-03-09", "condition can't be read"),
        ("a,contacts,TRUE,status,opened,new,r,2026-03-09", "correction: 'opened' is none of new"),
        ("a,contacts,TRUE,status,,new,r,2026-03-09", "status can't be empty"),
        ("a,contacts,TRUE,created_at,yesterday,,r,2026-03-09", "'yesterday' is not a TIMESTAMP"),
        ("a,contacts,TRUE,status,open,open,r,2026-03-09", "nothing is wrong then"),
        ("a,contacts,TRUE,status,open,new,r,9 March", "reported_on must be a day"),
        ("a,contacts,TRUE,status,open,new,,2026-03-09", "id and reason must be written"),
        ("a,contacts", "needs 8 columns"),
    ],
)
def test_what_is_not_a_correction_is_refused_with_line_and_remedy(tmp_path, line, message):
    path = tmp_path / "corrections.csv"
    path.write_text(f"{HEADER}\n{line}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=message):
        read_corrections(path)


def test_the_shipped_file_corrects_nothing():
    from pipelines.settings import load_settings

    assert read_corrections(load_settings().corrections) == []
