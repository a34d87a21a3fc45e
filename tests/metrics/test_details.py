"""What agents had to ask for, and what first messages held."""

import duckdb
import pytest

from pipelines.api import open_warehouse
from pipelines.ingest.details import is_request_sql
from pipelines.stages.details import find_details
from tests.fixtures import RawWarehouse

CONTACTS = """
    contact_id       | source   | status | topic_raw  | created_at
    zendesk:asked    | zendesk  | solved | withdrawal | 2026-03-02 00:00:00Z
    zendesk:once     | zendesk  | solved | withdrawal | 2026-03-02 00:00:00Z
    zendesk:complete | zendesk  | solved | withdrawal | 2026-03-02 00:00:00Z
    zendesk:silent   | zendesk  | open   | kyc        | 2026-03-02 00:00:00Z
    zendesk:login    | zendesk  | open   | login      | 2026-03-02 00:00:00Z
    zendesk:whatever | zendesk  | open   |            | 2026-03-02 00:00:00Z
    calls:textless   | calls    | solved | withdrawal | 2026-03-02 00:00:00Z
"""
MESSAGES = """
    contact_id       | sent_at              | author_role | is_public | text
    zendesk:asked    | 2026-03-02 00:00:00Z | customer    | true      | 출금이 안 돼요
    zendesk:asked    | 2026-03-02 00:05:00Z | agent       | true      | 확인을 위해 계정번호를 알려주시겠어요?
    zendesk:asked    | 2026-03-02 00:06:00Z | customer    | true      | <account> 입니다
    zendesk:asked    | 2026-03-02 00:07:00Z | agent       | false     | ask for a screenshot please
    zendesk:asked    | 2026-03-02 00:08:00Z | agent       | true      | 오류 화면 캡처를 보내주시겠어요?
    zendesk:once     | 2026-03-02 00:00:00Z | customer    | true      | Please send me your transaction id policy
    zendesk:once     | 2026-03-02 00:05:00Z | agent       | true      | Could you send the transaction id?
    zendesk:complete | 2026-03-02 00:00:00Z | customer    | true      | My withdrawal <transaction> is missing
    zendesk:complete | 2026-03-02 00:05:00Z | agent       | true      | The screenshot shows it arrived.
    zendesk:silent   | 2026-03-02 00:00:00Z | customer    | true      | Hello
    zendesk:login    | 2026-03-02 00:00:00Z | customer    | true      | I cannot log in
    zendesk:whatever | 2026-03-02 00:00:00Z | customer    | true      | <account> is locked
    calls:textless   | 2026-03-02 00:00:00Z | customer    | true      |
    calls:textless   | 2026-03-02 00:05:00Z | agent       | true      |
"""  # noqa: E501

# of matters that several contacts share; a ticket that a session became begins with its record
SHARED = """
    contact_id       | kind   | channel   | source  | status | topic_raw  | created_at           | linked_contact_id | merged_into
    zendesk:chat     | chat   | live_chat | zendesk | closed | withdrawal | 2026-03-02 00:00:00Z | zendesk:ticket    |
    zendesk:ticket   | ticket | email     | zendesk | solved | withdrawal | 2026-03-02 00:20:00Z |                   |
    zendesk:call     | call   | phone     | zendesk | closed | withdrawal | 2026-03-02 00:00:00Z | zendesk:note      |
    zendesk:note     | ticket | email     | zendesk | solved | withdrawal | 2026-03-02 00:20:00Z |                   |
    zendesk:first    | ticket | email     | zendesk | closed | withdrawal | 2026-03-02 00:00:00Z |                   | zendesk:second
    zendesk:second   | ticket | email     | zendesk | solved | withdrawal | 2026-03-02 01:00:00Z |                   |
"""  # noqa: E501
SHARED_SESSIONS = """
    contact_id       | queue_entered_at     | answered_at          | outcome
    zendesk:call     | 2026-03-02 00:00:00Z | 2026-03-02 00:00:30Z | answered
"""
SHARED_MESSAGES = """
    contact_id       | sent_at              | author_role | text
    zendesk:chat     | 2026-03-02 00:00:00Z | customer    | My withdrawal is missing
    zendesk:chat     | 2026-03-02 00:05:00Z | agent       | Could you send the transaction id?
    zendesk:ticket   | 2026-03-02 00:20:00Z | customer    | chat: missing, send the transaction id?
    zendesk:ticket   | 2026-03-02 00:30:00Z | agent       | Please send a screenshot.
    zendesk:note     | 2026-03-02 00:20:00Z | customer    | <account> called
    zendesk:note     | 2026-03-02 00:30:00Z | agent       | Could you send the transaction id?
    zendesk:note     | 2026-03-02 00:40:00Z | customer    | <transaction>
    zendesk:first    | 2026-03-02 00:00:00Z | customer    | <account> has no withdrawal
    zendesk:second   | 2026-03-02 01:00:00Z | customer    | Any news?
    zendesk:second   | 2026-03-02 01:30:00Z | agent       | Could you send the transaction id?
"""


