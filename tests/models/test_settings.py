"""support.toml: what a site mistypes is told with its section, its key and the remedy."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from pipelines.errors import SettingsError, ZoneError
from pipelines.settings import PROJECT_ROOT, load_settings
from tests.fixtures import SETTINGS

SHIPPED = (PROJECT_ROOT / "support.toml").read_text(encoding="utf-8")
DESK = """
[[calendars]]
id = "day"
zone = "Asia/Seoul"
[[calendars.periods]]
weekdays = ["09:00-18:00"]

[[desks]]
channel = "phone"
language = "ko"
calendar = "day"
target_share = 0.8
within_seconds = 20
handle_seconds = 300
"""


@pytest.fixture
def read(tmp_path):
    """Settings of a text, or of bytes."""
    path = tmp_path / "support.toml"

    def read(text: str | bytes):
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return load_settings(path)

    return read


def refused(read, text: str | bytes) -> str:
    """The message, without the folder that the file stands in."""
    with pytest.raises(SettingsError) as caught:
        read(text)
    path, told = str(caught.value).split("support.toml", 1)
    assert Path(path).is_absolute()
    return "support.toml" + told


@pytest.mark.parametrize(
    ("written", "instead", "told"),
    [
        ("[[desks]]", "[[desk]]", "unknown key 'desk'; known: site, rules,"),
        ('zone = "Asia/Seoul"  ', 'timezone = "Asia/Seoul"  ', "[site]: unknown key 'timezone'"),
        ("reopen_window_days", "reopen_days", "[rules]: unknown key 'reopen_days'"),
        ("rest_hours", "rest", "[shifts]: unknown key 'rest'; known: lengths_hours,"),
        ("order =", "orders =", "[languages]: unknown key 'orders'; known: order"),
        ('holidays = "KR"', 'holiday = "KR"', "[[calendars]] korea-day: unknown key 'holiday'"),
        ("within_seconds = 1800", "within = 1800", "[[urgent]] *: unknown key 'within'; known:"),
        ("concurrency = 2", "at_once = 2", "[[desks]] live_chat/*: unknown key 'at_once'; known:"),
    ],
)
def test_a_mistyped_key_is_an_error_and_never_ignored(read, written, instead, told):
    assert f": {told}" in refused(read, SHIPPED.replace(written, instead, 1))


@pytest.mark.parametrize(
    ("written", "instead", "told"),
    [
        ("reopen_window_days = 7", 'reopen_window_days = "7"', "a whole number, not '7'"),
        ("reopen_window_days = 7", "reopen_window_days = -7", "0 or more, not -7"),
        ("critical_share = 0.5", "critical_share = 50", "0 to 1, not 50"),
        ("target_share = 0.8", "target_share = 80", "above 0 and below 1, not 80"),
        ("target_share = 0.8", 'target_share = "80%"', "a number, not '80%'"),
        ("shrinkage = 0.3", "shrinkage = 1", "0 or more and below 1, not 1"),
        ("max_occupancy = 0.85", "max_occupancy = 0", "above 0 and at most 1, not 0"),
        ("within_seconds = 20", "within_seconds = -20", "above 0, not -20"),
        ("concurrency = 3", "concurrency = 2.5", "a whole number, not 2.5"),
        ("concurrency = 3", "concurrency = true", "a whole number, not True"),
        ("gives_spare_time = true", "gives_spare_time = 1", "true or false, not 1"),
        ("hour_cost = 21000", "patience_seconds = 0", "above 0, not 0"),
        ("hour_cost = 21000", "headcount = 0", "above 0, not 0"),
        ("slowdown_share = 0.15", "slowdown_share = -0.1", "0 or more, not -0.1"),
        ("lengths_hours = [4.5, 9.0]", "lengths_hours = 9", "a list in [ ], not 9"),
        (
            "lengths_hours = [4.5, 9.0]",
            "lengths_hours = [25]",
            "half hours, above 0 and at most 24, not 25",
        ),
        ("break_hours = 1.0", "break_hours = 0.4", "half hours, 0 or more, not 0.4"),
        ("start_every_hours = 1.0", "start_every_hours = 0", "half hours, above 0, not 0"),
        ("rest_hours = 11.0", 'rest_hours = "11"', "a number, not '11'"),
        ("weekly_hours = 40.0", "weekly_hours = 169", "above 0 and at most 168, not 169"),
        ("days_in_a_row = 6", "days_in_a_row = 8", "1 to 7, not 8"),
        ('currency = "KRW"', "currency = 410", "a text in quotes, not 410"),
        ('daily = ["00:00-24:00"]', 'daily = "00:00-24:00"', "a list in [ ], not '00:00-24:00'"),
    ],
)
def test_a_value_of_another_kind_or_size_is_refused_with_its_key(read, written, instead, told):
    assert SHIPPED.count(written) >= 1
    key = instead.split(" ")[0]
    message = refused(read, SHIPPED.replace(written, instead, 1))
    assert message.endswith(f": {key} must be {told}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (DESK.replace("handle_seconds = 300", ""), "[[desks]] phone/ko: handle_seconds is missing"),
        (
            DESK + DESK[DESK.index("[[desks]]") :],
            "[[desks]] phone/ko is there twice; keep one",
        ),
        (
            DESK.replace('calendar = "day"', 'calendar = "night"'),
            "[[desks]] phone/ko: there is no calendar 'night'; known: day",
        ),
        ("[[site]]\n", "[site] must be a table of `name = value` lines"),
        ("desks = 5\n", "desks: write each under a line [[desks]] of its own"),
        ("[shifts]\nlengths_hours = []\n", "[shifts]: lengths_hours needs at least one number"),
        (
            DESK.replace('"09:00-18:00"', '"9-18"'),
            "[[calendars]] day: '9-18' is not an opening such as 09:00-18:00",
        ),
        (
            DESK.replace('"09:00-18:00"', '"09:75-18:00"'),
            "[[calendars]] day: '09:75-18:00' is not an opening such as 09:00-18:00",
        ),
        (
            DESK.replace('"09:00-18:00"', '"22:00-26:00"'),
            "[[calendars]] day: '22:00-26:00' leaves the day; write 22:00-02:00 for a night",
        ),
        (
            DESK.replace("weekdays", 'from = "2026-03-01"\nweekdays'),
            "[[calendars]] day: from must be a local day or time, without quotes and offset, such"
            " as 2026-03-01 or 2026-03-01T09:00:00, not 2026-03-01",
        ),
        (
            DESK.replace("weekdays", "from = 2026-03-01T00:00:00Z\nweekdays"),
            "[[calendars]] day: from must be a local day or time, without quotes and offset, such"
            " as 2026-03-01 or 2026-03-01T09:00:00, not 2026-03-01 00:00:00+00:00",
        ),
        (
            DESK.replace("[[calendars.periods]]", 'holidays = "Atlantis"\n[[calendars.periods]]'),
            "[[calendars]] day: no holidays are known for 'Atlantis'; give an ISO country such as"
            " KR or DE-BY",
        ),
        (
            DESK + 'staffed_to = "often"\n',
            '[[desks]] phone/ko: staffed_to must be "expected", "mean", or a quantile above 0 and'
            " below 1, not 'often'",
        ),
        (
            DESK + "staffed_to = 1.0\n",
            '[[desks]] phone/ko: staffed_to must be "expected", "mean", or a quantile above 0 and'
            " below 1, not 1.0",
        ),
        ('[site]\nname = "거래소"\n'.encode("cp949"), "line 2 is not UTF-8; save it as UTF-8"),
    ],
)
def test_what_can_not_be_used_is_told_with_its_place_and_remedy(read, text, message):
    assert refused(read, text) == f"support.toml: {message}"


def test_a_zone_that_does_not_exist_is_told_with_its_section(read):
    with pytest.raises(ZoneError, match=r"support.toml: \[site\]: unknown time zone 'Asia/Soul'"):
        read('[site]\nzone = "Asia/Soul"\n')


def test_corrections_that_are_named_must_be_there(read, tmp_path):
    text = '[site]\ncorrections = "ours.csv"\n'
    assert refused(read, text) == (
        f"support.toml: [site]: corrections: there is no file {tmp_path / 'ours.csv'}; the path"
        " counts from the folder of the settings"
    )
    (tmp_path / "ours.csv").touch()
    assert read(text).corrections == tmp_path / "ours.csv"


def test_the_shipped_settings_mean_the_same_wherever_they_are_copied_to(read):
    shipped = load_settings(PROJECT_ROOT / "support.toml")
    copied = read(SHIPPED)
    assert replace(copied, path=shipped.path) == shipped


def test_a_byte_order_mark_is_no_part_of_the_settings(read):
    assert read('[site]\nname = "거래소"\n'.encode("utf-8-sig")).name == "거래소"


def test_a_desk_says_only_what_differs_from_the_usual(read):
    (desk,) = read(DESK).desks
    usual = (desk.concurrency, desk.shrinkage, desk.max_occupancy, desk.staffed_to)
    assert usual == (1, 0.0, 1.0, "expected")


@pytest.mark.parametrize(("seconds", "days"), [(20, 1), (86_400, 1), (86_401, 2)])
def test_work_is_promised_within_as_many_open_days_as_its_target_begins(read, seconds, days):
    (desk,) = read(DESK.replace("within_seconds = 20", f"within_seconds = {seconds}")).desks
    assert desk.promise_open_days == days


def test_a_period_may_begin_on_a_day_or_at_a_time(read):
    day, moment = (
        read(DESK.replace("weekdays", f"from = {text}\nweekdays")).calendars[0].periods[0].starts
        for text in ("2026-03-01", "2026-03-01T09:00:00")
    )
    assert (day, moment) == (datetime(2026, 3, 1), datetime(2026, 3, 1, 9))


def test_a_tag_is_excluded_only_for_a_reason_that_the_ledger_knows(warehouse):
    settings = SETTINGS.replace('spam = "spam"', 'spam = "rubbish"')
    with pytest.raises(
        SettingsError,
        match=r"support\.toml: \[rules\]: excluded_tags: spam: 'rubbish' is no reason",
    ):
        warehouse(settings, contacts="contact_id\nc1")


def test_a_desk_that_can_answer_no_contact_is_found(warehouse):
    desk = SETTINGS[SETTINGS.index("[[desks]]") :]
    mistyped = desk.replace('channel = "*"', 'channel = "telephone"')
    connection = warehouse(SETTINGS + mistyped, contacts="contact_id\nc1")
    assert connection.execute(
        """SELECT severity, passed, detail FROM checks WHERE "check" = 'desks_name_queues'"""
    ).fetchall() == [
        (
            "warn",
            False,
            "first: channel=telephone, language=*. To mend it: write them in support.toml as"
            " data/reference/channels.csv and languages.csv do.",
        )
    ]
