"""Call logs told by a mapping file: clocks, midnight, outcomes, units."""

import pytest

from pipelines.errors import SettingsError

MAPPING = """
source = "call_log"
system = "pbx"
zone = "Asia/Seoul"
date_format = "%y%m%d"
[file]
separator = ";"
[columns]
id = ["day", "call"]
date = "day"
created_at = "entered"
queue_entered_at = "queued"
queue_left_at = "left"
answered_at = "answered"
ended_at = "ended"
talk_seconds = { from = "answered", to = "ended" }
hold_seconds = { column = "hold", unit = "clock" }
outcome = "result"
requester_id = "caller"
[missing]
queued = ["0:00:00"]
left = ["0:00:00"]
answered = ["0:00:00"]
ended = ["0:00:00"]
[outcomes]
answered = ["OK"]
abandoned = ["HANG"]
[exclude.test]
result = ["PHANTOM"]
"""
HEADER = "day;call;entered;queued;left;answered;ended;hold;result;caller\n"
SESSION = "contact_id, queue_entered_at, answered_at, abandoned_at, ended_at, outcome, wait_seconds"


def load(intake, *lines: str, mapping: str = MAPPING):
    told = intake.file("mappings/calls.toml", mapping)
    [report] = intake.load(intake.file("calls.txt", HEADER + "\n".join(lines) + "\n"), mapping=told)
    return report


def test_an_answered_call_waited_in_the_queue(intake):
    load(intake, "260302;7;9:00:00;9:00:10;9:00:40;9:00:40;9:05:00;0:30;OK;010-1")
    assert intake.rows("sessions", SESSION + ", talk_seconds, hold_seconds") == [
        ("pbx:260302-7", "2026-03-02 00:00:10", "2026-03-02 00:00:40", None, "2026-03-02 00:05:00",
         "answered", 30, 260, 30)
    ]  # fmt: skip


def test_an_answered_call_that_never_queued_waited_zero_seconds(intake):
    load(intake, "260302;7;9:00:00;0:00:00;0:00:00;9:00:08;9:05:00;;OK;1")
    assert intake.rows("sessions", SESSION) == [
        ("pbx:260302-7", "2026-03-02 00:00:08", "2026-03-02 00:00:08", None, "2026-03-02 00:05:00",
         "answered", 0)
    ]  # fmt: skip


def test_who_hangs_up_before_the_queue_has_abandoned_without_a_wait(intake):
    load(intake, "260302;7;9:00:00;0:00:00;0:00:00;0:00:00;0:00:00;;HANG;1")
    assert intake.rows("sessions", "queue_entered_at, outcome, wait_seconds") == [
        (None, "abandoned", None)
    ]


def test_a_call_that_passes_midnight_is_whole(intake):
    load(intake, "260302;7;23:59:50;23:59:55;0:00:15;0:00:15;0:02:00;;OK;1")
    assert intake.rows("sessions", SESSION + ", talk_seconds") == [
        ("pbx:260302-7", "2026-03-02 14:59:55", "2026-03-02 15:00:15", None, "2026-03-02 15:02:00",
         "answered", 20, 105)
    ]  # fmt: skip


def test_the_machines_own_calls_are_excluded_as_tests(intake):
    load(intake, "260302;7;9:00:00;9:00:10;9:00:40;0:00:00;0:00:00;;PHANTOM;1")
    assert intake.rows("contacts", "kind, channel, exclusion") == [("call", "phone", "test")]


@pytest.mark.parametrize(
    ("unit", "written", "seconds"),
    [("seconds", "6", 6), ("minutes", "1.5", 90), ("hours", "0.5", 1800),
     ("days", "0.000069444446", 6), ("milliseconds", "6400", 6), ("clock", "1:02:03", 3723)],
)  # fmt: skip
def test_durations_in_every_unit_become_seconds(intake, unit, written, seconds):
    mapping = MAPPING.replace('unit = "clock"', f'unit = "{unit}"')
    load(
        intake, f"260302;7;9:00:00;9:00:10;9:00:40;9:00:40;9:05:00;{written};OK;1", mapping=mapping
    )
    assert intake.rows("sessions", "hold_seconds") == [(seconds,)]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (
            ";7;9:00:00;9:00:10;9:00:40;9:00:40;9:05:00;;OK;1",
            "day + call is missing; entered is not a time; queued is not a time",
        ),
        ("260302;7;;9:00:10;9:00:40;9:00:40;9:05:00;;OK;1", "entered is missing"),
        ("260302;7;9:00:00;9:00:10;9:00:40;8:59:00;9:05:00;;OK;1", "answered is before entered"),
        ("260302;7;9:00:00;9:00:10;9:00:40;9:00:40;9:05:00;-0:30;OK;1", "hold is negative"),
        ("Total;1;;;;;;;;", "a line of totals"),
        (HEADER.strip(), "the header again"),
    ],
)  # fmt: skip
def test_a_call_that_cannot_be_is_refused(intake, line, reason):
    good = "260302;8;9:00:00;9:00:10;9:00:40;9:00:40;9:05:00;;OK;1"
    report = load(intake, good, line)
    assert (report.received, report.quarantined) == (2, 1)
    [(number, reasons)] = intake.rejects()
    assert number == 3
    assert reasons.startswith(reason)


def test_an_outcome_that_the_mapping_does_not_tell_is_unknown(intake):
    load(intake, "260302;7;9:00:00;9:00:10;9:00:40;0:00:00;0:00:00;;TRANSFERRED;1")
    assert intake.rows("sessions", "outcome, answered_at, abandoned_at") == [
        ("unknown", None, None)
    ]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('answered_at = "answered"', 'answered_at = "picked up"'),
         "calls.txt has no column 'picked up'; it has: day, call"),
        (('hold_seconds = {', 'hold_second = {'), "hold_second: no such field"),
        (('unit = "clock"', 'unit = "fortnights"'), "unknown unit 'fortnights'"),
        (('outcome = "result"', ""), "outcome is required"),
        (('system = "pbx"', ""), "system: is required"),
        (('[outcomes]', '[outcomes]\nlost = ["X"]'), "lost: unknown key"),
        (('[exclude.test]', '[exclude.boring]'), "boring: unknown key"),
        (('id = [', 'id = 5 # ['), 'must be "column"'),
        (('[file]', '[file'), "not valid TOML"),
    ],
)  # fmt: skip
def test_a_mapping_that_does_not_fit_names_file_key_and_remedy(intake, change, says):
    with pytest.raises(SettingsError, match=r"calls\.toml: ") as caught:
        load(intake, "260302;7;9:00:00;;;;;;OK;1", mapping=MAPPING.replace(*change))
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_call_log_without_a_mapping_asks_for_one(intake):
    path = intake.file("calls.txt", HEADER + "260302;7;9:00:00;;;;;;OK;1\n")
    with pytest.raises(SettingsError, match=r"calls\.txt: a call_log needs a mapping file"):
        intake.load(path, source="call_log")
