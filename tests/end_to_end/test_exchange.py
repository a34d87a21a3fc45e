"""The samples of the invented exchange go in at one end and numbers come out at the other."""

from datetime import date

import pytest

from pipelines.ingest.contracts import EXCLUSIONS
from pipelines.settings import PROJECT_ROOT, SAMPLES_DIR

METRICS = PROJECT_ROOT / "pipelines" / "warehouse" / "metrics"


def test_the_books_balance_in_every_row(exchange, run_command):
    ran = run_command("ledger", "--csv", "--warehouse", exchange)
    assert ran.header == [
        "source", "file", "day", "received", "counted", "quarantined", *EXCLUSIONS,
    ]  # fmt: skip
    assert len(ran.rows) > 100
    for row in ran.rows:
        left_out = sum(int(row[reason]) for reason in ("quarantined", *EXCLUSIONS))
        assert int(row["received"]) == int(row["counted"]) + left_out, row


def test_what_the_ledger_received_is_what_the_loads_read(exchange, run_command):
    booked = run_command("ledger", "--csv", "--warehouse", exchange).rows
    read = run_command(
        "sql", "SELECT sum(received) AS n FROM loads WHERE file IN (SELECT file FROM ledger)",
        "--csv", "--warehouse", exchange,
    )  # fmt: skip
    assert sum(int(row["received"]) for row in booked) == int(read.rows[0]["n"])


def test_counted_contacts_are_those_that_the_metric_counts(exchange, run_command):
    booked = run_command("ledger", "--csv", "--warehouse", exchange).rows
    measured = run_command("measure", "contacts", "--csv", "--warehouse", exchange)
    assert measured.header == ["value", "n", "low", "high"]
    assert sum(int(row["counted"]) for row in booked) == int(measured.rows[0]["n"])


def test_groups_add_up_to_the_whole_and_keep_the_order_of_by(exchange, run_command):
    arguments = ("measure", "contacts", "--csv", "--warehouse", exchange)
    whole = run_command(*arguments).rows[0]
    ran = run_command(*arguments, "--by", "language,channel")
    assert ran.header == ["language", "channel", "value", "n", "low", "high"]
    assert sum(int(row["value"]) for row in ran.rows) == int(whole["value"])


def test_both_days_of_a_range_are_included(exchange, run_command):
    arguments = ("measure", "contacts", "--by", "day", "--csv", "--warehouse", exchange)
    days = run_command(*arguments).rows
    first, last = days[7]["day"], days[13]["day"]
    week = run_command(*arguments, "--from", first, "--to", last).rows
    assert [row["day"] for row in week] == [row["day"] for row in days[7:14]]
    assert (date.fromisoformat(last) - date.fromisoformat(first)).days == 6


def test_where_keeps_several_values_of_several_columns(exchange, run_command):
    ran = run_command(
        "measure", "contacts", "--by", "channel,language", "--csv", "--warehouse", exchange,
        "--where", "channel=phone,live_chat", "--where", "language=ko",
    )  # fmt: skip
    assert {(row["channel"], row["language"]) for row in ran.rows} == {
        ("phone", "ko"),
        ("live_chat", "ko"),
    }


def test_a_duration_has_an_interval_around_its_value(exchange, run_command):
    ran = run_command(
        "measure", "first_response_seconds", "--by", "channel", "--csv", "--warehouse", exchange
    )
    measured = [row for row in ran.rows if int(row["n"]) >= 30]
    assert {"live_chat", "email"} <= {row["channel"] for row in measured}
    for row in measured:
        assert float(row["low"]) <= float(row["value"]) <= float(row["high"])


def test_another_statistic_is_another_number(exchange, run_command):
    arguments = ("measure", "handle_seconds", "--csv", "--warehouse", exchange, "--statistic")
    mean = float(run_command(*arguments, "mean").rows[0]["value"])
    p90 = float(run_command(*arguments, "p90").rows[0]["value"])
    assert p90 > mean > 0


def test_every_metric_can_be_measured_by_its_name(exchange, run_command):
    listed = run_command("metrics", "--csv", "--warehouse", exchange).rows
    assert [row["metric"] for row in listed] == sorted(path.stem for path in METRICS.glob("*.sql"))
    for row in listed:
        ran = run_command("measure", row["metric"], "--csv", "--warehouse", exchange)
        assert ran.exit_code == 0, ran.stderr
        assert int(ran.rows[0]["n"]) > 0, row["metric"]


def test_staffing_covers_fourteen_days_of_a_queue(exchange, run_command):
    ran = run_command("staffing", "--queue", "live_chat/ko", "--csv", "--warehouse", exchange)
    assert ran.exit_code == 0, ran.stderr
    assert {(row["channel"], row["language"]) for row in ran.rows} == {("live_chat", "ko")}
    assert len({row["local_on"] for row in ran.rows}) == 14
    assert len(ran.rows) == 14 * 48
    for row in ran.rows:
        if row["required_agents"] and row["required_low"]:
            assert float(row["required_low"]) <= float(row["required_high"])


