"""What people type is understood, or named."""

import pytest

from pipelines.api import open_warehouse
from pipelines.cli.options import DEFAULT_WAREHOUSE, conditions, names
from pipelines.errors import UnknownNameError


def test_commands_and_notebooks_look_into_the_same_warehouse_from_any_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("SUPPORT_QUALITY_WAREHOUSE", raising=False)
    monkeypatch.chdir(tmp_path)
    assert open_warehouse().root == DEFAULT_WAREHOUSE
    assert DEFAULT_WAREHOUSE.is_absolute()


def test_a_comma_list_may_hold_spaces():
    assert names("channel, language") == ("channel", "language")
    assert names(None) == ()


def test_a_name_that_is_typed_twice_counts_once():
    assert names("channel,language,channel") == ("channel", "language")


def test_conditions_on_one_column_add_up():
    assert conditions(["channel=phone,live_chat", "language=ko", "channel=email"]) == {
        "channel": ["phone", "live_chat", "email"],
        "language": ["ko"],
    }


@pytest.mark.parametrize("text", ["channel", "=phone", "channel="])
def test_a_condition_without_both_sides_names_itself_and_the_remedy(text):
    with pytest.raises(UnknownNameError, match=f"--where {text}: .* channel=phone,live_chat"):
        conditions([text])
