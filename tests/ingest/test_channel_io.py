"""Channel.io: the first wait and not the last, bots in managers' names, workbook and API alike."""

import io
import json
from datetime import UTC, datetime, timedelta

import pytest
import xlsxwriter
from msoffcrypto.format.ooxml import OOXMLFile

from pipelines.errors import InputError, ZoneError
from pipelines.settings import PROJECT_ROOT

API_EXPORT = PROJECT_ROOT / "data" / "exports" / "channel_io" / "chats.json"
START = datetime(2026, 3, 2, 1, tzinfo=UTC)
SEOUL = {"zone": "Asia/Seoul"}
SHEETS = {
    "userChats": "UserChat data", "messages": "Message data", "users": "User data",
    "managers": "Manager data", "bots": "Bot data", "teams": "Team data",
    "chatTags": "UserChatTag data", "meets": "UserChat meet data",
}  # fmt: skip


def at(minute: float) -> int:
    return int((START + timedelta(minutes=minute)).timestamp() * 1000)


def chat(**fields) -> dict:
    record = {
        "id": "c1", "channelId": "9", "userId": "u1", "state": "closed", "name": "홍길동",
        "contactMediumType": "native", "createdAt": at(0), "firstQueuedAt": at(1),
        "firstOpenedAt": at(2), "openedAt": at(2), "firstAskedAt": at(1), "askedAt": at(1),
        "firstRepliedAtAfterOpen": at(5), "waitingTime": 180_000, "replyCount": 1,
        "closedAt": at(30), "updatedAt": at(31),
    }  # fmt: skip
    return {key: value for key, value in (record | fields).items() if value is not None}


def message(person: str, minute: float, text: str | None = "...", **fields) -> dict:
    record = {
        "id": f"m{minute}{person}", "chatId": "c1", "personType": person, "channelId": "9",
        "personId": {"user": "u1", "manager": "301", "bot": "b1"}[person], "createdAt": at(minute),
        "plainText": text, "language": "ko",
    }  # fmt: skip
    return record | fields


def log(minute: float, action: str, person: str = "manager") -> dict:
    return message(person, minute, None, log={"action": action}, options=["doNotPost"])


def user(**fields) -> dict:
    return {"id": "u1", "channelId": "9", "hasChat": True, "language": "ko"} | fields


def api(chats=(), messages=(), users=(), **lists) -> str:
    lists = {"userChats": chats, "messages": messages, "users": users, **lists}
    return json.dumps({"next": None, **{name: list(rows) for name, rows in lists.items()}})


