"""The warehouse's answers to "how much will come, and who is needed": forecasts and plans."""

import pandas as pd

from pipelines.api import plans
from pipelines.api.published import Pointer
from pipelines.api.selection import By, Day, Names


class Planning:
    """The part of `Warehouse` on queues; `start` and `end` are as there, and None for a channel or
    language is all of them."""

    _pointer: Pointer

    def queues(self) -> pd.DataFrame:
        """One row per channel and language, the busiest first, with its desk's targets."""
        return plans.queues(self._pointer.build())

    def arrivals(
        self, channel: Names = None, language: Names = None, start: Day = None, end: Day = None
    ) -> pd.DataFrame:
        """Half hours of fact_arrivals; offered 0 was observed, NULL is a gap in the feed."""
        build = self._pointer.build()
        return plans.queue_rows(build, "fact_arrivals", channel, language, start, end)

    def forecast(
        self, channel: Names = None, language: Names = None, start: Day = None, end: Day = None
    ) -> pd.DataFrame:
        """Half hours of forecast_intervals: mean and quantiles (NULL where only the queue's days
        are known); empty before a forecast ran."""
        build = self._pointer.build()
        return plans.queue_rows(build, "forecast_intervals", channel, language, start, end)

    def forecast_days(
        self, channel: Names = None, language: Names = None, start: Day = None, end: Day = None
    ) -> pd.DataFrame:
        """Day totals with their own quantiles (those of half hours do not add up); channel
        and language '*' hold all queues together."""
        build = self._pointer.build()
        order = "channel, language, local_on"
        return plans.queue_rows(build, "forecast_days", channel, language, start, end, order)

    def forecast_totals(self, channel: Names = None, language: Names = None) -> pd.DataFrame:
        """Weeks and daily peaks with their own quantiles; language '*': a channel, both: all."""
        order = "channel, language, measure DESC, starts_on"
        build = self._pointer.build()
        return plans.queue_rows(build, "forecast_totals", channel, language, order=order)

    def misses(
        self,
        channel: Names = None,
        language: Names = None,
        start: Day = None,
        end: Day = None,
        lead_days: int = 7,
        by: By = ("local_on",),
    ) -> pd.DataFrame:
        """Forecast against what came, in contacts of all queues, and in hours of work of those
        with handle times (else NULL): volume, mix and handle time add up.

        `lead_days`: made 1, 7 or 14 days before. `by`: what a row is of.
        """
        build = self._pointer.build()
        return plans.misses(build, channel, language, start, end, lead_days, by)

    def backtest(self) -> pd.DataFrame:
        """How every model did on past origins, by queue and horizon."""
        return plans.backtest(self._pointer.build())

    def staffing(
        self, channel: Names = None, language: Names = None, start: Day = None, end: Day = None
    ) -> pd.DataFrame:
        """Half hours of staffing_intervals: agents required and scheduled; NULL while closed, and
        of calls and chats that are known by the day alone (method `days_only`)."""
        build = self._pointer.build()
        return plans.queue_rows(build, "staffing_intervals", channel, language, start, end)

    def staffing_queues(self) -> pd.DataFrame:
        """What the plan of each queue assumes (handle time, patience, cost) and how it is known."""
        build = self._pointer.build()
        return plans.queue_rows(build, "staffing_queues", order="channel, language")

    def shifts(
        self, channel: Names = None, language: Names = None, start: Day = None, end: Day = None
    ) -> pd.DataFrame:
        """Shifts of staffing_shifts, in time order: how many take each, its break, hours, cost."""
        return plans.shifts(self._pointer.build(), channel, language, start, end)

    def tours(
        self, channel: Names = None, language: Names = None, start: Day = None, end: Day = None
    ) -> pd.DataFrame:
        """Who works when (staffing_tours): a row per person of a queue and shift, with its rest."""
        return plans.tours(self._pointer.build(), channel, language, start, end)

    def trials(
        self,
        channel: Names = None,
        language: Names = None,
        is_scheduled: bool = False,
        replications: int = 200,
        seed: int = 1,
    ) -> pd.DataFrame:
        """The plan of each queue lived through so often, as unsure as its forecast is: the share
        answered in time (of deferrable work: done as promised) with its interval, who hung up,
        mean wait, occupancy. With the people scheduled where `is_scheduled`, else those required.

        A second or so for a queue of a hundred contacts a day. No row have queues that expect fewer
        than 30, calls and chats that are known by the day alone, and queues without a schedule
        where that is asked.
        """
        build = self._pointer.build()
        return plans.trials(build, channel, language, is_scheduled, replications, seed)

    def market_events(self) -> pd.DataFrame:
        """Events of the market and of the exchange, in time order."""
        return plans.market_events(self._pointer.build())
