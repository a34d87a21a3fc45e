"""Tables on a page: sentences are whole, and what an export wrote shows as it is."""

import json

import pyarrow as pa

from dashboard import cache, queries, tables

PICTURE = "![x](http://evil/p.gif) of a channel whose name is as long as a sentence of the manual"


def cells(table) -> list[list[str]]:
    """What a plain table shows, row by row."""
    with pa.ipc.open_stream(table.proto.arrow_data.styler.display_values) as stream:
        return stream.read_pandas().to_numpy().tolist()


def test_what_the_checks_found_is_told_in_whole_sentences(open_app, exchange):
    app = open_app(exchange, "data_health")
    found = next(table for table in app.table if "What should hold" in table.value)
    assert found.value.columns.tolist() == ["What should hold", "Source", "Found", "What to do"]
    assert cells(found)[0] == [
        "every channel in the exports has a canonical name",
        "zendesk",
        r"Source\: zendesk · Channel in the export\: Carrier pigeon · Contacts\: 1",
        r"add the raw value to data/reference/channels\.csv",
    ]


def test_on_a_phone_a_grid_is_as_wide_as_its_sentences_since_a_table_would_break_every_word(
    open_app, exchange, monkeypatch
):
    monkeypatch.setattr(tables, "on_phone", lambda: True)
    app = open_app(exchange, "data_health")
    assert [table for table in app.table if "What should hold" in table.value] == []
    checks = next(grid for grid in app.dataframe if "Severity" in grid.value)
    longest = checks.value["What should hold"].str.len().max()
    widths = json.loads(checks.proto.columns)
    assert widths["What should hold"]["width"] == 20 + 7 * longest


def test_whether_checks_passed_is_a_mark_in_a_table_of_sentences(open_app, exchange):
    app = open_app(exchange, "data_health")
    checks = next(table for table in app.table if "Passed" in table.value)
    marks = [row[0] for row in cells(checks)]
    assert marks == ["✗"] * marks.count("✗") + ["✓"] * marks.count("✓")
    assert marks.count("✓") == checks.value["Passed"].sum() > 0


def test_a_sentence_of_an_export_is_no_markup(open_app, exchange, monkeypatch):
    ask = queries.ask

    def with_a_picture(name, **given):
        found = ask(name, **given)
        return found.assign(finding=f"channel_raw={PICTURE}") if name == "findings" else found

    monkeypatch.setattr(queries, "ask", with_a_picture)
    cache._slot.cache_clear()
    app = open_app(exchange, "data_health")
    cache._slot.cache_clear()
    found = next(table for table in app.table if "What should hold" in table.value)
    assert r"\!\[x\]\(http\://evil/p\.gif\)" in cells(found)[0][2]
    assert "![x](" not in cells(found)[0][2]
