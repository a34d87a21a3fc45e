"""Tables kept by hand: what a spreadsheet does to them is read, or told by its line."""

import pytest

from pipelines import reference
from pipelines.errors import SettingsError


@pytest.fixture
def topics(tmp_path, monkeypatch):
    """Topics as they stand in a file with these bytes."""
    monkeypatch.setattr(reference, "REFERENCE_DIR", tmp_path)

    def topics(content: bytes):
        (tmp_path / "topics.csv").write_bytes(content)
        return reference.aliased("topics", flags=("is_urgent", "needs_detail"))

    return topics


def test_aliases_are_lower_case_and_flags_are_true_or_false_however_they_are_written(topics):
    written = "topic,alias,is_urgent\r\nlogin, 로그인 ,FALSE\r\nhacked,Stolen Account,True\r\n"
    assert topics(written.encode("utf-8-sig")) == [
        {"topic": "login", "alias": "로그인", "is_urgent": False},
        {"topic": "hacked", "alias": "stolen account", "is_urgent": True},
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("topic,alias\nlogin,로그인\n".encode("cp949"), "line 2 is not UTF-8; save it as UTF-8"),
        (b"topic;alias\nlogin;login\n", "line 1: lacks the column topic; it needs topic,alias"),
        (b"topic,alias\nlogin,login,sign in\n", "line 2: needs 2 columns; quote commas"),
        (
            b"topic,alias\nlogin,Login\nkyc,login\n",
            "line 3: alias 'login' is there twice; keep one",
        ),
        (
            b"topic,alias,is_urgent\nhacked,hacked,yes\n",
            "line 2: is_urgent must be true or false, not 'yes'",
        ),
    ],
)
def test_what_can_not_be_used_is_told_with_its_line_and_remedy(topics, tmp_path, content, message):
    with pytest.raises(SettingsError) as caught:
        topics(content)
    assert str(caught.value) == f"{tmp_path / 'topics.csv'}: {message}"


def test_a_table_that_is_gone_is_told_by_its_name(tmp_path, monkeypatch):
    monkeypatch.setattr(reference, "REFERENCE_DIR", tmp_path)
    with pytest.raises(SettingsError, match=r"channels\.csv: no such file; put the table back"):
        reference.aliased("channels")
