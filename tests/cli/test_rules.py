"""switchboard, differences and vendors: tidy CSV for programs, and one line where they can't."""

import csv
import io

import pytest

from tests.fixtures import RawWarehouse


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """One ticket, written 50 s after its creation and answered 600 s later."""
    raw = RawWarehouse(tmp_path_factory.mktemp("comparing"))
    raw(
        contacts="""
            contact_id | created_at          | agent_id
            c1         | 2026-03-02 00:00:00 | kim
        """,
        messages="""
            contact_id | sent_at             | author_role
            c1         | 2026-03-02 00:00:50 | customer
            c1         | 2026-03-02 00:10:50 | agent
        """,
        contact_clocks="""
            contact_id | vendor_first_response_seconds
            c1         | 600
        """,
    ).close()
    return raw.folder


@pytest.fixture
def rows(run_command, desk):
    """`rows("switchboard", "csat")` -> the rows of the tidy CSV."""

    def ask(*arguments: str) -> list[dict]:
        ran = run_command(*arguments, "--csv", "--warehouse", desk)
        assert (ran.exit_code, ran.stderr) == (0, "")
        return list(csv.DictReader(io.StringIO(ran.stdout)))

    return ask


def test_a_switchboard_is_one_row_per_rule(rows):
    found = {
        row["rule"]: (row["value"], row["n"])
        for row in rows("switchboard", "first_response_seconds")
    }
    assert found["first_response_seconds"] == ("600", "1")
    assert found["zendesk_first_response_seconds"] == ("660", "1")
    (ours, chatwoot) = rows("switchboard", "first_response_seconds", "--dated-by", "event")
    assert (ours["value"], chatwoot["value"]) == ("600", "650")


def test_differences_are_reasons_or_with_rows_contacts(rows):
    pair = ("first_response_seconds", "zendesk_first_response_seconds")
    (reason,) = rows("differences", *pair)
    assert (reason["reason"], reason["n"]) == ("starts_at_creation, whole_minutes", "1")
    (contact,) = rows("differences", *pair, "--rows")
    parts = ("difference", "start_seconds", "stop_seconds", "hours_seconds", "rounding_seconds")
    assert [contact[part] for part in parts] == ["60", "50", "0", "0", "10"]


def test_vendors_are_the_agreement_and_with_a_rule_its_disagreements(rows):
    (told,) = (row for row in rows("vendors") if row["told"] != "0")
    assert (told["rule"], told["recomputed"], told["agreeing"]) == (
        "zendesk_first_response_seconds",
        "1",
        "1",
    )
    assert rows("vendors", "zendesk_first_response_seconds") == []


def test_people_read_words_and_units(run_command, desk):
    ran = run_command("switchboard", "first_response_seconds", "--warehouse", desk)
    assert "First response (median) by every rule" in ran.stdout
    assert "11 min 00 s" in ran.stdout
    assert "dated by the event: --dated-by event" in ran.stdout
