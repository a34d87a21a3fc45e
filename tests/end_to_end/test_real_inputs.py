"""Two real exports through the command line, against numbers counted from the files by hand."""

from pathlib import Path

import pytest

from pipelines.api import open_warehouse
from pipelines.settings import PROJECT_ROOT, REFERENCE_DIR

pytestmark = pytest.mark.time  # the same numbers, whatever zone the process runs in

SHARED = PROJECT_ROOT.parent / "shared" / "data"
MAPPINGS = REFERENCE_DIR / "mappings"

BANK_SETTINGS = """
[site]
name = "Anonymous Bank"
zone = "Asia/Jerusalem"

[[calendars]]
id = "always"
zone = "Asia/Jerusalem"
[[calendars.periods]]
daily = ["00:00-24:00"]

[[desks]]
channel = "phone"
language = "*"
calendar = "always"
target_share = 0.8
within_seconds = 20
handle_seconds = 180
"""


def loaded(folder: str, mapping: str, tmp_path_factory, run_command, *settings) -> Path:
    """A warehouse with the exports of a shared folder; skips where the folder is not there."""
    exports = SHARED / folder
    if not exports.is_dir():
        pytest.skip(f"{exports} is not on this machine")
    files = sorted(path for path in exports.iterdir() if path.suffix in (".csv", ".txt"))
    warehouse = tmp_path_factory.mktemp(folder)
    common = (*settings, "--warehouse", warehouse)
    for arguments in (
        ("load", *files, "--mapping", MAPPINGS / mapping, *common),
        ("build", *common),
    ):
        ran = run_command(*arguments)
        assert ran.exit_code == 0, ran.stderr
    return warehouse


@pytest.fixture(scope="module")
def india(tmp_path_factory, run_command) -> Path:
    """Two weeks of a real Zendesk CSV export, zone Asia/Kolkata."""
    return loaded("zendesk_csv_export", "zendesk_csv_export.toml", tmp_path_factory, run_command)


@pytest.fixture(scope="module")
def bank(tmp_path_factory, run_command) -> Path:
    """Two weeks of the call log of a bank in Israel, 1999."""
    settings = tmp_path_factory.mktemp("bank") / "support.toml"
    settings.write_text(BANK_SETTINGS, encoding="utf-8")
    return loaded(
        "phone_call_log_1999", "anonymous_bank_1999.toml", tmp_path_factory, run_command,
        "--settings", settings,
    )  # fmt: skip


def test_every_row_is_booked_and_817_say_why_they_do_not_count(india, run_command):
    rows = run_command("ledger", "--csv", "--warehouse", india).rows
    total = {
        column: sum(int(row[column]) for row in rows)
        for column in rows[0]
        if column not in ("source", "file", "day")
    }
    assert total["received"] == 4043
    assert total["counted"] == 4043 - 817
    assert sum(value for name, value in total.items() if name != "received") == 4043
    assert total["agent_initiated"] + total["follow_up"] + total["internal"] == 817


def test_3591_are_solved(india, run_command):
    ran = run_command(
        "sql", "SELECT count(*) AS n FROM fact_contacts WHERE is_resolved",
        "--csv", "--warehouse", india,
    )  # fmt: skip
    assert ran.rows == [{"n": "3591"}]


def test_176_of_196_scores_are_in_the_top_two_boxes(india, run_command):
    ran = run_command(
        "sql",
        "SELECT count(*) AS scored, count(*) FILTER (WHERE is_satisfied) AS satisfied"
        " FROM fact_surveys WHERE score IS NOT NULL",
        "--csv", "--warehouse", india,
    )  # fmt: skip
    assert ran.rows == [{"scored": "196", "satisfied": "176"}]


def test_the_median_full_resolution_before_exclusions(india, run_command):
    ran = run_command(
        "sql",
        "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY full_resolution_seconds) AS median"
        " FROM fact_contacts WHERE is_resolved",
        "--csv", "--warehouse", india,
    )  # fmt: skip
    assert ran.rows == [{"median": "356580"}]


def test_the_median_full_resolution_of_email(india, run_command):
    ran = run_command(
        "measure", "full_resolution_seconds", "--where", "channel=email",
        "--statistic", "median", "--csv", "--warehouse", india,
    )  # fmt: skip
    assert ran.rows[0]["value"] == "444540"


def test_143_of_17456_rows_are_the_machines_own(bank, run_command):
    rows = run_command("ledger", "--csv", "--warehouse", bank).rows
    assert sum(int(row["received"]) for row in rows) == 17_456
    assert sum(int(row["test"]) for row in rows) == 143
    assert sum(int(row["counted"]) for row in rows) == 17_456 - 143


@pytest.mark.parametrize(
    ("metric", "expected", "digits"),
    [
        ("abandoned_share", 0.16797, 5),
        ("service_level_sl2", 0.6361, 4),
        ("handle_seconds", 166.86, 2),
    ],
)
def test_the_call_centre_figures(bank, run_command, metric, expected, digits):
    statistic = ("--statistic", "mean") if metric == "handle_seconds" else ()
    ran = run_command("measure", metric, *statistic, "--csv", "--warehouse", bank)
    assert round(float(ran.rows[0]["value"]), digits) == expected


def test_zendesk_would_say_four_days_and_we_say_five_for_770_tickets_no_customer_asked(india):
    opened = open_warehouse(india)
    told = opened.switchboard("full_resolution_seconds").set_index("rule")
    ours, zendesk = told.loc["full_resolution_seconds"], told.loc["zendesk_full_resolution_seconds"]
    assert (ours["value"], ours["n"]) == (444_540, 2_821)
    assert (zendesk["value"], zendesk["n"]) == (356_580, 3_591)
    reasons = opened.difference_reasons(
        "full_resolution_seconds", "zendesk_full_resolution_seconds"
    )
    assert dict(zip(reasons["reason"], reasons["only_there"], strict=True)) == {
        "internal": 520,
        "agent_initiated": 167,
        "follow_up": 83,
    }


def test_what_the_real_export_does_not_tell_is_not_invented(india):
    """It carries none of Zendesk's computed columns, and no times of reopenings."""
    opened = open_warehouse(india)
    assert opened.vendor_agreement()["told"].sum() == 0
    assert opened.measure("reopened_share")["n"].tolist() == [0]
    reopened = opened.measure("zendesk_reopened_share").iloc[0]
    assert (round(reopened["value"], 4), reopened["n"]) == (0.1559, 3_591)
