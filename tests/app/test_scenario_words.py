"""Why a scenario can't be: said with the names of the controls, in the reader's language."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from dashboard import i18n
from dashboard.formats import ENGLISH, Reader
from dashboard.planning.troubles import trouble
from pipelines import api
from pipelines.api import demand_scenarios
from pipelines.errors import InputError, OutOfRangeError, UnknownNameError
from pipelines.scenario_store import ScenarioStore

AT = datetime(2026, 3, 2, tzinfo=UTC)
SURGE = {"kind": "surge", "size": 0.8, "starts_at": AT, "half_life_hours": 12}
CAMPAIGN = {"kind": "campaign", "size": 0.8, "starts_at": AT, "ends_at": AT + timedelta(days=1)}
OUTAGE = CAMPAIGN | {"kind": "outage"}
BOT = {"kind": "deflection", "share": 0.2, "starts_at": AT}

WRONG = {
    "A scenario needs a name.": {"name": " "},
    "The name is one line of at most 80 characters.": {"name": "x" * 81},
    "The note is a text of at most 2,000 characters.": {"note": "x" * 2001},
    "“author” is not known here.": {"author": "kim"},
    "A scenario needs at least one effect.": {"effects": []},
    "Effect 1: “flood” is no kind of effect.": {"effects": [SURGE | {"kind": "flood"}]},
    "Effect 1 (Market surge): “sise” is not known here.": {"effects": [SURGE | {"sise": 1}]},
    "Effect 2 (Deflection by a bot or article): “Begins” is missing.": {
        "effects": [SURGE, {"kind": "deflection", "share": 0.2}]
    },
    "Effect 1 (Market surge): “More contacts, %” must be a number.": {
        "effects": [SURGE | {"size": "many"}]
    },
    "Effect 1 (Market surge): “Begins” must be a time with its zone, such"
    " as 2026-03-02T09:00:00Z.": {"effects": [SURGE | {"starts_at": AT.replace(tzinfo=None)}]},
    "Effect 1 (Market surge): “Channels” must be a list of names that is not empty.": {
        "effects": [SURGE | {"channels": []}]
    },
    "Effect 1 (New language): “Code of the new language” must not be empty.": {
        "effects": [
            {
                "kind": "language",
                "contacts_per_day": 5,
                "language": "",
                "like": "ko",
                "starts_at": AT,
            }
        ]
    },
    "Effect 1 (Deflection by a bot or article): “Contacts it takes, %” is 150%; it lies between 0%"
    " and 100%.": {"effects": [BOT | {"share": 1.5}]},
    "Effect 1 (Market surge): “More contacts, %” is 20,000%; the most is 10,000%.": {
        "effects": [SURGE | {"size": 200}]
    },
    "Effect 1 (Market surge): “More contacts, %” is -150%; no more than"
    " all contacts can be lost.": {"effects": [SURGE | {"size": -1.5}]},
    "Effect 1 (Market surge): “Hours until half of it is over” is 0; it must be above 0.": {
        "effects": [SURGE | {"half_life_hours": 0}]
    },
    "Effect 1 (Deflection by a bot or article): “Days until all of it” is"
    " -2; it can't be below 0.": {"effects": [BOT | {"ramp_days": -2}]},
    "Effect 1 (Campaign): It must end after it begins.": {"effects": [CAMPAIGN | {"ends_at": AT}]},
    "Effect 1 (Outage): “Spread over hours” goes with contacts that come once more.": {
        "effects": [OUTAGE | {"backlog_hours": 4}]
    },
    "Effect 1 (Market surge): Topics have shares of their own: leave out"
    " “Share of the contacts, %”.": {
        "effects": [SURGE | {"topics": ["deposits"], "topic_share": 0.5}]
    },
}


@pytest.fixture
def korean():
    i18n.use("ko")
    yield Reader(i18n.text, "ko")
    i18n.use(i18n.SOURCE_LOCALE)


def refused(content):
    with pytest.raises(InputError) as raised:
        demand_scenarios.from_dict({"name": "a", "effects": [SURGE]} | content)
    return raised.value


@pytest.mark.parametrize("words", WRONG)
def test_what_is_wrong_is_said_with_the_names_of_the_controls(words):
    assert trouble(refused(WRONG[words]), "Asia/Seoul", ENGLISH) == words


def test_a_korean_reader_reads_all_of_it_in_korean(korean):
    for content in WRONG.values():
        told = trouble(refused(content), "Asia/Seoul", korean)
        assert re.search("[가-힣]", told)
        # besides names of the file's own and the instant to copy, no English is left
        assert set(re.findall("[A-Za-z]{3,}", told)) <= {"author", "flood", "sise"}


def test_a_file_of_another_kind_and_names_taken_lost_and_unknown(tmp_path, korean):
    store = ScenarioStore(tmp_path)
    moon = demand_scenarios.from_dict({"name": "Moon", "effects": [SURGE]})
    store.save(moon, "kim", AT)
    told = []
    for kind, attempt in (
        (InputError, lambda: demand_scenarios.from_text("no")),
        (InputError, lambda: store.save(moon, "lee", AT)),
        (InputError, lambda: store.save(moon, "lee", AT, replaces=4)),
        (InputError, lambda: store.save(moon, "x" * 81, AT, replaces=1)),
        (UnknownNameError, lambda: store.load("sun")),
        (UnknownNameError, lambda: store.delete("moon", "lee", AT) and store.load("moon")),
    ):
        with pytest.raises(kind) as raised:
            attempt()
        told.append((raised.value, trouble(raised.value, "Asia/Seoul", korean)))
    assert all(re.search("[가-힣]", words) for _error, words in told)
    i18n.use(i18n.SOURCE_LOCALE)
    assert [trouble(error, "Asia/Seoul", ENGLISH) for error, _words in told[1:]] == [
        "There is a scenario “Moon” already (revision 1, saved by kim on Mar 2, 2026 09:00);"
        " choose another name, or open it and change it.",
        "“Moon” was changed by kim since you opened it; open it again.",
        "Your name is one line of at most 80 characters.",
        "There is no scenario “sun”.",
        "The scenario “moon” was deleted by lee on Mar 2, 2026 09:00.",
    ]


@pytest.mark.parametrize("chats", [1, 3])
def test_more_agents_than_can_be_reckoned_with_are_refused_in_the_readers_language(chats, korean):
    with pytest.raises(OutOfRangeError) as raised:
        api.agents(1e6, 60, 86_400, 0.8, 20, concurrency=api.Concurrency(chats, 0.1))
    told = trouble(raised.value, "UTC", korean)
    assert told == "상담원이 1,048,576명 넘게 필요해 계산할 수 없습니다."
    i18n.use(i18n.SOURCE_LOCALE)
    told = trouble(raised.value, "UTC", ENGLISH)
    assert told == "This takes more than 1,048,576 agents, too many to reckon with."


def test_an_error_that_has_no_words_says_itself():
    assert trouble(InputError("disk full"), "UTC", ENGLISH) == "disk full"
