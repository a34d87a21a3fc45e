"""SurveyMonkey: two header rows, twelve-hour times, ids that a spreadsheet ruined."""

EXPORT = """Respondent ID,Collector ID,Start Date,End Date,Custom Data 1,How was it?,What about?,,,Comment,Comment
,,,,,Response,KYC,Trade,Other (please specify),Open-Ended Response,Open-Ended Response
118231234501,4,03/04/2026 12:05:10 AM,03/04/2026 12:06:02 AM,55,1,KYC,,,call +82 10-0000-1234,again
118231234502,4,03/04/2026 12:20:44 PM,03/04/2026 12:21:50 PM,56,5,,Trade,fees,,
1.18231E+11,4,03/04/2026 01:00:00 PM,03/04/2026 01:00:10 PM,57,3,,,,,
"""  # noqa: E501
MAPPING = """
contact_system = "zendesk"
zone = "Asia/Seoul"
[columns]
score = "How was it?"
comment = "Comment"
[scale]
name = "1-5"
best = 1
"""


def load(intake, mapping: str = MAPPING):
    intake.file("mappings/s.toml", mapping)
    [report] = intake.load(intake.file("s.csv", EXPORT))
    return report


def test_times_are_month_first_with_half_days_and_one_is_the_best_score(intake):
    report = load(intake)
    assert (report.source, report.received, report.loaded) == ("surveymonkey", 3, 2)
    assert intake.rows(
        "surveys", "survey_id, contact_id, answered_at, score_raw, score, comment"
    ) == [
        ("surveymonkey:118231234501", "zendesk:55", "2026-03-03 15:06:02", "1", 5.0,
         "call <phone>"),
        ("surveymonkey:118231234502", "zendesk:56", "2026-03-04 03:21:50", "5", 1.0, None),
    ]  # fmt: skip


def test_an_id_that_a_spreadsheet_ruined_is_refused(intake):
    load(intake)
    assert intake.rejects() == [(5, "Respondent ID is in scientific notation")]


def test_a_choices_column_and_a_second_column_of_a_name_can_be_told(intake):
    told = MAPPING.replace('comment = "Comment"', 'comment = "Comment (2)"')
    load(
        intake,
        told.replace("[scale]", 'language = "What about? / Other (please specify)"\n[scale]'),
    )
    assert intake.rows("surveys", "comment, language_raw", "survey_id") == [
        ("again", None), (None, "fees"),
    ]  # fmt: skip
