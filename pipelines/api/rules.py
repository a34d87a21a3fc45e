"""The warehouse's answers to "what would it be by another rule, and why": the switchboard."""

import pandas as pd

from pipelines.api import differences, switchboard, vendor_agreement
from pipelines.api.published import Pointer
from pipelines.api.selection import Day, Scope, Where


class Rules:
    """The part of `Warehouse` on other rules for a metric; `start`, `end`, `where` are as there."""

    _pointer: Pointer

    def rules(self) -> pd.DataFrame:
        """One row per other rule for a metric: `metric` its name, `variant_of` the metric, and
        the same columns as `metrics`; `system` is NULL or "site" where the rule is ours."""
        found = self._pointer.build().definition_rows
        return found[found["variant_of"].notna()].reset_index(drop=True)

    def switchboard(
        self,
        metric: str,
        start: Day = None,
        end: Day = None,
        where: Where = None,
        dated_by: str | None = None,
        statistic: str | None = None,
        within_seconds: int | None = None,
        short_abandon_seconds: int | None = None,
    ) -> pd.DataFrame:
        """One metric under every rule there is for it, side by side.

        Parameters
        ----------
        dated_by : "arrival" or "event", optional
            Rows of one table are dated alike; the metric's own date where not told.
        within_seconds, short_abandon_seconds : int, optional
            Of service levels: the threshold T for every queue instead of its desk's target, and
            the s under which a hang-up is a short one.

        Returns
        -------
        DataFrame
            One row per rule, the metric's own first: rule (a metric name for `measure` and
            `observations`), label, system (helpdesk; NULL: ours), date, value, n, low, high,
            differs (from the first), words. `.attrs` as of `measure`, with dated_by and dates.
        """
        build = self._pointer.build()
        thresholds = _thresholds(within_seconds, short_abandon_seconds)
        return switchboard.switchboard(
            build, metric, Scope(start, end, where), dated_by, statistic, thresholds
        )

    def differences(
        self,
        rule: str,
        other_rule: str,
        start: Day = None,
        end: Day = None,
        where: Where = None,
        within_seconds: int | None = None,
        short_abandon_seconds: int | None = None,
        reason: str | None = None,
        limit: int = 200,
        offset: int = 0,
    ) -> pd.DataFrame:
        """Contacts that two rules of a switchboard count differently, the largest gap first.

        [contact_id, channel, language, topic, day, other_day, value, other_value, difference,
        start_seconds, stop_seconds, hours_seconds, rounding_seconds, reason]. `difference` =
        other_value - value is the sum of the four parts; a value is NULL where its rule leaves
        the contact out or counts it on a day outside the range. Reasons are codes, several joined
        by ", " (`reason` picks one); `unknown`: nothing explains it. `.attrs`: compared, differing.
        """
        build = self._pointer.build()
        thresholds = _thresholds(within_seconds, short_abandon_seconds)
        return differences.differences(
            build, rule, other_rule, Scope(start, end, where), thresholds, reason, limit, offset
        )

    def difference_reasons(
        self,
        rule: str,
        other_rule: str,
        start: Day = None,
        end: Day = None,
        where: Where = None,
        within_seconds: int | None = None,
        short_abandon_seconds: int | None = None,
    ) -> pd.DataFrame:
        """`differences` counted: [reason, n, only_here, only_there, mean_difference]."""
        build = self._pointer.build()
        thresholds = _thresholds(within_seconds, short_abandon_seconds)
        return differences.difference_reasons(
            build, rule, other_rule, Scope(start, end, where), thresholds
        )

    def vendor_agreement(
        self, start: Day = None, end: Day = None, where: Where = None
    ) -> pd.DataFrame:
        """How many of the helpdesk's own figures we reproduce within a minute, by rule.

        [system, rule, label, told, recomputed, agreeing, value, n, low, high,
        median_gap_seconds], by day of creation. What only the helpdesk's clock tells is told and
        not recomputed: value is NULL without anything to compare.
        """
        return vendor_agreement.agreement(self._pointer.build(), Scope(start, end, where))

    def vendor_disagreements(
        self,
        rule: str,
        start: Day = None,
        end: Day = None,
        where: Where = None,
        limit: int = 200,
        offset: int = 0,
    ) -> pd.DataFrame:
        """Contacts whose figure is not ours within a minute, the largest gap first.

        [contact_id, channel, language, topic, day, value, vendor_value, difference, reason]; a
        reason is another way of counting that gives the vendor's figure, else `unknown`.
        `.attrs["reasons"]` counts all of them.
        """
        build = self._pointer.build()
        return vendor_agreement.disagreements(build, rule, Scope(start, end, where), limit, offset)


def _thresholds(within_seconds: int | None, short_abandon_seconds: int | None) -> dict:
    return {"within_seconds": within_seconds, "short_abandon_seconds": short_abandon_seconds}
