"""Calls and chats as one kind of queue: agents that a load takes, and what they then do with it.

Loads are in erlangs of contacts held alone: arrivals per second x handle seconds, whatever the
number of chats at once. An agent with one contact at a time is Erlang's (C, or A with patience);
one with several is a chat agent (see `chat`).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pipelines.errors import OutOfRangeError
from pipelines.staffing import chat, erlang, risk
from pipelines.staffing.chat import CALLS, Concurrency


@dataclass(frozen=True)
class LiveQueue:
    """What a live queue promises, and how its contacts are handled.

    handle_seconds    mean of a contact held alone
    patience_seconds  mean time until who waits hangs up; None, or without end: nobody does
    """

    handle_seconds: float
    target_share: float
    within_seconds: float
    max_occupancy: float = 1.0
    patience_seconds: float | None = None
    concurrency: Concurrency = CALLS

    @property
    def method(self) -> str:
        """chat, erlang_a or erlang_c."""
        if self.concurrency.slots > 1:
            return "chat"
        return "erlang_a" if self.hangs_up else "erlang_c"

    @property
    def hangs_up(self) -> bool:
        """Whether who waits has a patience that ends."""
        return self.patience_seconds is not None and self.patience_seconds != np.inf

    def required_agents(self, load: ArrayLike) -> NDArray[np.int64]:
        """Fewest agents that reach the target at a known `load`."""
        load = np.asarray(load, dtype=float)
        if self.concurrency.slots > 1:
            return chat.required_chat_agents(
                load / self.handle_seconds,
                self.handle_seconds,
                self.target_share,
                self.within_seconds,
                self._patience(),
                self.concurrency,
                self.max_occupancy,
            )
        return erlang.required_agents(
            load,
            self.handle_seconds,
            self.target_share,
            self.within_seconds,
            self.patience_seconds,
            self.max_occupancy,
        )

    def required_for_expected(
        self, load: NDArray[np.float64], loads: NDArray[np.float64]
    ) -> NDArray[np.int64]:
        """Fewest agents [...] that reach the target over equally likely `loads` [..., Q] together.

        Never fewer than their mean `load` [...] would take if it were certain.
        """
        for_mean = self.required_agents(load)
        enough = np.maximum(for_mean, self.required_agents(loads.max(axis=-1)))
        return risk.fewest_expected(
            loads, for_mean - 1, enough, self.target_share, self.service_level
        )

    def performance(self, load: NDArray[np.float64], agents: NDArray) -> erlang.Performance:
        """What `agents` do with `load`; NaN where nothing arrives, and where the queue would grow
        without limit."""
        load, agents = np.broadcast_arrays(np.asarray(load, float), np.asarray(agents, float))
        capacity = agents * self._most_at_once()
        carried = (load > 0) & ((capacity > load) | self.hangs_up)
        if self.concurrency.slots > 1:
            does = chat.chat_performance(
                load[carried] / self.handle_seconds,
                agents[carried],
                self.handle_seconds,
                self.within_seconds,
                self._patience(),
                self.concurrency,
            )
        else:
            does = erlang.performance(
                load[carried],
                agents[carried],
                self.handle_seconds,
                self.within_seconds,
                self.patience_seconds,
            )
        answers = {}
        for name, values in vars(does).items():
            answers[name] = np.full(load.shape, np.nan)
            answers[name][carried] = values
        return erlang.Performance(**answers)

    def service_level(self, loads: NDArray[np.float64], agents: NDArray) -> NDArray[np.float64]:
        """[..., Q] service level of `agents` [...] at each of `loads`: 0 where the queue would
        grow without limit, NaN where nothing arrives."""
        level = self.performance(loads, np.asarray(agents)[..., None]).service_level_share
        return np.where((loads > 0) & np.isnan(level), 0.0, level)

    def miss_probability(self, loads: NDArray[np.float64], agents: NDArray) -> NDArray[np.float64]:
        """Share of `loads` [..., Q] at which `agents` [...] miss the target."""
        return (self.service_level(loads, agents) < self.target_share).mean(axis=-1)

    def _most_at_once(self) -> float:
        """Erlangs that one agent can carry."""
        return float(self.concurrency.handled_per_second(self.handle_seconds)[-1]) * (
            self.handle_seconds
        )

    def _patience(self) -> float:
        return np.inf if self.patience_seconds is None else self.patience_seconds


@dataclass(frozen=True)
class AgentsAnswer:
    """The answer to "how many agents for this interval?".

    `agents` take contacts; `scheduled` are on the roster so that after shrinkage `agents`
    remain. The rest is what the queue then does (see `Performance`); NaN without arrivals.
    """

    agents: int
    scheduled: int
    service_level_share: float
    wait_probability: float
    wait_mean_seconds: float
    occupancy_share: float
    abandoned_share: float


def agents(
    arrivals: float,
    interval_seconds: float,
    handle_seconds: float,
    target_share: float,
    within_seconds: float,
    patience_seconds: float | None = None,
    shrinkage: float = 0.0,
    max_occupancy: float = 1.0,
    concurrency: Concurrency = CALLS,
) -> AgentsAnswer:
    """Fewest agents that answer `target_share` of the contacts within `within_seconds`.

    Erlang C, or Erlang A where the mean patience is given; agents who hold several contacts at
    once (`concurrency`) are those of `chat`, and `handle_seconds` is that of one held alone.

    Examples
    --------
    >>> answer = agents(100, 1800, 180, 0.8, 20, shrinkage=0.3)
    >>> answer.agents, answer.scheduled, round(answer.service_level_share, 6)
    (14, 20, 0.88835)

    Raises
    ------
    OutOfRangeError
        An argument that makes no sense, such as a share above 1.
    """
    for name, value, is_sound, allowed in (
        ("interval_seconds", interval_seconds, 0 < interval_seconds < np.inf, "above 0"),
        ("arrivals", arrivals, 0 <= arrivals < np.inf, "0 or more"),
        ("handle_seconds", handle_seconds, 0 < handle_seconds < np.inf, "above 0"),
    ):
        if not is_sound:
            raise OutOfRangeError(f"{name} is {value}; it must be {allowed}")
    load = np.asarray(arrivals * handle_seconds / interval_seconds)
    queue = LiveQueue(
        handle_seconds,
        target_share,
        within_seconds,
        max_occupancy,
        patience_seconds,
        concurrency,
    )
    needed = queue.required_agents(load)
    does = queue.performance(load, needed)
    return AgentsAnswer(
        agents=int(needed),
        scheduled=int(erlang.scheduled_agents(needed, shrinkage)),
        service_level_share=float(does.service_level_share),
        wait_probability=float(does.wait_probability),
        wait_mean_seconds=float(does.wait_mean_seconds),
        occupancy_share=float(does.occupancy_share),
        abandoned_share=float(does.abandoned_share),
    )
