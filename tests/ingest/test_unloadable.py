"""Files of which nothing can be loaded say why, and not only that nobody knows them."""

import pytest

from pipelines.errors import InputError


def refusal(intake, text: str) -> str:
    with pytest.raises(InputError) as caught:
        intake.load(intake.file("x.csv", text))
    return str(caught.value).split("line 1: unknown format; ")[1]


def test_counts_per_interval_are_no_contacts(intake):
    counts = ("07:00:00,111", "07:05:00,113", "07:10:00,111")
    text = "DateTime,Calls\n" + "".join(f"2026-03-02 {count}\n" for count in counts)
    assert refusal(intake, text).startswith("counts per interval, no contacts;")


def test_what_has_no_time_cannot_be_counted_on_any_day(intake):
    text = "remark,category\nvery good,Returns\nwell,Returns\n"
    assert refusal(intake, text).startswith("no column holds times,")


@pytest.mark.parametrize(
    "text",
    [
        "at,who\n2026-03-02 07:00:00,kim\n2026-03-02 07:05:00,lee\n",
        "at,seconds\n2026-03-02 07:00:00,5\n2026-03-02 07:00:00,7\n",
        "chat,words\n64619c16ab8523e90010b544,hi\n64619c16ab8523e90010b545,ho\n",
        "n,at\n1,1772438400\n2,1772438500\n",
    ],
)
def test_what_a_mapping_could_tell_is_an_unknown_format(intake, text):
    assert refusal(intake, text).startswith("look at it with support-quality inspect x.csv,")


def test_the_nearest_sources_are_named_and_no_others(intake):
    text = "Ticket ID,Created time,Subject\n7,2026-03-02 07:00,hi\n"
    assert refusal(intake, text).startswith("nearest: freshdesk_csv; look at it with ")
