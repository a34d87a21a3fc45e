"""What is kept for all sessions: known again by content, and no one's to change."""

import pandas as pd
import pytest

from dashboard import cache, i18n
from dashboard.formats import Reader


def frame(value: float = 1.0) -> pd.DataFrame:
    return pd.DataFrame({"channel": ["phone"], "value": [value]})


def test_equal_frames_and_readers_are_known_again():
    assert cache.fingerprint(frame(), i18n.reader()) == cache.fingerprint(frame(), i18n.reader())


def test_another_number_or_language_is_something_else():
    known = cache.fingerprint(frame(), Reader())
    assert cache.fingerprint(frame(1.5), Reader()) != known
    assert cache.fingerprint(frame(), Reader(locale="ko")) != known


def test_what_a_page_writes_to_its_frame_reaches_no_other_page():
    key = cache.fingerprint("a page writes")
    own = cache.answer(key, frame)
    own.loc[0, "value"] = 9.0
    assert cache.answer(key, frame)["value"].tolist() == [1.0]


def test_an_error_is_not_kept():
    key = cache.fingerprint("an error")
    with pytest.raises(ZeroDivisionError):
        cache.answer(key, lambda: 1 / 0)
    assert cache.answer(key, lambda: 2) == 2