@pytest.fixture(scope="module")
def door(tmp_path_factory):
    """The door to a build of whose messages the details were found."""
    raw = RawWarehouse(tmp_path_factory.mktemp("details"))
    raw.load(contacts=CONTACTS, messages=MESSAGES)
    raw.load(messages="\n".join(MESSAGES.split("\n")[:5]))  # the same messages in another load
    find_details(raw.folder)
    raw.build().close()
    return open_warehouse(raw.folder)


def each(door, metric: str) -> dict[str, int]:
    found = door.observations(metric)
    return dict(zip(found["contact_id"].str.split(":").str[1], found["value"], strict=True))


def test_each_message_of_an_agent_that_asks_for_a_detail_is_a_round(door):
    # notes ask nobody, customers ask for nothing, and naming a screenshot is not asking for it
    assert each(door, "clarification_rounds") == {"asked": 2, "once": 1, "complete": 0}
    (found,) = door.measure("clarification_rounds").to_dict("records")
    assert (found["value"], found["n"]) == (1.0, 3)


def test_a_first_message_is_complete_where_the_mask_left_what_it_held(door):
    assert each(door, "complete_at_first_share") == {
        "asked": 0,  # given only when asked for
        "once": 0,
        "complete": 1,
        "silent": 0,
    }


def test_a_topic_that_needs_no_detail_is_never_incomplete(door):
    (login,) = door.measure("complete_at_first_share", where={"topic": "login"}).to_dict("records")
    assert (str(login["value"]), login["n"]) == ("nan", 0)
    assert door.measure("complete_at_first_share")["n"].tolist() == [4]  # nor one not known


def test_what_is_linked_or_merged_is_one_conversation(tmp_path):
    raw = RawWarehouse(tmp_path)
    raw.load(contacts=SHARED, sessions=SHARED_SESSIONS, messages=SHARED_MESSAGES)
    find_details(raw.folder)
    raw.build().close()
    door = open_warehouse(raw.folder)
    # what was asked on the phone nobody tells
    assert each(door, "clarification_rounds") == {"chat": 2, "second": 1}
    assert each(door, "complete_at_first_share") == {"chat": 0, "second": 1}


def test_without_texts_nobody_knows_what_was_asked(warehouse, measured):
    warehouse(contacts=CONTACTS, messages=MESSAGES)
    assert measured("clarification_rounds") == {"value": None, "n": 0}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Could you tell me your account number?"),
        ("ja", "トランザクションIDをお送りいただけますか。"),
        ("zh-CN", "请发送错误页面的截图。"),
        ("zh-TW", "請提供您的帳號。"),
        ("es", "¿Puede indicarme su número de cuenta?"),
        ("pt", "Pode enviar o id da transação?"),
        ("ru", "Пришлите, пожалуйста, хеш транзакции."),
        ("vi", "Bạn gửi ảnh màn hình lỗi nhé?"),
        ("tr", "İşlem kimliğini gönderir misiniz?"),
        ("id", "Boleh minta nomor akunnya?"),
    ],
)
def test_requests_are_known_in_every_language_of_the_exchange(language, text):
    found = duckdb.execute(f"SELECT {is_request_sql('text')} FROM (SELECT ? AS text)", [text])
    assert found.fetchall() == [(True,)], language
