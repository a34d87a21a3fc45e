"""Headers: what they must hold, and that tables agree with them."""

from pathlib import Path

import pytest

from pipelines.errors import BuildError
from pipelines.stages.languages import detect_languages
from pipelines.warehouse import catalog

PUBLISHED = {head.name: head for head in catalog.published()}

STAGES_AFTER_BUILDING = {"forecast", "analysis"}
OF_A_METRIC = {"value", "n", "total", "low", "high"}
"""Their unit is that of the metric, or of the histogram."""


def test_every_published_table_and_view_has_every_column_in_the_dictionary(warehouse):
    connection = warehouse(contacts="contact_id\nc1")
    made = connection.execute(
        "SELECT table_name, column_name FROM information_schema.columns ORDER BY ALL"
    ).fetchall()
    noted = connection.execute(
        "SELECT table_name, column_name FROM data_dictionary ORDER BY ALL"
    ).fetchall()
    later = {name for name, head in PUBLISHED.items() if head.path.stem in STAGES_AFTER_BUILDING}
    assert made == [row for row in noted if row[0] not in later]


@pytest.mark.parametrize("head", PUBLISHED.values(), ids=PUBLISHED)
def test_keys_are_columns_and_every_column_says_what_it_means(head):
    columns = {column.name for column in head.columns}
    assert set(head.key) <= columns
    for column in head.columns:
        assert len(column.meaning) > 3, column
        assert column.type, column


@pytest.mark.parametrize("head", PUBLISHED.values(), ids=PUBLISHED)
def test_units_are_those_that_names_promise(head):
    for column in head.columns:
        if column.name.endswith("_seconds"):
            assert "second" in column.unit, f"{head.name}.{column.name}"
        if column.name.endswith("_share"):
            assert column.unit == "share", f"{head.name}.{column.name}"
        if column.name.endswith("_at"):
            assert (column.type, column.unit) == ("TIMESTAMP", "UTC"), f"{head.name}.{column.name}"
        if column.name.endswith("_on"):
            assert (column.type, column.unit) == ("DATE", "local day"), f"{head.name}.{column.name}"
        if column.name.startswith(("is_", "has_")):
            assert column.type == "BOOLEAN", f"{head.name}.{column.name}"


def test_the_same_name_has_the_same_unit_everywhere():
    counted_in_rows = {"ledger", "loads"}  # books count rows, facts count contacts
    seen: dict[str, set] = {}
    for name in PUBLISHED.keys() - counted_in_rows:
        for column in PUBLISHED[name].columns:
            if column.name not in OF_A_METRIC:
                seen.setdefault(column.name, set()).add(column.unit)
    assert {name: units for name, units in seen.items() if len(units) > 1} == {}


def test_keys_are_unique(warehouse):
    warehouse.load(
        contacts="""
            contact_id | kind   | channel   | status | requester_id | topic | created_at
            c1         | ticket | email     | solved | ann          | kyc   | 2026-03-02
            c2         | chat   | live_chat | open   | ann          | kyc   | 2026-03-04
            c2         | chat   | live_chat | closed | ann          | kyc   | 2026-03-04
            d1         | ticket | email     | open   | bob          | fees  | 2026-03-05
            d2         | ticket | email     | open   | cho          | fees  | 2026-03-06
            d3         | ticket | email     | open   | dee          | fees  | 2026-03-07
            d4         | ticket | email     | open   | eve          | fees  | 2026-03-08
            d5         | ticket | email     | open   | fay          | fees  | 2026-03-09
        """,
        messages="""
            contact_id | sent_at              | author_role | text
            c1         | 2026-03-02 09:00:00Z | customer    | this is not the declared language
            c1         | 2026-03-02 09:05:00Z | agent       | which account?
            c1         | 2026-03-02 09:10:00Z | customer    | mine
            c1         | 2026-03-02 09:20:00Z | agent       | done
            c2         | 2026-03-04 09:00:00Z | bot         | hello
        """,
        status_events="""
            contact_id | changed_at           | to_status
            c1         | 2026-03-03 00:00:00Z | solved
            c1         | 2026-03-04 00:00:00Z | open
        """,
        schedules="""
            channel | language | starts_at            | ends_at              | agents
            email   | ko       | 2026-03-02 00:00:00Z | 2026-03-02 02:00:00Z | 1
        """,
        surveys="survey_id | contact_id\ns1 | c1\ns2 | c1",
        market_events="starts_at | ends_at\n2026-03-02 00:00:00 | 2026-03-03 00:00:00",
        articles="article_id | language_raw\na | ko\na | en",
        article_events="event_id | event | visitor_id | happened_at\n"
        "1 | view | v | 2026-03-02\n2 | view | v | 2026-03-02",
        agent_states="agent_id | state | starts_at | ends_at\n"
        "kim | available | 2026-03-02 00:00:00 | 2026-03-02 01:00:00",
        reviews="review_id | contact_id | category | score\nr | c1 | a | 1\nr | c1 | b | 2",
    )
    detect_languages(warehouse.folder)
    connection = warehouse.build()
    keyed = [head for head in PUBLISHED.values() if head.kind == "fact" and head.key]
    for head in keyed:
        counts = f"SELECT COUNT(*), COUNT(DISTINCT ({', '.join(head.key)})) FROM {head.name}"
        rows, keys = connection.execute(counts).fetchall()[0]
        assert rows == keys > 0, head.name


