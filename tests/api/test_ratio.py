"""The statistic ratio, from rows to the frame that a reader sees."""

import math

import duckdb

from pipelines.api.estimates import ratio
from pipelines.api.selection import Scope, select

# Two agents' hours: seconds busy (value) of the seconds they were there (weight).
HOURS = """
    SELECT * FROM (VALUES
        ('ann', DATE '2026-03-02', 1800, 3600),
        ('ann', DATE '2026-03-03', 1200, 3600),
        ('bob', DATE '2026-03-02', 3600, 7200),
        ('cho', DATE '2026-03-02', 0, 0)
    ) AS hours(agent, observed_on, value, weight)
"""


COLUMNS = ("agent", "observed_on", "value", "weight")


class Hours:
    """What `ratio` asks of a build."""

    def __init__(self):
        self.columns = {"metric_occupied": COLUMNS}
        self.connection = duckdb.connect()
        self.connection.execute(f"CREATE TABLE metric_occupied AS {HOURS}")

    def query(self, sql, parameters):
        return self.connection.execute(sql, parameters).df()


def test_a_ratio_divides_the_totals_of_each_group_and_of_all():
    each = ratio(Hours(), select("metric_occupied", COLUMNS, by=["agent"]))
    assert each["agent"].tolist() == ["ann", "bob", "cho"]
    assert each["n"].tolist() == [2, 1, 1]
    assert each["value"].round(6).tolist()[:2] == [0.416667, 0.5]
    assert math.isnan(each["value"][2])  # nobody was there: that is not 0
    (whole,) = ratio(Hours(), select("metric_occupied", COLUMNS)).to_dict("records")
    assert (round(whole["value"], 6), whole["n"]) == (0.458333, 4)


def test_a_filter_applies_to_what_is_divided_and_to_what_divides():
    scope = Scope(end="2026-03-02", where={"agent": ["ann", "bob"]})
    selection = select("metric_occupied", COLUMNS, scope=scope)
    (found,) = ratio(Hours(), selection).to_dict("records")
    assert (found["value"], found["n"]) == (0.5, 2)
    # both rows depart by 0 from one half
    assert (found["low"], found["high"]) == (0.5, 0.5)
