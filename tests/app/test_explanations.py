"""Overview and languages say in words what changed, what stands out and who is not covered."""

import pandas as pd
import pytest
from streamlit.proto.Metric_pb2 import Metric

from dashboard import explanations
from dashboard.formats import ENGLISH
from tests.fixtures import RawWarehouse


def said(app) -> str:
    return "\n".join(
        element.value for kind in ("markdown", "caption") for element in getattr(app, kind)
    )


@pytest.fixture(scope="module")
def days() -> dict:
    return {"from_": "2026-10-19", "to": "2026-11-15"}


def test_overview_names_the_unannounced_fault_the_change_and_the_article(open_app, exchange, days):
    words = said(open_app(exchange, "overview", **days))
    assert "Withdrawal, Korean, Live chat, since Nov 4, 2026 14:00" in words
    assert "Satisfied: " in words
    assert "against the period before" in words
    assert "Help article on identity checks rewritten" in words
    assert "Contacts a day: -" in words


def test_overview_without_a_period_before_says_so(open_app, exchange):
    app = open_app(exchange, "overview", from_="2026-07-20", to="2026-07-26")
    assert [e.value for e in app.exception] == []
    assert "One of the two periods has fewer than 5 such contacts" in "\n".join(
        info.value for info in app.info
    )


def test_of_the_period_before_what_follows_late_is_told_as_it_stood_then(open_app, exchange, days):
    app = open_app(exchange, "overview", **days)
    told = [text.value for text in app.caption if text.value.startswith("was ")]
    labels = [metric.label for metric in app.metric]
    assert len(told) == len(labels)
    assert [label for label, text in zip(labels, told, strict=True) if "after as long" in text] == [
        "Median first response", "Unanswered",
    ]  # fmt: skip


def test_a_step_has_a_colour_where_it_is_more_than_chance_explains(open_app, tmp_path):
    # Of 40 ratings a week half were good; then 22 of the English ones and 2 of the Korean.
    good = {("en", 1): 20, ("en", 8): 22, ("ko", 1): 20, ("ko", 8): 2}
    rated = [(f"{code}{day}-{i}", code, day, 5 if i < n else 1)
             for (code, day), n in good.items() for i in range(40)]  # fmt: skip
    RawWarehouse(tmp_path)(
        contacts="contact_id | language | created_at\n"
        + "\n".join(f"{c} | {code} | 2026-03-0{day} 01:00:00Z" for c, code, day, _ in rated),
        surveys="survey_id | contact_id | sent_at | answered_at | scale | score\n"
        + "\n".join(
            f"s-{c} | {c} | 2026-03-0{day} 02:00:00Z | 2026-03-0{day} 03:00:00Z | 1-5 | {score}"
            for c, _, day, score in rated
        ),
    ).close()
    colours = {}
    for code in ("en", "ko"):
        app = open_app(tmp_path, "satisfaction", language=code, from_="2026-03-05", to="2026-03-11")
        (metric,) = [m for m in app.metric if m.label == "Satisfied (4 or 5 of 5)"]
        colours[code] = (metric.delta, metric.proto.color)
    assert colours == {"en": ("+5.0 pts", Metric.GRAY), "ko": ("-45.0 pts", Metric.RED)}


def test_languages_names_who_is_not_covered_and_which_schedules_are_missing(
    open_app, exchange, days
):
    app = open_app(exchange, "languages", **days)
    words = said(app)
    assert "Spanish, Live chat: " in words
    assert "arrive while nobody is scheduled" in words
    assert "No schedule is loaded for: Help centre, Social media" in words


def test_a_link_reproduces_what_is_shown_on_languages(open_app, exchange, days):
    app = open_app(
        exchange,
        "languages",
        **days,
        of="phone",
        shown="staffed",
        own="service",
        limits="resolution",
    )
    assert [e.value for e in app.exception] == []
    chosen = {control.key: control.value for control in app.segmented_control}
    assert chosen["choice-of"] == "phone"
    assert chosen["choice-shown"] == "staffed"
    assert chosen["choice-own"] == "service"


ANOMALY = {
    "topic": "withdrawal", "channel": "live_chat", "language": "ko", "grain": "half_hour",
    "starts_at": pd.Timestamp("2026-11-04 05:00"), "local_on": pd.Timestamp("2026-11-04"),
    "n": 38, "expected_contacts": 1.45, "low": 25.6, "high": 50.4,
    "threads": 37.0, "event_title": None,
}  # fmt: skip


def test_an_anomaly_reads_as_who_since_when_how_much_and_what_is_known():
    assert explanations.anomaly(ANOMALY, "Asia/Seoul", ENGLISH) == (
        "Withdrawal, Korean, Live chat, since Nov 4, 2026 14:00: 38 contacts, 1 expected"
        " (95% of the difference: +26 to +50). Together they are one incident of 37 matters."
    )
    everywhere = ANOMALY | dict.fromkeys(("topic", "channel", "language"), "*")
    told = everywhere | {"grain": "day", "threads": None, "event_title": "![x](http://evil)"}
    assert explanations.anomaly(told, "Asia/Seoul", ENGLISH) == (
        "All contacts, on Nov 4, 2026: 38 contacts in the day, 1 expected"
        " (95% of the difference: +26 to +50)."
        r" Known at that time: \!\[x\]\(http\://evil\)."
    )


def test_an_anomaly_opens_the_contacts_of_its_day_and_carriers():
    assert explanations.contacts_of(ANOMALY | {"topic": "*"}) == {
        "from": "2026-11-04", "to": "2026-11-04", "channel": "live_chat", "language": "ko",
    }  # fmt: skip


def test_the_effect_of_a_change_reads_with_its_interval_and_its_placebos():
    row = {
        "unit": "share", "value": 0.1863, "low": 0.0665, "high": 0.3061, "placebo_share": 0.0,
        "placebos": 38, "n": 1968,
    }  # fmt: skip
    assert explanations.impact(row, "Service level", ENGLISH) == (
        "Service level: +18.6 pts (95%: +6.7 pts to +30.6 pts, n = 1,968)."
        " 0% of 38 earlier days would have shown as much."
    )