def flat(record: dict, path: str = "") -> dict:
    """A record as the download writes it: dotted headers, lists with commas, h/m/s, local times."""
    cells = {}
    for key, value in record.items():
        if isinstance(value, dict):
            cells |= flat(value, f"{path}{key}.")
        elif isinstance(value, list):
            cells[path + key] = ", ".join(map(str, value))
        elif key.endswith("At"):
            instant = datetime.fromtimestamp(value / 1000, UTC) + timedelta(hours=9)
            cells[path + key] = instant.replace(tzinfo=None)
        elif key.endswith("Time"):
            minutes, seconds = divmod(value // 1000, 60)
            cells[path + key] = f"{minutes // 60}h {minutes % 60}m {seconds}s"
        else:
            cells[path + key] = value
    return cells


def download(export: str, above: int = 0) -> bytes:
    """The workbook that the vendor makes of the same records; `above`: lines before the header."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"strings_to_urls": False}) as book:
        time = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        lists = json.loads(export)
        for name, title in SHEETS.items():
            rows = [flat(record) for record in lists.get(name, ())]
            headers = list(dict.fromkeys(key for row in rows for key in row))
            if not rows:
                continue
            sheet = book.add_worksheet(title)
            sheet.write_column(0, 0, ["상담 통계"] * above)
            sheet.write_row(above, 0, headers)
            for line, row in enumerate(rows, above + 1):
                for key, value in row.items():
                    if isinstance(value, datetime):
                        sheet.write_datetime(line, headers.index(key), value, time)
                    else:
                        sheet.write(line, headers.index(key), value)
    return buffer.getvalue()


TABLES = (
    "contacts", "contact_clocks", "sessions", "surveys", "messages", "status_events", "people",
    "teams",
)  # fmt: skip


def everything(intake) -> dict[str, list[tuple]]:
    return {table: intake.rows(table, "* EXCLUDE (_load_id, _line)") for table in TABLES}


def test_the_workbook_and_the_api_tell_the_same(intake, tmp_path):
    export = API_EXPORT.read_text()
    [report] = intake.load(API_EXPORT)
    of_api = everything(intake)
    book = intake.file("채널톡.xlsx", download(export))
    other = type(intake)(intake.folder, tmp_path / "other")
    [of_book] = other.load(book, **SEOUL)
    assert (of_book.source, of_book.received, of_book.loaded) == ("channel_io", 9, 9)
    assert report.tables == of_book.tables
    assert everything(other) == of_api


@pytest.mark.parametrize("form", ["api", "xlsx", "xlsx below a title"])
def test_a_reopened_chat_waited_for_the_first_reply_and_not_for_the_last(intake, form):
    export = api(
        [chat(firstRepliedAt=at(5), openedAt=at(300), firstRepliedAtAfterOpen=at(301),
              waitingTime=60_000, closedAt=at(310), updatedAt=at(310))],
    )  # fmt: skip
    if form == "api":
        intake.load(intake.file("c.json", export))
    else:
        intake.load(intake.file("c.xlsx", download(export, above=3 * ("title" in form))), **SEOUL)
    columns = "queue_entered_at, answered_at, outcome, wait_seconds"
    assert intake.rows("sessions", columns) == [
        ("2026-03-02 01:01:00", "2026-03-02 01:05:00", "answered", 240)
    ]
    columns = "first_solved_at, solved_at, reopens_count, vendor_first_response_seconds"
    assert intake.rows("contact_clocks", columns) == [(None, "2026-03-02 06:10:00", 1, None)]


def test_a_reopened_chat_that_does_not_tell_its_first_reply_was_answered_at_no_known_time(intake):
    moved = chat(openedAt=at(300), firstRepliedAtAfterOpen=at(301), closedAt=at(310))
    intake.load(intake.file("c.json", api([moved | {"updatedAt": at(310)}])))
    assert intake.rows("sessions", "answered_at, outcome, wait_seconds") == [
        (None, "answered", None)
    ]


def test_the_vendors_durations_are_kept_for_comparison_only(intake):
    operation = {"operationWaitingTime": 0, "resolutionTime": 1_680_999}
    intake.load(intake.file("c.json", api([chat(**operation)])))
    columns = """vendor_first_response_seconds, vendor_first_response_business_seconds,
        vendor_full_resolution_seconds"""
    assert intake.rows("contact_clocks", columns) == [(180, 0, 1681)]
    assert intake.rows("sessions", "wait_seconds") == [(240,)]


def test_the_log_is_the_history_of_the_status_workflows_closes_too(intake):
    history = [
        log(1, "enqueue", "bot"), log(2, "open"), log(2, "assign"), log(20, "snooze"),
        log(30, "autoClose", "bot"), log(300, "autoOpen", "user"), log(310, "close", "bot"),
    ]  # fmt: skip
    intake.load(intake.file("c.json", api([chat()], history)))
    assert [(time[11:16], to) for time, to in intake.rows("status_events", "changed_at, to_status")
    ] == [("01:01", "new"), ("01:02", "open"), ("01:20", "pending"), ("01:30", "solved"),
          ("06:00", "open"), ("06:10", "solved")]  # fmt: skip
    assert intake.rows("messages", "message_id") == []


def test_who_wrote_is_who_wrote_and_not_whose_name_it_bears(intake):
    written = [
        (message("user", 1), "customer", True),
        (message("manager", 2), "agent", True),
        (message("manager", 3, options=["private"]), "agent", False),
        (message("bot", 4), "bot", True),
        (message("bot", 5, options=["actAsManager"]), "bot", True),
        (message("manager", 6, workflow={"id": "w"}), "bot", True),
        (message("manager", 7, marketing={"id": "w"}), "bot", True),
        (message("bot", 8, alf={"type": "rag"}), "bot", True),
    ]
    intake.load(intake.file("c.json", api([chat()], [record for record, *_ in written])))
    assert intake.rows("messages", "author_role, is_public", "sent_at") == [
        (role, is_public) for _, role, is_public in written
    ]


def test_a_removed_message_and_the_message_of_a_call_are_no_messages(intake):
    messages = [message("user", 1, state="removed"), message("user", 2, None, meet={"id": "x"})]
    intake.load(intake.file("c.json", api([chat()], messages)))
    assert intake.rows("messages", "message_id") == []


@pytest.mark.parametrize("form", ["api", "xlsx"])
def test_a_call_is_what_its_meet_tells(intake, form):
    calls = [
        ({"engagedAt": at(3)}, ("answered", "01:01", "01:03", None, 120, 420)),
        ({"missedReason": "userLeft"}, ("abandoned", "01:01", None, "01:10", 540, None)),
        ({"missedReason": "userLeft", "voiceMail": True},
         ("voicemail", "01:01", None, None, None, None)),
        ({"missedReason": "notInOperation"}, ("unknown", None, None, None, None, None)),
    ]  # fmt: skip
    times = {"createAt": at(0.5), "firstWaitingStartedAt": at(1), "direction": "inbound"}
    phones, meets, written = [], [], []
    for i, (call, _) in enumerate(calls):
        phones.append(
            chat(id=f"c{i}", contactMediumType="phone", firstAskedAt=None, replyCount=None,
                 firstRepliedAtAfterOpen=None, firstQueuedAt=None, firstOpenedAt=None,
                 openedAt=None, waitingTime=None)
        )  # fmt: skip
        meet = {"id": f"k{i}", "call": times | call, "meetEndedAt": at(10)}
        meets.append({"chatId": f"c{i}"} | meet)
        written.append(message("user", 0.5, None, id=f"m{i}", chatId=f"c{i}", meet=meet))
    if form == "api":
        intake.load(intake.file("c.json", api(phones, written)))
    else:
        intake.load(intake.file("c.xlsx", download(api(phones, meets=meets))), **SEOUL)
    assert intake.rows("contacts", "kind, channel_raw") == [("call", "phone")] * len(calls)
    columns = "outcome, queue_entered_at, answered_at, abandoned_at, wait_seconds, talk_seconds"
    found = [
        tuple(v[11:16] if isinstance(v, str) and "-" in v else v for v in row)
        for row in intake.rows("sessions", columns, "contact_id")
    ]
    assert found == [session for _, session in calls]


def test_the_more_telling_word_for_the_medium_is_kept(intake):
    media = [
        ({}, ("chat", "native")),
        ({"contactMediumType": "app", "source": {"appMessenger": {"mediumType": "appKakao"}}},
         ("social", "appKakao")),
        ({"contactMediumType": "app", "source": {"appMessenger": {"mediumType": "appEmail"}}},
         ("ticket", "appEmail")),
        ({"contactMediumType": "app"}, ("social", "app")),
        ({"contactMediumType": None, "source": {"medium": {"mediumType": "phone"}}},
         ("call", "phone")),
    ]  # fmt: skip
    chats = [chat(id=f"c{i}", **fields) for i, (fields, _) in enumerate(media)]
    intake.load(intake.file("c.json", api(chats)))
    assert intake.rows("contacts", "kind, channel_raw", "source_id") == [told for _, told in media]


def test_a_call_that_nobody_took_is_closed_and_not_solved(intake):
    missed = chat(contactMediumType="phone", missedReason="userLeft", firstRepliedAtAfterOpen=None,
                  replyCount=None, waitingTime=None)  # fmt: skip
    intake.load(intake.file("c.json", api([missed])))
    assert intake.rows("contacts", "status, status_raw") == [("closed", "closed")]
    assert intake.rows("contact_clocks", "first_solved_at, solved_at, closed_at") == [
        (None, None, None)
    ]
    assert intake.rows("sessions", "outcome, abandoned_at") == [
        ("abandoned", "2026-03-02 01:30:00")
    ]


def test_what_alf_kept_never_reached_the_queue(intake):
    kept = chat(firstQueuedAt=None, firstOpenedAt=None, openedAt=None, waitingTime=None,
                firstRepliedAtAfterOpen=None, replyCount=None, alfRequestedAt=at(1))  # fmt: skip
    intake.load(intake.file("c.json", api([kept])))
    assert intake.rows("sessions", "contact_id") == []
    assert intake.rows("contacts", "handed_over_at, status") == [(None, "solved")]


def test_what_the_agent_began_and_nobody_asked_is_outbound(intake):
    begun = [
        ({}, None),
        ({"firstAskedAt": None}, "agent_initiated"),
        ({"firstAskedAt": None, "firstRepliedAtAfterOpen": None, "replyCount": None}, None),
        ({"source": {"marketing": {"id": "m"}}}, None),
        ({"source": {"marketing": {"id": "m"}}, "firstAskedAt": None,
          "firstRepliedAtAfterOpen": None, "replyCount": None}, "agent_initiated"),
    ]  # fmt: skip
    chats = [chat(id=f"c{i}", **fields) for i, (fields, _) in enumerate(begun)]
    intake.load(intake.file("c.json", api(chats)))
    assert intake.rows("contacts", "exclusion", "source_id") == [(why,) for _, why in begun]


def test_a_mapping_may_exclude_by_tag_team_state_and_medium(intake):
    mapping = intake.file(
        "m.toml", '[exclude.test]\ntags = ["QA/봇"]\n[exclude.spam]\nteamId = ["77"]'
    )
    chats = [chat(tags=["문의", "QA/봇"]), chat(id="c2", teamId="77"), chat(id="c3")]
    intake.load(intake.file("c.json", api(chats)), mapping=mapping)
    assert intake.rows("contacts", "source_id, exclusion", "source_id") == [
        ("c1", "test"), ("c2", "spam"), ("c3", None),
    ]  # fmt: skip


def test_a_download_without_question_times_excludes_nobody(intake):
    old = chat(firstAskedAt=None, askedAt=None)
    intake.load(intake.file("c.xlsx", download(api([old]))), **SEOUL)
    assert intake.rows("contacts", "exclusion, first_inbound_at") == [(None, None)]


def test_tags_are_paths_and_the_deepest_known_word_is_the_topic(intake):
    tags = ["[백로그]건의,제언", "고객유형/VIP 고객", "문의/출금/지연"]
    intake.load(intake.file("c.json", api([chat(tags=tags)])))
    intake.load(intake.file("d.xlsx", download(api([chat(id="c2", tags=tags)]))), **SEOUL)
    expected = ("[백로그]건의,제언 고객유형/VIP_고객 문의/출금/지연", "출금")
    assert intake.rows("contacts", "tags, topic_raw") == [expected, expected]


def test_a_score_is_a_survey_and_an_unreadable_one_costs_the_survey_only(intake):
    rated = chat(profile={"csat": 4, "csatComment": "me@example.com"})
    odd = chat(id="c2", profile={"csat": "매우 만족"})
    [report] = intake.load(intake.file("c.json", api([rated, odd])))
    assert (report.received, report.loaded) == (2, 2)
    assert intake.rows("surveys", "survey_id, scale, score, comment") == [
        ("channel_io:c1", "1-5", 4.0, "<email>")
    ]
    assert intake.rows("rejects", "table_name, reasons") == [
        ("surveys", "profile.csat is no number from 1 to 5")
    ]


def test_a_language_of_the_profile_is_the_persons_and_not_the_chats(intake):
    export = api([chat()], users=[user(language="en")])
    intake.load(intake.file("c.json", export))
    assert intake.rows("contacts", "language_raw") == [(None,)]
    [(person, role, language)] = intake.rows("people", "person_id, role, language_raw")
    assert (role, language) == ("customer", "en")
    assert intake.rows("contacts", "requester_id") == [(person,)]


def test_a_workbook_needs_its_zone(intake):
    path = intake.file("c.xlsx", download(api([chat()])))
    with pytest.raises(ZoneError, match=r"c\.xlsx: its times carry no offset"):
        intake.load(path)


def test_a_chat_that_can_not_be_is_refused(intake):
    odd = [
        ({"id": "1.03006E+13"}, "id is in scientific notation"),
        ({"createdAt": None}, "createdAt is missing"),
        ({"createdAt": 0}, "createdAt is missing"),
        ({"closedAt": at(-5), "updatedAt": at(3)}, "closedAt is before createdAt"),
        ({"waitingTime": -1000}, "waitingTime is negative"),
        ({"openedAt": "soon"}, "openedAt is not a time"),
    ]
    good = [{}, {"firstOpenedAt": 0}]
    lines = [
        json.dumps(chat(**({"id": f"c{i}"} | fields)))
        for i, fields in enumerate([*(fields for fields, _ in odd), *good])
    ]
    [report] = intake.load(intake.file("c.jsonl", "\n".join(lines)))
    assert (report.received, report.loaded) == (8, 2)
    assert intake.rejects() == [(line, reason) for line, (_, reason) in enumerate(odd, 1)]


def test_a_line_that_is_no_json_is_refused_and_the_others_are_not(intake):
    lines = [json.dumps(chat()), '{"id": "c2", "userId', json.dumps(chat(id="c3"))]
    [report] = intake.load(intake.file("c.jsonl", "\n".join(lines)))
    assert (report.received, report.loaded) == (3, 2)
    assert intake.rejects() == [(2, "not a JSON object")]


@pytest.mark.parametrize(
    ("records", "table"),
    [([chat()], "contacts"), ([message("user", 1)], "messages"), ([user()], "people")],
)
def test_a_page_of_one_kind_of_record_is_known_by_its_keys(intake, records, table):
    [report] = intake.load(intake.file("page.json", json.dumps(records)))
    assert (report.source, report.received, report.tables[table]) == ("channel_io", 1, 1)


def test_a_protected_download_opens_with_its_password_only(intake):
    buffer = io.BytesIO()
    OOXMLFile(io.BytesIO(download(api([chat()])))).encrypt("abc123", buffer)
    path = intake.file("c.xlsx", buffer.getvalue())
    with pytest.raises(InputError, match=r"c\.xlsx: the workbook has a password; .*--password"):
        intake.load(path, **SEOUL)
    with pytest.raises(InputError, match=r"c\.xlsx: wrong password"):
        intake.load(path, password="abc124", **SEOUL)
    [report] = intake.load(path, password="abc123", **SEOUL)
    assert (report.source, report.loaded) == ("channel_io", 1)


def test_a_large_export_in_one_object_is_read_record_by_record(intake, monkeypatch, tmp_path):
    intake.load(API_EXPORT)
    of_whole = everything(intake)
    monkeypatch.setattr("pipelines.ingest.decoding._LARGEST_VALUE", 1000)
    other = type(intake)(intake.folder, tmp_path / "other")
    other.load(API_EXPORT)
    assert everything(other) == of_whole
