"""Brand-care threads: the reply stands apart and its number tells when it was posted."""

import json

import duckdb
import pytest

from pipelines.ingest.sources.care_threads import posted_at_sql
from pipelines.settings import PROJECT_ROOT

REAL = PROJECT_ROOT.parent / "shared" / "data" / "social_threads" / "twitter_care_dev.json"
FIRST = {
    "client": "user_1", "datetime": "2020-04-01T17:31:32.000Z", "message": "suspended, why?",
    "tweet_ID": "1245403438755852288",
}  # fmt: skip
REPLY = {"tweet_ID": "1245425308704149506", "url_utterance": "Here is how", "turn": "2"}


def thread(*posts: dict, duration: str = "01:26:55.0", reply: dict = REPLY) -> str:
    header = {
        "company": "Care", "sessionID": "s1", "duration": duration,
        "conversationDateTime": posts[0]["datetime"],
    }  # fmt: skip
    return json.dumps([{"agentURL": reply, "dialogContent": posts, "dialogHeader": header}])


def test_the_number_of_a_post_tells_the_millisecond():
    sql = f"SELECT CAST({posted_at_sql(chr(39) + REPLY['tweet_ID'] + chr(39))} AS VARCHAR)"
    assert duckdb.sql(sql).fetchall() == [("2020-04-01 18:58:27.135",)]


def test_the_reply_that_stands_apart_is_the_agents_answer(intake):
    intake.load(intake.file("t.json", thread(FIRST)))
    assert intake.rows("messages", "author_role, sent_at, text", "sent_at") == [
        ("customer", "2020-04-01 17:31:32", "suspended, why?"),
        ("agent", "2020-04-01 18:58:27.135000", "Here is how"),
    ]
    assert intake.rows("contacts", "kind, channel, agent_id") == [("social", "social", "Care")]


def test_a_second_customer_name_is_a_customer_too_and_the_brands_own_posts_are_not(intake):
    posts = [
        FIRST,
        {**FIRST, "tweet_ID": "2", "datetime": "2020-04-01T17:40:00.000Z", "client": None,
         "agent": "Care"},
        {**FIRST, "tweet_ID": "3", "datetime": "2020-04-01T17:50:00.000Z", "client": None,
         "client1": "user_1"},
    ]  # fmt: skip
    intake.load(intake.file("t.json", thread(*posts)))
    roles = [role for (role,) in intake.rows("messages", "author_role", "sent_at")]
    assert roles == ["customer", "agent", "customer", "agent"]


@pytest.mark.skipif(not REAL.exists(), reason="../shared/data/social_threads is not here")
def test_all_real_threads_load_and_the_publishers_duration_is_wrong_in_one_of_five(intake):
    [report] = intake.load(REAL)
    assert (report.received, report.loaded) == (525, 525)
    assert report.tables["messages"] == 1211
    told = {}
    for record in json.loads(REAL.read_text()):
        hours, minutes, seconds = record["dialogHeader"]["duration"].split(":")
        told[f"x:{record['dialogHeader']['sessionID']}"] = (
            3600 * int(hours) + 60 * int(minutes) + float(seconds)
        )
    spans = duckdb.sql(
        f"""SELECT contact_id, epoch(max(sent_at)) - epoch(min(sent_at))
        FROM read_parquet('{intake.warehouse}/raw/*/messages.parquet') GROUP BY 1"""
    ).fetchall()
    assert sum(abs(span - told[thread]) > 60 for thread, span in spans) == 107
