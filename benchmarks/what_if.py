"""How long a planner waits for an answer: CPU milliseconds of plans under a scenario.

    python -m benchmarks.what_if
    python -m benchmarks.what_if --warehouse data/warehouse

Each answer is asked --times times under a surge of another size, so that nothing is kept from the
one before; the fastest and the middle one are told. One queue: contacts, plan, totals and weeks
under the surge, for the busiest queue of each channel, and its plan when a slider moves; of calls
and chats, five languages of it pooled then. All queues: their plan. Without --warehouse one is made
of --contacts invented contacts. Prints one line of JSON at the end.
"""

import argparse
import json
import resource
import statistics
import sys
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from pipelines import api, run, sample_exchange
from pipelines.settings import load_settings

LIMIT_MS = 300


def cpu_ms() -> float:
    """CPU milliseconds of this process so far, all its threads together."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return 1000 * (used.ru_utime + used.ru_stime)


def measured(answer: Callable[[int], object], times: int) -> list[float]:
    """CPU milliseconds of each of so many answers, after one that is not counted."""
    spent = []
    for number in range(times + 1):
        began = cpu_ms()
        answer(number)
        spent.append(cpu_ms() - began)
    return spent[1:]


def answers(door: api.Warehouse, times: int) -> dict[str, list[float]]:
    """What is asked -> CPU milliseconds of each answer."""
    first = door.forecast()["starts_at"].min().tz_localize("UTC").to_pydatetime()
    queues = door.queues().query("has_staffing")

    def surge(number: int):
        effect = {"kind": "surge", "size": 0.5 + number / 50, "half_life_hours": 12.0}
        effect["starts_at"] = first + timedelta(days=1, hours=5)
        return api.demand_scenarios.from_dict({"name": "surge", "effects": [effect]})

    found = {}
    for desk in queues.groupby("channel", sort=False).head(1).itertuples():
        of = (desk.channel, desk.language)

        def view(number: int, of=of) -> None:
            scenario = surge(number)
            demand = door.demand_under(scenario, *of)
            after = door.staffing_under(scenario, *of)
            door.effect_of_scenario(scenario, *of, by=(), after=after)
            door.weeks_under(scenario, *of, demand=demand)

        def moved(number: int, of=of) -> dict:
            return {"changes": {of: api.Scenario(volume_change_share=0.1 + number / 50)}}

        def slider(number: int, of=of) -> None:
            door.staffing_under(None, *of, **moved(number))

        def pooled(number: int, channel=desk.channel) -> None:
            asked = (None, channel)
            plans = door.staffing_under(*asked, **moved(number))
            languages = queues.loc[queues["channel"] == channel, "language"].head(5).tolist()
            api.pool_plan(plans, door.desks_under(*asked, **moved(number)), languages)

        found[f"{' '.join(of)}: scenario"] = measured(view, times)
        found[f"{' '.join(of)}: slider"] = measured(slider, times)
        if desk.concurrency and desk.channel in ("phone", "live_chat"):
            found[f"{' '.join(of)}: slider, languages pooled"] = measured(pooled, times)
    whole = f"all {len(queues)} queues: scenario"
    found[whole] = measured(lambda number: door.staffing_under(surge(number)), times)
    return found


def main() -> int:
    """Exit code 0 where every middle answer keeps the limit, else 1."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--warehouse", type=Path, help="ask this one instead of making one")
    parser.add_argument("--contacts", type=int, default=20_000, help="invent so many")
    parser.add_argument("--times", type=int, default=15)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="what-if-") as folder:
        warehouse = options.warehouse
        if warehouse is None:
            print("making a warehouse ...", file=sys.stderr)
            exports, warehouse = Path(folder) / "exports", Path(folder) / "warehouse"
            sample_exchange.write(exports, options.contacts, 7)
            run.run([exports], warehouse, load_settings())
        spent = answers(api.open_warehouse(warehouse), options.times)
    middle = {asked: statistics.median(each) for asked, each in spent.items()}
    for asked, each in spent.items():
        print(f"{asked:32} {min(each):6.0f} ms CPU at best, {middle[asked]:6.0f} in the middle")
    print(json.dumps({asked: round(value) for asked, value in middle.items()}))
    return int(max(middle.values()) > LIMIT_MS)


if __name__ == "__main__":
    sys.exit(main())
