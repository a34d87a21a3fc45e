"""Google Forms: times in the owner's language, questions as headers, answers without ids."""

import pytest

from pipelines.errors import SettingsError, ZoneError

MAPPING = """
contact_system = "zendesk"
[columns]
score = "만족도 (1-5)"
comment = "의견 (2)"
[scale]
name = "1-5"
"""
HEADER = '타임스탬프,"만족도\n(1-5)",의견,의견,티켓 번호\n'


def load(intake, *rows: str, header: str = HEADER, mapping: str = MAPPING, **options):
    intake.file("mappings/g.toml", mapping)
    [report] = intake.load(intake.file("g.csv", header + "\n".join(rows) + "\n"), **options)
    return report


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2023. 4. 1 오후 3:05:22", "2023-04-01 06:05:22"),
        ("2023. 4. 1 오전 12:00:00", "2023-03-31 15:00:00"),
        ("2023. 4. 1 오후 12:00:00", "2023-04-01 03:00:00"),
        ("2023/04/01 3:05:22 오후 GMT+9", "2023-04-01 06:05:22"),
        ("2023/04/01 3:05:22 下午 GMT-3:30", "2023-04-01 18:35:22"),
        ("2023/4/1 15:05:22", "2023-04-01 06:05:22"),
    ],
)
def test_times_in_the_long_form_are_utc(intake, text, utc):
    report = load(intake, f"{text},5,,,55", zone="Asia/Seoul")
    assert (report.source, report.loaded) == ("google_forms", 1)
    assert intake.rows("surveys", "answered_at, contact_id") == [(utc, "zendesk:55")]


def test_questions_may_hold_line_breaks_and_come_twice(intake):
    load(intake, "2023. 4. 1 오후 3:05:22,4,첫째,둘째,55", zone="Asia/Seoul")
    assert intake.rows("surveys", "score, comment") == [(4.0, "둘째")]


def test_a_longer_export_of_the_same_form_gives_the_same_ids(intake):
    rows = [f"2023. 4. 1 오후 3:05:22,{score},,,{score}" for score in (4, 5)]
    load(intake, *rows, zone="Asia/Seoul")
    load(intake, *rows, "2023. 4. 1 오후 3:05:22,1,,,1", zone="Asia/Seoul")
    ids = [f"google_forms:2023-04-01T06:05:22Z-{n}" for n in (1, 2, 3)]
    assert intake.rows("surveys", "DISTINCT survey_id, contact_id") == [
        (ids[0], "zendesk:4"), (ids[1], "zendesk:5"), (ids[2], "zendesk:1"),
    ]  # fmt: skip


def test_what_is_no_time_has_no_id_and_is_refused(intake):
    load(intake, "2023. 4. 1 오후 3:05:22,4,,,55", "어제,5,,,56", ",5,,,57", zone="Asia/Seoul")
    assert intake.rejects() == [(4, "타임스탬프 is not a time"), (5, "타임스탬프 is missing")]


def test_a_sheets_times_need_a_zone(intake):
    with pytest.raises(ZoneError, match="its times carry no offset"):
        load(intake, "2023. 4. 1 오후 3:05:22,4,,,55")


def test_month_or_day_first_must_be_told(intake):
    header = HEADER.replace("타임스탬프", "Timestamp")
    with pytest.raises(SettingsError, match="month or day first"):
        load(intake, "4/1/2023 15:05:22,4,,,55", header=header, zone="Asia/Seoul")
    told = 'time_formats = ["%d/%m/%Y %H:%M:%S"]' + MAPPING
    load(intake, "4/1/2023 15:05:22,4,,,55", header=header, mapping=told, zone="Asia/Seoul")
    assert intake.rows("surveys", "answered_at") == [("2023-01-04 06:05:22",)]


def test_a_table_whose_first_column_is_any_other_timestamp_is_not_a_form(intake):
    intake.file("log.csv", "Timestamp,event\n2023-04-01T03:05:22Z,login\n")
    [report] = intake.load()
    assert "unknown format" in report.skipped_reason
