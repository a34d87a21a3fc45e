"""Any table of contacts told by a mapping: JSON paths, words of status, times of all kinds."""

import json

import duckdb
import pytest

from pipelines.errors import SettingsError, ZoneError
from pipelines.ingest.privacy import pseudonym
from tests.ingest.conftest import KEY

MAPPING = """
source = "tickets"
system = "desk"
zone = "Asia/Seoul"
[columns]
id = "nr"
created_at = "opened"
"""


def load(intake, text: str, more: str = "", name: str = "t.csv", mapping: str = MAPPING):
    told = intake.file("mappings/other.toml", mapping + more)
    [report] = intake.load(intake.file(name, text), mapping=told)
    return report


def records(*rows: dict) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def test_a_path_of_keys_reads_into_json_and_a_missing_key_is_not_there(intake):
    more = """solved_at = "stats.done[0].at"\ntags = "labels"\n"""
    text = records(
        {"nr": 9007199254740993, "opened": "2026-03-02 09:00", "labels": ["a b", "c"],
         "stats": {"done": [{"at": "2026-03-02T01:00:00Z"}]}},
        {"nr": "2", "opened": "2026-03-02 09:00"},
    )  # fmt: skip
    load(intake, text, more, "t.jsonl")
    assert intake.rows("contacts", "contact_id, tags, status") == [
        ("desk:2", None, "open"),
        ("desk:9007199254740993", "a b c", "solved"),
    ]
    assert intake.rows("contact_clocks", "contact_id, solved_at") == [
        ("desk:2", None),
        ("desk:9007199254740993", "2026-03-02 01:00:00"),
    ]


@pytest.mark.parametrize("wrapped", ["[{}]", '{{"data": {{"items": [{}]}}, "next": null}}'])
def test_records_may_stand_in_an_array_or_an_envelope(intake, wrapped):
    record = '{"nr": "7", "opened": "2026-03-02 09:00"}'
    assert load(intake, wrapped.format(record), name="t.json").loaded == 1
    assert intake.rows("contacts", "contact_id, created_at") == [("desk:7", "2026-03-02 00:00:00")]


def test_a_broken_line_of_json_is_refused_alone(intake):
    report = load(
        intake, '{"nr": "1", "opened": "2026-03-02 09:00"}\n{"nr": "2",\n', name="t.jsonl"
    )
    assert (report.received, report.quarantined) == (2, 1)
    assert intake.rejects() == [(2, "not a JSON object")]


@pytest.mark.parametrize(
    ("unit", "written"),
    [("epoch", "1772438400"), ("epoch_milliseconds", "1772438400000"),
     ("epoch_microseconds", "1772438400000000"), ("object_id", "69a54380ab8523e90010b544")],
)  # fmt: skip
def test_times_may_be_counted_since_1970(intake, unit, written):
    mapping = MAPPING.replace('"opened"', f'{{ column = "opened", unit = "{unit}" }}')
    load(intake, f"nr,opened\n1,{written}\n", mapping=mapping.replace('zone = "Asia/Seoul"', ""))
    assert intake.rows("contacts", "created_at") == [("2026-03-02 08:00:00",)]


@pytest.mark.parametrize("written", ["0", "-2208988800"])
def test_the_epoch_itself_is_no_time(intake, written):
    mapping = MAPPING.replace('"opened"', '{ column = "opened", unit = "epoch" }')
    load(intake, f"nr,opened\n1,1772438400\n2,{written}\n", mapping=mapping)
    [(line, reason)] = intake.rejects()
    assert (line, reason) == (
        3, "opened is missing (written as 1900-01-01, the epoch or the like)",
    )  # fmt: skip


def test_a_format_without_an_hour_tells_days(intake):
    mapping = 'time_formats = ["%m/%d/%Y"]\n' + MAPPING
    load(intake, "nr,opened\n1,3/2/2026\n2,13/2/2026\n", mapping=mapping)
    assert intake.rows("contacts", "created_at") == [("2026-03-01 15:00:00",)]
    assert intake.rejects() == [(3, "opened is not a time")]


