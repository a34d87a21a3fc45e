"""The 38 cases that the definitions of the numbers came with, each a test that bears its number.

`grep -rn "mark.case(16)" tests` finds the tests of case 16, `pytest -m case` runs them all.
"""

import ast
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]

CASES = {
    1: "Mon-Fri 09-17, Sunday to Saturday: 144,000 business seconds",
    2: "Mon-Fri 10-18, Fri 17:00 + 30 min / + 2 h: Fri 17:30 / Mon 11:00",
    3: "the same, Thu 15:00 before two holidays: Mon 10:30 / Mon 12:00",
    4: "New York over the spring clock change: 65 h by the calendar, 2 h of business",
    5: "Seoul 09-18, Mon 17:30 to Tue 09:30: 16 h by the calendar, 1 h of business",
    6: "a desk that never closes: business time is calendar time",
    7: "a schedule that changes while somebody waits: 14,400 s and not 21,600",
    8: "hand-over after 20 s, human reply after 62 s: queue 42 s, customer 62 s",
    9: "80 and 100 s on one day, 93 s on another: 91.0 and not 91.5; days between are NULL",
    10: "the median of [1, 2, 3] and [10] is 2.5 and not 6",
    11: "the p90 of 1..10 is 9.1",
    12: "5 s, 10 s and one unanswered: mean 7.5, unanswered 33.3 %, Kaplan-Meier median 10",
    13: "three agent messages in a row are one reply",
    14: "5 resolved, one of them twice: 5 contacts, 6 events, 1 reopened",
    15: "3,599 / 3,600 / 86,400 s: 0-1 h / 1-4 h / 24 h+",
    16: "the five service levels: 83.02, 86.00, 81.13, 82.69, 82.08 %",
    17: "offered 07:28, answered 07:32: the half hour of 07:00",
    18: "ratings counted 10, 20, 15, 3, 2: 20/40/30/6/4 %, CSAT 10.0 %, mean 2.34",
    19: "Wilson limits of 5/5, 9/10, 13/15, 88/100, 0/3; none of 0/0",
    20: "three sent, one answered in the window: 33.3 %",
    21: "offered, good, bad: good to bad, and not bad to good",
    22: "five promoters, four detractors (one a 0), one passive: NPS +10",
    23: "reviews 100, 9.91, 63.96, 90.99, 0: IQS 52.97",
    24: "85 + 5 agree, 5 + 5 do not: 90 %, kappa 0.444; NULL where all pass",
    25: "87.0 to 76.5 %: +1.1 of rate, -11.6 of mix",
    26: "14 days of 10 contacts: 10 on every weekday; Mondays [10, 0]: 5",
    27: "23:30 and 03:00:00: each in one hour",
    28: "November stands beside 2-31 October",
    29: "2026-10-31T15:30Z: 1 November in Seoul and Tokyo, 31 October in London",
    30: "a reopen, a merge and a delete: the backlog balances",
    31: "A merged into B: one contact, that waits since A arrived",
    32: "twice, late, corrected, deleted: the marts of one clean load",
    33: "zones of the session: identical results",
    34: "equal timestamps, any order: one result; a reply before creation is quarantined",
    35: "CP949, Shift-JIS, GB18030, BOM, NFD: the same rows; exports begin with a BOM, no formulas",
    36: "ko-KR, kr, Korean: ko; jp: ja; zh-TW and zh-CN apart; unknown: und, counted",
    37: "days of 23 and 25 h: 46 and 50 half hours; 0 only where the feed was up",
    38: "14 required at 30 % shrinkage: 20 scheduled",
}


@cache
def marked() -> dict[int, list[str]]:
    """Case -> tests that bear its number."""
    found = defaultdict(list)
    for path in sorted(TESTS.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for decorator in getattr(node, "decorator_list", ()):
                if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == (
                    "pytest.mark.case"
                ):
                    found[decorator.args[0].value].append(f"{path.name}::{node.name}")
    return dict(found)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_acceptance_case_is_a_test(case):
    assert marked().get(case), f"no test is marked with case {case}: {CASES[case]}"


def test_no_test_bears_the_number_of_a_case_that_is_not_there():
    assert {case: tests for case, tests in marked().items() if case not in CASES} == {}