def test_scheduled_agents_stand_beside_the_required(exchange, run_command):
    ran = run_command("staffing", "--csv", "--warehouse", exchange)
    both = [row for row in ran.rows if row["scheduled_agents"] and row["required_scheduled"]]
    assert both
    for row in both:
        gap = float(row["scheduled_agents"]) - float(row["required_scheduled"])
        assert float(row["gap"]) == pytest.approx(gap)


def test_the_audits_of_a_published_build_pass(exchange, run_command):
    ran = run_command("check", "--csv", "--warehouse", exchange)
    assert ran.exit_code == 0, ran.stderr
    assert {row["passed"] for row in ran.rows if row["severity"] == "block"} == {"true"}


def test_dirty_rows_are_in_quarantine_with_a_reason_and_a_remedy(exchange, run_command):
    ran = run_command("quarantine", "--csv", "--warehouse", exchange)
    assert len(ran.rows) > 5
    assert [row for row in ran.rows if not (row["file"] and row["reasons"] and row["remedy"])] == []


def test_sql_reads_standard_input(exchange, shell):
    ran = shell("sql", "--csv", "--warehouse", exchange, input="SELECT 1 AS one, NULL AS none")
    assert ran.stdout == "one,none\n1,\n"


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM fact_contacts",
        "CREATE TABLE mine AS SELECT 1",
        "SELECT content FROM read_text('/etc/hostname')",
        "COPY fact_contacts TO 'out.csv'",
        "SELEKT 1",
        "SELECT nosuch FROM fact_contacts",
    ],
)
def test_sql_only_reads_the_build_and_says_what_is_wrong(exchange, run_command, statement):
    ran = run_command("sql", statement, "--warehouse", exchange)
    assert ran.exit_code not in (0, 70)
    assert ran.stdout == ""
    assert ran.stderr.startswith("error: ")
    assert ran.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("measure", "first_respons"), "first_response_seconds"),
        (("measure", "contacts", "--by", "planet"), "planet"),
        (("measure", "contacts", "--where", "channel=pigeon"), "pigeon"),
        (("measure", "contacts", "--where", "planet=mars"), "planet"),
        (("measure", "contacts", "--statistic", "mode"), "mode"),
        (("staffing", "--queue", "pigeon/ko"), "pigeon"),
        (("staffing", "--queue", "pigeon"), "live_chat/ko"),
    ],
)
def test_an_unknown_name_is_named_with_what_is_known(exchange, run_command, arguments, says):
    ran = run_command(*arguments, "--warehouse", exchange)
    assert ran.exit_code == 10
    assert says in ran.stderr
    assert ran.stderr.count("\n") == 1


def test_a_second_run_with_nothing_new_publishes_the_same_numbers(
    tmp_path, three_tickets, run_command
):
    warehouse = tmp_path / "warehouse"
    asked = ("measure", "contacts", "--by", "day,channel", "--csv", "--warehouse", warehouse)
    numbers = []
    for _ in range(2):
        ran = run_command("run", three_tickets, "--zone", "Asia/Seoul", "--warehouse", warehouse)
        assert ran.exit_code == 0, ran.stderr
        numbers.append(run_command(*asked).rows)
    assert numbers[0] == numbers[1]
    assert sum(int(row["n"]) for row in numbers[0]) == 3
    assert len(list((warehouse / "raw").glob("*/manifest.json"))) == 1


def test_people_get_units_the_data_cut_and_the_definition(exchange, run_command):
    printed = run_command("measure", "first_response_seconds", "--warehouse", exchange).stdout
    assert "definition version" in printed
    assert "data up to" in printed
    assert "95 % from" in printed


def test_forecast_alone_publishes_the_same_facts_in_a_new_build(tmp_path, run_command):
    warehouse = tmp_path / "warehouse"
    load = ("load", SAMPLES_DIR / "calls.csv", SAMPLES_DIR / "schedules.csv.gz")
    assert run_command(*load, "--warehouse", warehouse).exit_code == 0
    assert run_command("build", "--warehouse", warehouse).exit_code == 0
    built = (warehouse / "CURRENT").read_text()
    asked = ("measure", "contacts", "--by", "day", "--csv", "--warehouse", warehouse)
    numbers = run_command(*asked).stdout
    plan = ("staffing", "--queue", "phone/ko", "--csv", "--warehouse", warehouse)
    assert run_command(*plan).rows == []
    ran = run_command("forecast", "--warehouse", warehouse)
    assert ran.exit_code == 0, ran.stderr
    assert (warehouse / "CURRENT").read_text() != built
    assert run_command(*asked).stdout == numbers
    opened = [row for row in run_command(*plan).rows if row["is_open"] == "true"]
    assert len(opened) == 10 * 18  # half hours from 9:00 to 18:00 of ten working days
    assert len(list(warehouse.glob("support-*.duckdb"))) == 2


def test_the_prompt_answers_statements_over_several_lines_and_survives_a_mistake(
    published, run_command, monkeypatch
):
    typed = iter(["SELECT count(*) AS n", "FROM fact_contacts;", "SELEKT;", "exit"])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _: next(typed))
    ran = run_command("sql", "--csv", "--warehouse", published)
    assert ran.exit_code == 0
    assert ran.stdout.splitlines()[-2:] == ["n", "3"]
    assert ran.stderr.startswith("error: sql: ")
