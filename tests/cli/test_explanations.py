"""What changed and what stands out, at the prompt: sentences for people, tidy CSV for programs."""

import csv
import io

DAYS = ("--from", "2026-10-19", "--to", "2026-11-15")


def rows(text: str) -> list[dict]:
    return list(csv.DictReader(io.StringIO(text)))


def test_explain_gives_every_part_as_tidy_csv_and_they_add_up(run_command, exchange):
    ran = run_command("explain", "service_level", *DAYS, "--csv", "--warehouse", exchange)
    assert (ran.exit_code, ran.stderr) == (0, "")
    found = rows(ran.stdout)
    assert list(found[0]) == ["part", "channel", "language", "topic", "n", "value", "low", "high"]
    whole = {row["part"]: float(row["value"]) for row in found if not row["channel"]}
    mixes = sum(value for part, value in whole.items() if part.startswith("mix of "))
    assert abs(whole["after"] - whole["before"] - whole["total"]) < 1e-12
    assert abs(whole["rate"] + whole["mix"] - whole["total"]) < 1e-12
    assert abs(mixes - whole["mix"]) < 1e-12
    groups = [row for row in found if row["channel"]]
    assert abs(sum(float(row["value"]) for row in groups) - whole["total"]) < 1e-12


def test_explain_tells_people_the_windows_and_at_most_a_dozen_groups(run_command, exchange):
    ran = run_command("explain", "csat", *DAYS, "--warehouse", exchange)
    assert ran.exit_code == 0
    assert "2026-10-19 to 2026-11-15 against 2026-09-21 to 2026-10-18" in ran.stdout
    assert "total = rate + mix" in ran.stdout
    assert ran.stdout.count("│ rate ") + ran.stdout.count("│ mix ") == 2 + 3 + 12


def test_a_count_cannot_be_explained_and_the_line_says_what_can(run_command, exchange):
    ran = run_command("explain", "contacts", "--warehouse", exchange)
    assert ran.exit_code != 0
    assert "neither a share nor a mean" in ran.stderr
    assert "such as csat" in ran.stderr


def test_analysis_names_the_fault_that_nobody_announced(run_command, exchange):
    ran = run_command("analysis", "anomalies", "--csv", "--warehouse", exchange)
    (found,) = [row for row in rows(ran.stdout) if row["starts_at"] == "2026-11-04T05:00:00Z"]
    assert (found["topic"], found["channel"], found["language"]) == (
        "withdrawal",
        "live_chat",
        "ko",
    )
    assert (found["is_surplus"], found["event_id"]) == ("true", "")


def test_every_analysis_prints_a_header_even_where_nothing_was_found(run_command, exchange):
    for name in ("drivers", "impacts", "incidents", "nonresponse", "representation", "absent"):
        ran = run_command("analysis", name, "--csv", "--warehouse", exchange)
        assert ran.exit_code == 0, name
        assert "," in ran.stdout.splitlines()[0], name


def test_baseline_and_funnel_print_n_and_limits_per_language(run_command, exchange):
    own = run_command("baseline", "csat", *DAYS, "--csv", "--warehouse", exchange)
    head = rows(own.stdout)[0]
    assert {"language", "value", "n", "baseline_value", "change_low", "outside"} <= set(head)
    limits = run_command("funnel", "csat", *DAYS, "--csv", "--warehouse", exchange)
    small = [row for row in rows(limits.stdout) if int(row["n"]) < 30]
    assert small
    assert {row["outside"] for row in small} == {""}  # nothing is judged below 30
    pooled = run_command("funnel", "csat", *DAYS, "--pooled", "--csv", "--warehouse", exchange)
    assert {"raw", "pooled"} <= set(rows(pooled.stdout)[0])


def test_without_days_the_last_four_weeks_are_held_against_what_was_before(run_command, exchange):
    ran = run_command("explain", "csat", "--by", "language", "--warehouse", exchange)
    assert "2026-10-19 to 2026-11-15 against 2026-09-21 to 2026-10-18" in ran.stdout
    told, asked = (
        run_command("baseline", "csat", *days, "--csv", "--warehouse", exchange).stdout
        for days in ((), DAYS)
    )
    assert told == asked
    assert all(int(row["baseline_n"]) > 0 for row in rows(told) if row["language"] == "ko")
