"""Models, metrics and audits keep to the SQL that DuckDB and Spark read alike.

What differs between engines is in one prelude of functions per engine; everything else must
mean the same on each, so that no translator ever touches a query.
"""

import re

import pytest
import sqlglot
from sqlglot import exp

from pipelines.warehouse import catalog
from pipelines.warehouse.engines import duckdb, spark

HEADERS = [head for head in catalog.headers() if head.sql]
FORBIDDEN_FUNCTIONS = {
    "date_diff", "datediff", "date_sub", "date_part", "datepart", "dayofweek", "isodow", "weekday",
    "dayname", "strftime", "strptime", "date_trunc", "time_bucket", "epoch", "timezone", "now",
    "current_timestamp", "current_date", "today", "list", "array_agg", "unnest", "list_transform",
    "list_filter", "string_split", "regexp_matches", "quantile_cont", "median", "mode", "arg_min",
    "arg_max", "any_value", "first", "last", "bool_or", "bool_and", "count_if", "random", "hash",
    "struct_pack", "if", "ifnull", "nvl",
    # these are on both engines, and differ: concat with NULL, log in its base, substr before the
    # first letter, regular expressions in their dialect, string_agg and round in more than one way
    "concat", "concat_ws", "log", "substr", "substring", "regexp_replace", "regexp_extract",
    "regexp_full_match", "string_agg", "group_concat", "listagg", "round", "to_timestamp",
    "strpos", "instr", "make_timestamp", "to_seconds", "date_add", "approx_quantile",
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
    if re.search(r"\bvarchar\b|\btext\s*\)", words):
        found.append("casts to VARCHAR: both engines know STRING")
    if re.search(r"//|\^", words):
        found.append("uses // or ^, which Spark has not, or reads as XOR")
    found += _unreadable_by_spark(sql)
    with_ = tree.args.get("with_") or tree.args.get("with")
    if with_ is not None and with_.args.get("recursive"):
        named = {cte.alias_or_name: cte.this for cte in tree.find_all(exp.CTE)}
        found += [
            f"walks {name} with UNION: Spark needs UNION ALL, and an end in circles"
            for name, query in named.items()
            if isinstance(query, exp.Union)
            and query.args.get("distinct")
            and name in {table.name for table in query.find_all(exp.Table)}
        ]
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
        decimal = any("." in number.this for number in division.find_all(exp.Literal))
        double = any(cast.to.sql() == "DOUBLE" for cast in division.find_all(exp.Cast))
        if decimal and not double:
            found.append(f"divides decimals, which engines round differently: {division.sql()}")
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


def _unreadable_by_spark(sql: str) -> list[str]:
    """What Spark's grammar has no place for."""
    try:
        sqlglot.parse_one(sql, read="spark")
    except sqlglot.ParseError as error:
        return [f"Spark can't read it: {str(error).splitlines()[0]}"]
    return []


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
        ("SELECT CAST(x AS VARCHAR) FROM a", ["casts to VARCHAR: both engines know STRING"]),
        ("SELECT concat(x, y) FROM a", ["calls concat"]),
        ("SELECT floor(n / 60.0) FROM a",
         ["divides decimals, which engines round differently: n / 60.0"]),
        ("SELECT floor(CAST(n AS DOUBLE) / 60.0) FROM a", []),
        ("SELECT n // 2 FROM a", ["uses // or ^, which Spark has not, or reads as XOR"]),
        ("WITH RECURSIVE r (x) AS (SELECT x FROM a UNION SELECT x FROM r) SELECT x FROM r",
         ["walks r with UNION: Spark needs UNION ALL, and an end in circles"]),
        ("WITH RECURSIVE r (x) AS (SELECT x FROM a UNION ALL SELECT x FROM r) SELECT x FROM r", []),
        ("SELECT x FROM a UNION SELECT y FROM b", []),
    ],
)  # fmt: skip
def test_the_lint_finds_what_it_forbids(sql, expected):
    found = findings(sql)
    assert found[: len(expected)] == expected
    assert bool(found) == bool(expected)


OWN_FUNCTIONS = {
    "contact_key",
    "seconds_between", "seconds_after", "days_after", "second_of_day", "quarter_of", "weekday_of",
    "month_of", "open_seconds_until", "is_open_at",
}  # fmt: skip


@pytest.mark.parametrize("prelude", [duckdb.PRELUDE, spark.PRELUDE], ids=lambda path: path.name)
def test_every_function_of_our_own_is_in_the_prelude_of_each_engine(prelude):
    made = r"CREATE OR REPLACE (?:MACRO|TEMPORARY FUNCTION) (\w+)\("
    assert set(re.findall(made, prelude.read_text("utf-8"))) == OWN_FUNCTIONS


@pytest.mark.parametrize("head", [h for h in HEADERS if h.kind in ("metric", "rule")], ids=named)
def test_windows_of_metrics_say_where_nulls_stand(head):
    # readers evaluate metrics, and their connection orders NULL otherwise than a build does
    orders = [key for window in tree_of(head).find_all(exp.Window) for key in _order_of(window)]
    assert [key.sql() for key in orders if "NULLS" not in key.sql()] == []


def _order_of(window: exp.Window) -> list[exp.Expression]:
    order = window.args.get("order")
    return order.expressions if order else []


def test_keywords_are_upper_case_and_each_file_ends_with_one_newline():
    for head in HEADERS:
        assert head.sql == head.sql.rstrip("\n") + "\n", head.path
        bare = re.sub(r"--[^\n]*|'[^']*'", " ", head.sql)
        lower = re.findall(r"\b(select|from|where|join|group by|order by|case when)\b", bare)
        assert not lower, f"{head.path}: {lower}"
