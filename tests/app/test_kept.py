"""What is kept for all sessions: known again by content, and no one's to change."""

import pandas as pd
import pytest

from dashboard import i18n, kept
from dashboard.formats import Reader


def frame(value: float = 1.0) -> pd.DataFrame:
    return pd.DataFrame({"channel": ["phone"], "value": [value]})


def test_equal_frames_and_readers_are_known_again():
    assert kept.fingerprint(frame(), i18n.reader()) == kept.fingerprint(frame(), i18n.reader())


def test_another_number_or_language_is_something_else():
    known = kept.fingerprint(frame(), Reader())
    assert kept.fingerprint(frame(1.5), Reader()) != known
    assert kept.fingerprint(frame(), Reader(locale="ko")) != known


def test_what_a_page_writes_to_its_frame_reaches_no_other_page():
    key = kept.fingerprint("a page writes")
    own = kept.answer(key, frame)
    own.loc[0, "value"] = 9.0
    assert kept.answer(key, frame)["value"].tolist() == [1.0]


def test_an_error_is_not_kept():
    key = kept.fingerprint("an error")
    with pytest.raises(ZeroDivisionError):
        kept.answer(key, lambda: 1 / 0)
    assert kept.answer(key, lambda: 2) == 2