def test_a_status_is_the_contracts_word_or_what_the_mapping_makes_of_it(intake):
    more = 'status = "state"\n[values.status]\nWartet = "pending"\n'
    text = "nr,opened,state\n" + "".join(
        f"{i},2026-03-02 09:00,{state}\n"
        for i, state in enumerate(["Open", "Resolved", "On-hold", "wartet", "Zzz"], 1)
    )
    load(intake, text, more)
    assert intake.rows("contacts", "status, status_raw", "contact_id") == [
        ("open", "Open"), ("solved", "Resolved"), ("hold", "On-hold"), ("pending", "wartet"),
        ("unknown", "Zzz"),
    ]  # fmt: skip


def test_a_status_that_no_contact_can_have_is_an_error_of_the_mapping(intake):
    with pytest.raises(SettingsError, match=r"\[values.status\] X: no status 'done'"):
        load(intake, "nr,opened\n", '[values.status]\nX = "done"\n')


@pytest.mark.parametrize("ruined", ["2.61103E+13", "2,61103E+13", "1e13"])
@pytest.mark.parametrize("field", ["id", "requester_id", "linked_contact_id"])
def test_an_id_that_a_spreadsheet_ruined_is_refused(intake, field, ruined):
    more = "" if field == "id" else f'{field} = "who"\n'
    row = f'"{ruined}",2026-03-02 09:00,w' if field == "id" else f'2,2026-03-02 09:00,"{ruined}"'
    load(intake, f"nr,opened,who\n1,2026-03-02 09:00,w\n{row}\n", more)
    [(line, reason)] = intake.rejects()
    assert (line, reason) == (3, f"{'nr' if field == 'id' else 'who'} is in scientific notation")


def test_a_token_of_digits_and_one_e_is_an_id(intake):
    load(intake, "nr,opened\n2860819751e3,2026-03-02 09:00\n7e12345678,2026-03-02 09:00\n")
    assert intake.rejects() == []


def test_a_destroyed_number_names_its_column_and_is_never_guessed(intake):
    more = 'vendor_full_resolution_seconds = { column = "hrs", unit = "hours" }\n'
    load(intake, 'nr,opened,hrs\n1,2026-03-02 09:00,2.5\n2,2026-03-02 09:00,"3,87,16"\n', more)
    assert intake.rows("contact_clocks", "vendor_full_resolution_seconds") == [(9000,)]
    assert intake.rejects() == [(3, "hrs: what its comma means is not told")]


def test_the_time_of_a_first_reply_becomes_the_wait_for_it(intake):
    load(
        intake,
        "nr,opened,replied\n1,2026-03-02 09:00,2026-03-02 09:20\n2,2026-03-02 09:00,\n",
        'first_replied_at = "replied"\n',
    )
    assert intake.rows("contact_clocks", "contact_id, vendor_first_response_seconds") == [
        ("desk:1", 1200), ("desk:2", None),
    ]  # fmt: skip


def test_the_rows_text_is_a_message_whose_time_nobody_knows(intake):
    load(intake, "nr,opened,body\n1,2026-03-02 09:00,mail a@example.com\n", 'text = "body"\n')
    assert intake.rows("messages", "message_id, sent_at, author_role, text") == [
        ("desk:1", None, "customer", "mail <email>")
    ]


def test_a_rating_in_the_row_is_a_survey_turned_round_where_one_is_best(intake):
    more = 'score = "rating"\n[scale]\nname = "1-5"\nbest = 1\n[scale.values]\n"gut" = 2\n'
    text = "nr,opened,rating\n1,2026-03-02 09:00,gut\n2,2026-03-02 09:00,\n3,2026-03-02 09:00,9\n"
    load(intake, text, more)
    assert intake.rows("surveys", "survey_id, contact_id, scale, score_raw, score") == [
        ("desk:1", "desk:1", "1-5", "gut", 4.0)
    ]
    assert intake.rejects() == [(4, "rating is off the scale 1-5")]


