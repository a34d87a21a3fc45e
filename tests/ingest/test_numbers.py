"""Commas in numbers, and times that spreadsheets count: read where a column tells, else refused."""

import pytest

from pipelines.ingest.numbers import Commas, commas_in

MAPPING = """
source = "tickets"
system = "desk"
zone = "Asia/Seoul"
[columns]
id = "Case"
created_at = "Opened"
vendor_first_response_seconds = "Waited"
"""


@pytest.mark.parametrize(
    ("texts", "commas"),
    [
        (["12", "875"], None),
        (["12", "1,037"], Commas.DIVIDE),
        (["1,037", "2,500", "1,037,000"], Commas.DIVIDE),
        (["1,037.5", "4500"], Commas.DIVIDE),
        (["1,037", "0.5"], Commas.DIVIDE),
        (["12,5", "1,037"], Commas.POINT),
        (["0,250", "1,037"], Commas.POINT),
        (["1.037,5", "2.500", "7"], Commas.POINT),
        (["1,037", "2,500"], Commas.UNTOLD),
        (["1,037", "4500"], Commas.UNTOLD),
        (["12,5", "12.5"], Commas.UNTOLD),
        (["1,037,000", "12,5"], Commas.UNTOLD),
        (["12,5", "3,87,16"], Commas.UNTOLD),
    ],
)
def test_a_column_tells_what_its_commas_are_or_not(texts, commas):
    assert commas_in(texts) == commas


def loaded(intake, waited: list[str], opened: str = "2026-03-02 09:00") -> list[tuple]:
    rows = "".join(f"{i};{opened};{text}\n" for i, text in enumerate(waited, 1))
    told = intake.file("told/m.toml", MAPPING)
    intake.load(intake.file("t.csv", "Case;Opened;Waited\n" + rows), mapping=told)
    return intake.rows(
        "contact_clocks", "split_part(contact_id, ':', 2), vendor_first_response_seconds"
    )


def test_commas_that_divide_thousands_are_read(intake):
    assert loaded(intake, ["12", "1,037", "2,001,500"]) == [("1", 12), ("2", 1037), ("3", 2001500)]


def test_commas_of_decimals_are_read_and_points_divide_there(intake):
    assert loaded(intake, ["1.037,6", "12,4", "2.500"]) == [("1", 1038), ("2", 12), ("3", 2500)]


def test_a_comma_that_nothing_tells_is_refused_with_what_to_do(intake):
    assert loaded(intake, ["4500", "1,037", "many"]) == [("1", 4500)]
    assert intake.rows("rejects", "line, reasons, left(remedy, 60)") == [
        (3, "Waited: what its comma means is not told",
         "a comma divides thousands in one country and begins decimals"),
        (4, "Waited is not a number",
         "correct the row in the helpdesk, or export it again, and loa"),
    ]  # fmt: skip


def test_a_column_that_does_not_agree_tells_nothing(intake):
    assert loaded(intake, ["12", "1,037", "3,87,16,91,111"]) == [("1", 12)]


def test_days_that_a_spreadsheet_counts_are_times_where_the_whole_column_is(intake):
    loaded(intake, ["5", "6"], opened="46083.375")  # 2 March 2026, 09:00
    assert intake.rows("contacts", "source_id, created_at") == [
        ("1", "2026-03-02 00:00:00"), ("2", "2026-03-02 00:00:00"),
    ]  # fmt: skip


def test_days_that_a_spreadsheet_counts_are_no_times_among_others(intake):
    told = intake.file("told/m.toml", MAPPING)
    rows = "1;46083.375;5\n2;2026-03-02 09:00;6\n"
    intake.load(intake.file("t.csv", "Case;Opened;Waited\n" + rows), mapping=told)
    assert intake.rows("contacts", "source_id") == [("2",)]
    assert intake.rejects() == [(2, "Opened is not a time")]
