"""Tidy CSV for programs, words for people."""

import pandas as pd
import pytest

from pipelines.cli.tables import print_table, spoken, write_csv


def written(frame: pd.DataFrame, capsys) -> str:
    write_csv(frame)
    return capsys.readouterr().out


def test_null_is_an_empty_cell_and_zero_is_zero(capsys):
    frame = pd.DataFrame({"channel": ["phone", None], "value": [0.0, None], "n": [3, 0]})
    assert written(frame, capsys) == "channel,value,n\nphone,0,3\n,,0\n"


def test_numbers_are_plain_and_keep_their_full_precision(capsys):
    frame = pd.DataFrame({"value": [356580.0, 1234567.891, 0.1 + 0.2, 1e-7, 1e22]})
    assert written(frame, capsys).splitlines()[1:] == [
        "356580",
        "1234567.891",
        "0.30000000000000004",
        "0.0000001",
        "10000000000000000000000",
    ]


def test_days_are_iso_dates_and_instants_say_that_they_are_utc(capsys):
    frame = pd.DataFrame(
        {
            "day": pd.to_datetime(["2026-03-02", None]),
            "arrived_at": pd.to_datetime(["2026-03-02 00:00:00", "2026-03-02 09:00:05"]),
        }
    )
    assert written(frame, capsys) == (
        "day,arrived_at\n2026-03-02,2026-03-02T00:00:00Z\n,2026-03-02T09:00:05Z\n"
    )


def test_text_is_quoted_only_where_it_must_be(capsys):
    frame = pd.DataFrame({"team": ["환불", 'a,"b"'], "is_open": [True, False]})
    assert written(frame, capsys) == 'team,is_open\n환불,true\n"a,""b""",false\n'


def test_an_empty_frame_still_has_its_header(capsys):
    assert written(pd.DataFrame(columns=["channel", "value", "n"]), capsys) == "channel,value,n\n"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0, "seconds", "0 s"),
        (7.836, "seconds", "7.8 s"),
        (59.97, "seconds", "1 min 00 s"),
        (444_540, "seconds", "5 d 3 h"),
        (7_260, "seconds", "2 h 01 min"),
        (-90, "seconds", "-1 min 30 s"),
        (0.8269, "share", "82.7 %"),
        (-0.0004, "share", "0.0 %"),
        (-0.0087, "points", "-0.9 pts"),
        (0.062, "points", "+6.2 pts"),
        (-0.004, "", "0.00"),
        (12_345, "", "12,345"),
        (2.34, "", "2.34"),
        (float("nan"), "seconds", "–"),
    ],
)
def test_numbers_read_as_people_say_them(value, unit, text):
    assert spoken(value, unit) == text


def test_a_table_in_a_pipe_is_as_wide_as_its_rows(capsys):
    text = "a" * 150
    print_table(pd.DataFrame({"left": [text], "right": [text]}))
    assert f"│ {text} │ {text} │" in capsys.readouterr().out


def test_rows_wider_than_the_terminal_become_blocks(capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "60")
    print_table(pd.DataFrame({f"column_{i}": ["a long enough text"] for i in range(12)}))
    printed = capsys.readouterr().out
    assert "row 1" in printed
    assert "column_11" in printed


def test_text_of_a_file_is_never_markup(capsys):
    print_table(pd.DataFrame({"reasons": ["[red]id is missing[/red]"]}))
    assert "[red]id is missing[/red]" in capsys.readouterr().out


def test_nothing_to_show_says_so(capsys):
    print_table(pd.DataFrame(columns=["file"]), title="Quarantine")
    assert capsys.readouterr().out == "Quarantine: nothing to show\n"
