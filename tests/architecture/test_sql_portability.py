"""Models, metrics and audits keep to the SQL that DuckDB and Spark read alike.

What differs between engines is in one prelude of functions per engine; everything else must
mean the same on each, so that no translator ever touches a query.
"""

import re

import pytest
import sqlglot
from sqlglot import exp

from pipelines.warehouse import catalog
from pipelines.warehouse.engines.duckdb import PRELUDE

HEADERS = [head for head in catalog.headers() if head.sql]
FORBIDDEN_FUNCTIONS = {
    "date_diff", "datediff", "date_sub", "date_part", "datepart", "dayofweek", "isodow", "weekday",
    "dayname", "strftime", "strptime", "date_trunc", "time_bucket", "epoch", "timezone", "now",
    "current_timestamp", "current_date", "today", "list", "array_agg", "unnest", "list_transform",
    "list_filter", "string_split", "regexp_matches", "quantile_cont", "median", "mode", "arg_min",
    "arg_max", "any_value", "first", "last", "bool_or", "bool_and", "count_if", "random", "hash",
    "struct_pack", "if", "ifnull", "nvl",
}  # fmt: skip


def named(head):
    return f"{head.kind}:{head.name}"


def tree_of(head) -> exp.Expression:
    return sqlglot.parse_one(head.sql, read="duckdb")


def findings(sql: str) -> list[str]:
    """What the portable subset forbids in a query, one sentence each."""
    tree = sqlglot.parse_one(sql, read="duckdb")
    found = []
    for star in tree.find_all(exp.Star):
        if not isinstance(star.parent, exp.Count):
            found.append("selects *")
    words = re.sub(r"--[^\n]*|'[^']*'", " ", sql).lower()
    called = set(re.findall(r"\b([a-z_]+)\s*\(", words))
    found += [f"calls {name}" for name in sorted(called & FORBIDDEN_FUNCTIONS)]
    dialect = r"\b(?:qualify|distinct on|asof|pivot|exclude|group by all|order by all|sample)\b"
    found += [f"uses {phrase.upper()}" for phrase in re.findall(dialect, words)]
    if "::" in words:
        found.append("casts by ::")
    for kind in (exp.Lambda, exp.Array, exp.Struct, exp.Bracket, exp.AtTimeZone):
        if tree.find(kind):
            found.append(f"holds a {kind.__name__.lower()}")
    for window in tree.find_all(exp.Window):
        ranks = isinstance(window.this, exp.RowNumber | exp.Lag | exp.Lead | exp.FirstValue)
        if ranks and not window.args.get("order"):
            found.append(f"numbers rows without an order: {window.sql()}")
    for division in tree.find_all(exp.Div, exp.IntDiv):
        literal = isinstance(division.expression, exp.Literal) and division.expression.this != "0"
        if not literal and not isinstance(division.expression, exp.Nullif):
            found.append(f"divides without nullif: {division.sql()}")
    for cast in tree.find_all(exp.Cast):
        to = cast.to.sql("duckdb").upper()
        exact = not cast.this.find(exp.Div) or isinstance(cast.this, exp.Floor)
        if to in ("INT", "INTEGER", "BIGINT", "SMALLINT") and not exact:
            found.append(f"rounds without saying how: {cast.sql()}")
        if to in ("TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE"):
            found.append("uses a timestamp with a zone")
    for percentile in tree.find_all(exp.PercentileCont):
        if not isinstance(percentile.parent, exp.WithinGroup):
            found.append("a percentile without WITHIN GROUP")
    return found


@pytest.mark.parametrize("head", HEADERS, ids=named)
def test_sql_keeps_to_the_portable_subset(head):
    assert findings(head.sql) == []


@pytest.mark.parametrize("head", [h for h in HEADERS if h.kind in ("core", "fact")], ids=named)
def test_sums_that_are_stored_are_bigint_or_double(head):
    types = {column.type for column in head.columns}
    assert not types & {"HUGEINT", "DECIMAL(38,0)", "TIMESTAMP WITH TIME ZONE"}


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT * FROM a", ["selects *"]),
        ("SELECT a.* FROM a", ["selects *"]),
        ("SELECT date_diff('day', x, y) FROM a", ["calls date_diff"]),
        ("SELECT dayofweek(x) FROM a", ["calls dayofweek"]),
        ("SELECT n / m FROM a", ["divides without nullif: n / m"]),
        ("SELECT n / nullif(m, 0) FROM a", []),
        ("SELECT row_number() OVER (PARTITION BY n) FROM a",
         ["numbers rows without an order: ROW_NUMBER() OVER (PARTITION BY n)"]),
        ("SELECT CAST(n / 2 AS BIGINT) FROM a",
         ["rounds without saying how: CAST(n / 2 AS BIGINT)"]),
        ("SELECT CAST(floor(n / 2) AS BIGINT) FROM a", []),
        ("SELECT x::DATE FROM a", ["casts by ::"]),
        ("SELECT n FROM a QUALIFY TRUE", ["uses QUALIFY"]),
        ("SELECT COUNT(*) FROM a", []),
    ],
)  # fmt: skip
def test_the_lint_finds_what_it_forbids(sql, expected):
    found = findings(sql)
    assert found[: len(expected)] == expected
    assert bool(found) == bool(expected)


def test_every_function_of_our_own_is_in_the_prelude():
    defined = set(re.findall(r"CREATE OR REPLACE MACRO (\w+)\(", PRELUDE.read_text("utf-8")))
    assert defined == {
        "seconds_between", "seconds_after", "days_after", "second_of_day", "quarter_of", "month_of",
        "open_seconds_until", "is_open_at",
    }  # fmt: skip


def test_keywords_are_upper_case_and_each_file_ends_with_one_newline():
    for head in HEADERS:
        assert head.sql == head.sql.rstrip("\n") + "\n", head.path
        bare = re.sub(r"--[^\n]*|'[^']*'", " ", head.sql)
        lower = re.findall(r"\b(select|from|where|join|group by|order by|case when)\b", bare)
        assert not lower, f"{head.path}: {lower}"