def test_only_the_first_characters_of_an_id_count_where_the_mapping_says_so(intake):
    mapping = MAPPING.replace('"nr"', '{ column = "nr", first = 3 }')
    load(intake, "nr,opened\nABCxyz,2026-03-02 09:00\n", mapping=mapping)
    assert intake.rows("contacts", "contact_id") == [("desk:ABC",)]


def test_a_file_without_ids_may_count_its_lines(intake):
    load(intake, "nr,opened\n,2026-03-02 09:00\n", mapping=MAPPING.replace('"nr"', '"_line"'))
    assert intake.rows("contacts", "contact_id") == [("desk:2",)]


def test_padding_rows_are_left_out_and_say_so(intake):
    load(intake, "nr,opened\n1,2026-03-02 09:00\n,\n", 'topic = "nr"\n')
    assert intake.rows("rejects", "line, reasons, remedy") == [
        (3, "an empty row", "nothing to do: the line is left out")
    ]


def test_a_kind_that_no_contact_has_is_refused_with_the_remedy(intake):
    load(intake, "nr,opened,k\n1,2026-03-02 09:00,Call\n2,2026-03-02 09:00,fax\n", 'kind = "k"\n')
    assert intake.rows("contacts", "kind") == [("call",)]
    assert intake.rows("rejects", "reasons, remedy") == [
        ("k is none of ticket, chat, call, social",
         "tell what it means in [values.kind] of the mapping")
    ]  # fmt: skip


def test_local_times_without_a_zone_are_asked_about(intake):
    with pytest.raises(ZoneError, match="pass --zone"):
        load(intake, "nr,opened\n1,2026-03-02 09:00\n", mapping=MAPPING.replace("zone", "# zone"))


def test_an_hour_that_happens_twice_is_the_second_where_the_first_would_be_too_early(intake):
    mapping = MAPPING.replace("Asia/Seoul", "Europe/Berlin")
    text = "nr,opened,done\n1,25.10.2026 02:50,25.10.2026 02:10\n"
    load(intake, text, 'solved_at = "done"\n', mapping=mapping)
    assert intake.rows("contact_clocks", "solved_at") == [("2026-10-25 01:10:00",)]


def test_typed_columns_of_parquet_read_like_their_texts(intake):
    path = intake.file("t.parquet", b"")
    duckdb.sql(
        f"""COPY (SELECT CAST(9007199254740993 AS BIGINT) AS nr, ['vip', 'kyc'] AS labels,
            CAST('2026-03-02 09:00:00' AS TIMESTAMP) AS opened,
            CAST('2026-03-02 10:00:00+00' AS TIMESTAMPTZ) AS done) TO '{path}'"""
    )
    told = intake.file("mappings/o.toml", MAPPING + 'solved_at = "done"\ntags = "labels"\n')
    intake.load(path, mapping=told)
    assert intake.rows("contacts", "contact_id, created_at, tags") == [
        ("desk:9007199254740993", "2026-03-02 00:00:00", "vip kyc")
    ]
    assert intake.rows("contact_clocks", "solved_at") == [("2026-03-02 10:00:00",)]


def test_a_name_where_an_id_should_be_becomes_a_pseudonym_and_nobody_stays_nobody(intake):
    more = 'agent_id = { column = "agent", pseudonym = true }\n'
    rows = ("1,2026-03-02 09:00,Kim", "2,2026-03-02 09:00,Kim", "3,2026-03-02 09:00,")
    load(intake, "nr,opened,agent\n" + "\n".join(rows) + "\n", more)
    [(first,), (second,), (nobody,)] = intake.rows("contacts", "agent_id", "contact_id")
    assert first == second == pseudonym("Kim", "desk", KEY)
    assert nobody is None
