"""The same data under several rules: ours, and those that helpdesks count by, side by side.

A rule is a metric of its own whose header says `variant_of`: the service levels SL1 to SL5, the
calendar's time and opening hours, the day of arrival and the day of the event, and the documented
definitions of Zendesk, Intercom, Freshdesk and Chatwoot. Rows of one table are dated alike (rule 7
of the definitions): by arrival or by event, never both.
"""

from numbers import Real

import pandas as pd

from pipelines.api import measures
from pipelines.api.definitions import Definition
from pipelines.api.published import Build
from pipelines.api.selection import Scope, lookup
from pipelines.errors import InputError, OutOfRangeError, UnknownNameError
from pipelines.sql import identifier

COLUMNS = (
    "rule", "label", "system", "date", "value", "n", "low", "high", "differs", "words",
)  # fmt: skip
_THRESHOLDS = {
    "within_seconds": "fact_contacts",
    "short_abandon_seconds": "ref_rules",
}
"""What a reader may choose anew, and the table that a metric's SQL reads it from."""

_LONGEST = 2**31  # seconds, 68 years


def variants(build: Build, metric: str) -> list[Definition]:
    """The metric first, then every other rule for it: ours, then others', by name.

    Asked for a rule, it answers for the metric that this is a rule for. Raises UnknownNameError
    for a metric that is not there.
    """
    asked = measures.definition_of(build, metric)
    base = measures.definition_of(build, asked.variant_of or metric)
    others = [d for d in build.definitions.values() if d.variant_of == base.metric]
    return [base, *sorted(others, key=lambda d: (d.system not in (None, "site"), d.metric))]


def switchboard(
    build: Build,
    metric: str,
    scope: Scope,
    dated_by: str | None,
    statistic: str | None,
    thresholds: dict[str, int | None],
) -> pd.DataFrame:
    """One row per rule (COLUMNS); `.attrs` also says `dated_by` and which `dates` there are."""
    rules = variants(build, metric)
    base = rules[0]
    dates = sorted({rule.dated_by for rule in rules})
    dated_by = lookup(dated_by or base.dated_by, {d: d for d in dates}, f"{base.metric}: date")
    rows = []
    for rule in rules:
        if rule.dated_by != dated_by:
            continue
        relation = relation_of(rule, thresholds)
        found = measures.measure(build, rule.metric, (), scope, statistic, relation=relation)
        (row,) = found.to_dict("records")
        told = {
            "rule": rule.metric,
            "label": rule.label,
            "system": rule.system,
            "date": rule.date,
            "differs": rule.differs,
            "words": rule.summary,
        }
        rows.append(told | row)
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table.attrs = {**found.attrs, "metric": base.metric, "label": base.label}
    table.attrs |= {"dated_by": dated_by, "dates": dates, "up_is_good": base.up_is_good}
    return table


def relation_of(rule: Definition, thresholds: dict[str, int | None]) -> str | None:
    """SQL of the rule's observations with thresholds of the reader's; None without any.

    The metric's own text runs as it is: the tables that it reads its thresholds from are shadowed
    by the same tables with the reader's values.

    Raises InputError for a metric that has no such threshold, and OutOfRangeError for one that is
    no duration.
    """
    given = {name: seconds for name, seconds in thresholds.items() if seconds is not None}
    if not given:
        return None
    for name, seconds in given.items():
        if name not in _THRESHOLDS or name not in rule.sql:
            raise InputError(f"{rule.metric} has no threshold '{name}'; service levels have them")
        is_number = isinstance(seconds, Real) and not isinstance(seconds, bool)
        if not (is_number and 0 <= seconds < _LONGEST and seconds == int(seconds)):
            raise OutOfRangeError(f"{name}={seconds} is not a duration; give whole seconds from 0")
    shadows = []
    for table in dict.fromkeys(_THRESHOLDS[name] for name in given):
        replaced = ", ".join(
            f"CAST({int(seconds)} AS BIGINT) AS {identifier(name)}"
            for name, seconds in given.items()
            if _THRESHOLDS[name] == table
        )
        shadows.append(f"{table} AS (SELECT * REPLACE ({replaced}) FROM main.{table})")
    return f"WITH {', '.join(shadows)} {rule.sql}"


def rule_of(build: Build, metric: str, other: str) -> tuple[Definition, Definition]:
    """Two rules for the same metric; raises UnknownNameError where they are not."""
    known = {rule.metric: rule for rule in variants(build, metric)}
    if len(known) < 2:
        raise UnknownNameError(f"{metric} has one rule only; nothing to compare it with")
    return known[metric], lookup(other, known, f"{metric}: rule")