def test_a_table_that_differs_from_its_header_is_described_exactly():
    head = catalog.Header(
        name="fact_x",
        kind="fact",
        path=Path("fact_x.sql"),
        summary="",
        columns=(
            catalog.ColumnNote("a", "BIGINT", "", "a"),
            catalog.ColumnNote("b", "DATE", "", "b"),
        ),
    )
    made = [("a", "HUGEINT"), ("c", "VARCHAR")]
    assert catalog.disagreements(head, made) == [
        "b is in the header only",
        "c has no entry in the header",
        "a is HUGEINT, the header says BIGINT",
    ]


def test_a_build_stops_at_a_table_that_differs_from_its_header(warehouse, monkeypatch):
    head = catalog.Header(
        name="fact_x",
        kind="fact",
        path=Path("models/fact_x.sql"),
        summary="",
        sql="SELECT 1 AS a",
        columns=(catalog.ColumnNote("a", "BIGINT", "", "a"),),
    )
    monkeypatch.setattr(catalog, "models", lambda: [head])
    warehouse.load(contacts="contact_id\nc1")
    with pytest.raises(
        BuildError,
        match=r"models/fact_x\.sql: table and header disagree: a is INTEGER, the header says BIG",
    ):
        warehouse.build()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("SELECT 1\n", "does not start with a header"),
        ("/* ---\nsummary = oops\n--- */\nSELECT 1\n", "not valid TOML"),
        ('/* ---\nsummary = "s"\n--- */\nSELECT 1\n', "lacks `grain`"),
        ('/* ---\nsummary = "s"\ngrain = "g"\nkey = []\n--- */\nSELEKT FROM\n', "cannot be parsed"),
    ],
)
def test_a_broken_file_is_named_with_what_is_wrong(tmp_path, text, complaint):
    path = tmp_path / "fact_x.sql"
    path.write_text(text)
    with pytest.raises(BuildError, match=rf"fact_x\.sql: .*{complaint}"):
        catalog._read(path, "fact")


def test_a_ratio_without_a_weight_is_refused(tmp_path):
    path = tmp_path / "occupied.sql"
    head = dict.fromkeys(catalog._METRIC_KEYS, '"x"')
    head |= {"statistic": '"ratio"', "statistics": '["ratio"]', "version": "1"}
    lines = "\n".join(f"{key} = {value}" for key, value in head.items())
    path.write_text(f"/* ---\n{lines}\n--- */\nSELECT 1 AS value\n")
    with pytest.raises(BuildError, match=r"occupied\.sql: the statistic ratio needs .*`weight`"):
        catalog._read(path, "metric")


def test_models_run_after_what_they_read():
    names = [head.name for head in catalog.models()]
    for head in catalog.models():
        for read in head.inputs & set(names):
            assert names.index(read) < names.index(head.name), f"{head.name} reads {read}"
