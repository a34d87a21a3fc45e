"""Agents for every half hour of a fortnight: arrays at once against a loop over half hours.

    python -m benchmarks.staffing
    python -m benchmarks.staffing --queues 60 --every 1

Erlang C against pyworkforce's ErlangC where it is installed (a benchmark alone needs it, with
joblib and cloudpickle), else against its algorithm written out below. pyworkforce has no
Erlang A; there the same loop evaluates the exact formula state by state, the incomplete beta by
SciPy, one half hour and one number of agents at a time. The loops run on every n-th half hour
(--every) and their time is taken times n. Answers are compared one by one. Prints one line of JSON
at the end.
"""

import argparse
import json
import time
from collections.abc import Callable
from math import exp, floor

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

from pipelines.staffing.chat import Concurrency, required_chat_agents
from pipelines.staffing.erlang import required_agents

TARGET, WITHIN, INTERVAL = 0.8, 20.0, 1800.0
AT_LEAST = {"erlang_c": 60.0, "erlang_a": 300.0}
_SEEN = 1e-12  # a state less likely than this beside the likeliest is not summed any further


def fortnight(queues: int, seed: int = 1) -> tuple[NDArray, NDArray, NDArray]:
    """[queues, 14 x 48] load in erlangs, and handle and patience seconds [queues, 1]."""
    random = np.random.default_rng(seed)
    slots = np.arange(14 * 48) % 48
    profile = 0.15 + np.exp(-(((slots - 28) / 9.0) ** 2))
    handle = random.choice([180.0, 240.0, 300.0, 420.0], (queues, 1))
    patience = random.choice([90.0, 180.0, 300.0], (queues, 1))
    busiest = np.exp(random.uniform(np.log(2), np.log(100), (queues, 1)))
    contacts = random.gamma(50, busiest * profile / 50) * INTERVAL / handle
    return contacts * handle / INTERVAL, handle, patience


def looped_erlang_c(load: float, handle: float) -> int:
    """Fewest agents, by pyworkforce where installed, else by its algorithm."""
    if ErlangC is not None:
        desk = ErlangC(load, handle / 60, WITHIN / 60, handle / 60)
        return desk.required_positions(TARGET)["raw_positions"]
    agents = round(load + 1)
    while True:
        inverse = 1.0
        for n in range(1, agents + 1):
            inverse = 1 + inverse * n / load
        blocking = 1 / inverse
        waiting = agents * blocking / (agents - load * (1 - blocking))
        if 1 - waiting * exp(-(agents - load) * WITHIN / handle) >= TARGET:
            return agents
        agents += 1


def looped_erlang_a(load: float, handle: float, patience: float) -> int:
    """Fewest agents with impatient customers, up from the load or down."""
    agents = floor(load) + 1
    while _served_within(load, agents, handle, patience) < TARGET:
        agents += 1
    while agents > 1 and _served_within(load, agents - 1, handle, patience) >= TARGET:
        agents -= 1
    return agents


def _served_within(load: float, agents: int, handle: float, patience: float) -> float:
    """Share answered in time, by the printed formula, one state of the queue after the other."""
    below = 0.0
    for n in range(1, agents + 1):
        below = (below + 1) * n / load
    b, x = agents * patience / handle, exp(-WITHIN / patience)
    busy, served, term, j = 0.0, 0.0, 1.0, 0
    while term > _SEEN * busy or b + j <= load * patience / handle:
        busy += term
        served += term * b / (b + j + 1) * (1 - betainc(b + 1, j + 1, x))
        j += 1
        term *= load * patience / handle / (b + j)
    return (below + served) / (below + busy)


def timed(answer: Callable[[], NDArray], repeats: int = 1) -> tuple[NDArray, float]:
    """The answer and the CPU seconds of the fastest of `repeats`."""
    seconds = []
    for _ in range(repeats):
        began = time.process_time()
        answered = answer()
        seconds.append(time.process_time() - began)
    return answered, min(seconds)


def main() -> None:
    """Measure both, compare every answer, and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--queues", type=int, default=30)
    parser.add_argument("--every", type=int, default=10, help="loop over each n-th (default 10)")
    arguments = parser.parse_args()

    load, handle, patience = fortnight(arguments.queues)
    chosen = slice(None, None, arguments.every)
    each = [
        np.broadcast_to(array, load.shape).ravel()[chosen].tolist()
        for array in (load, handle, patience)
    ]
    cases = {
        "erlang_c": (
            lambda: required_agents(load, handle, TARGET, WITHIN),
            lambda: np.array([looped_erlang_c(*row) for row in zip(*each[:2], strict=True)]),
        ),
        "erlang_a": (
            lambda: required_agents(load, handle, TARGET, WITHIN, patience),
            lambda: np.array([looped_erlang_a(*row) for row in zip(*each, strict=True)]),
        ),
    }
    figures: dict[str, object] = {"half_hours": load.size, "pyworkforce": ErlangC is not None}
    for name, (at_once, looped) in cases.items():
        answers, seconds = timed(at_once, repeats=5)
        expected, looped_seconds = timed(looped)
        ratio = looped_seconds * load.size / expected.size / seconds
        # A bare loop is a third faster than pyworkforce, of which the least for Erlang C is told.
        is_peer = name == "erlang_a" or ErlangC is not None
        told = f"at least {AT_LEAST[name]:.0f}" if is_peer else "pyworkforce is not installed"
        different = int((answers.ravel()[chosen] != expected).sum())
        print(
            f"{name}: {load.size:,} half hours in {seconds * 1000:.0f} ms CPU, looped"
            f" {looped_seconds / expected.size * 1e6:.0f} µs each: {ratio:.0f} x ({told});"
            f" {different} of {expected.size:,} answers differ"
        )
        figures |= {
            f"{name}_ms": round(seconds * 1000, 1),
            f"{name}_ratio": round(ratio),
            f"{name}_different": different,
        }
    chats = required_chat_agents  # no peer staffs chats: the time alone
    _, seconds = timed(
        lambda: chats(load / handle, handle, TARGET, WITHIN, patience, Concurrency(3, 0.3))
    )
    print(f"chats, three at once: {seconds * 1000:.0f} ms CPU")
    figures["chat_ms"] = round(seconds * 1000)
    print(json.dumps(figures))


try:
    from pyworkforce.queuing import ErlangC
except ImportError:
    ErlangC = None

if __name__ == "__main__":
    main()
