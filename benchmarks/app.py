"""How long readers wait for a page: 50 sessions that look around, 10 s of thought between clicks.

    python -m benchmarks.app --sessions 50
    python -m benchmarks.app --contacts 1000000 --seconds 300
    python -m benchmarks.app --warehouse data/warehouse

The dashboard is served in a process of its own, as `support-quality serve` does it. Every session
is a WebSocket that speaks Streamlit's protocol, opens a page and then changes page or filters; a
run lasts from the click to the last message of the script. Seven views of ten are a page as the
menu opens it; the others have filters of their own. Readers come --settle seconds after the
server, which has then opened for itself what one click leads to; with --settle 0 they find it
cold. Readers and server share the processors. Without --warehouse one is made: from the committed
samples, or of --contacts invented contacts.
"""

import argparse
import asyncio
import contextlib
import math
import random
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from socket import create_server
from urllib.parse import urlencode

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from pipelines import run, sample_exchange
from pipelines.api import open_warehouse
from pipelines.settings import SAMPLES_DIR, load_settings

BUDGET_MS = 300
PAGES = (
    "overview",
    "wait_times",
    "resolution",
    "satisfaction",
    "reviews",
    "staffing",
    "forecast_quality",
    "contact",
    "data_health",
)
PLAIN_SHARE = 0.7  # views without filters: what the menu and most links open
_MEGABYTE = 2**20


@dataclass
class Waits:
    """Wall-clock seconds of runs: the first of each session, and the later ones by page."""

    first: list[float] = field(default_factory=list)
    later: dict[str, list[float]] = field(default_factory=dict)
    failed: int = 0


class Session:
    """One reader's connection."""

    def __init__(self, socket, pages: dict[str, str]) -> None:
        self._socket = socket
        self._pages = pages

    async def open(self, page: str, query: str) -> tuple[float, bool]:
        """Run the script for a page with a query string: seconds, and whether it succeeded."""
        message = BackMsg()
        message.rerun_script.query_string = query
        message.rerun_script.context_info.timezone = "Asia/Seoul"
        message.rerun_script.context_info.locale = "en-US"
        message.rerun_script.context_info.url = f"http://localhost/{page}"
        if page in self._pages:
            message.rerun_script.page_script_hash = self._pages[page]
        else:
            message.rerun_script.page_name = page
        began = time.perf_counter()
        await self._socket.send(message.SerializeToString())
        while True:
            answer = ForwardMsg.FromString(await self._socket.recv())
            kind = answer.WhichOneof("type")
            if kind == "navigation":
                for entry in answer.navigation.app_pages:
                    self._pages[entry.url_pathname] = entry.page_script_hash
            elif kind == "script_finished":
                is_fine = answer.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
                return time.perf_counter() - began, is_fine


async def read(port: int, queries: list[str], options, waits: Waits, seed: int) -> None:
    """One session: a first page, then views at random with thought between them."""
    chance = random.Random(seed)

    def view() -> tuple[str, str]:
        is_plain = chance.random() < PLAIN_SHARE
        return chance.choice(PAGES), "" if is_plain else chance.choice(queries)

    await asyncio.sleep(chance.uniform(0, options.think))  # readers do not arrive all at once
    address = f"ws://127.0.0.1:{port}/_stcore/stream"
    async with websockets.connect(
        address, subprotocols=["streamlit"], max_size=64 * _MEGABYTE, compression=None
    ) as socket:
        session = Session(socket, {})
        seconds, is_fine = await session.open(*view())
        waits.first.append(seconds)
        waits.failed += not is_fine
        ends = time.monotonic() + options.seconds
        while time.monotonic() < ends:
            await asyncio.sleep(chance.uniform(0.5, 1.5) * options.think)
            page, query = view()
            seconds, is_fine = await session.open(page, query)
            waits.later.setdefault(page, []).append(seconds)
            waits.failed += not is_fine


def filters_of(warehouse: Path) -> list[str]:
    """Query strings: three periods, and the last four weeks of each channel and large language."""
    reader = open_warehouse(warehouse)
    build, values = reader.build(), reader.filter_values()

    def query(days: int, **group: str) -> str:
        start = max(build.first_on, build.last_on - timedelta(days=days - 1))
        return urlencode({"from": start, "to": build.last_on, **group})

    channels = [query(28, channel=code) for code in values["channel"]]
    languages = [query(28, language=code) for code in values["language"][:4]]
    return [query(7), query(28), query(90), *channels, *languages]


@contextlib.contextmanager
def served(warehouse: Path) -> Iterator[int]:
    """The dashboard on a free port, until the block ends."""
    with create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "dashboard", "--warehouse", str(warehouse)]
    server = subprocess.Popen([*command, "--port", str(port)], stdout=subprocess.DEVNULL)
    try:
        for _attempt in range(120):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1)
                break
            if server.poll() is not None:
                raise SystemExit("the dashboard did not start; run python -m dashboard to see why")
            time.sleep(0.5)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=20)


def made(contacts: int | None, folder: Path) -> Path:
    """A warehouse from the committed samples, or of so many invented contacts."""
    exports = SAMPLES_DIR
    if contacts:
        exports = folder / "exports"
        sample_exchange.write(exports, contacts, 7)
    run.run([exports], folder / "warehouse", load_settings())
    return folder / "warehouse"


async def measure(port: int, warehouse: Path, options) -> Waits:
    """All sessions at once."""
    waits, queries = Waits(), filters_of(warehouse)
    await asyncio.gather(
        *(read(port, queries, options, waits, seed) for seed in range(options.sessions))
    )
    return waits


def percentile(seconds: list[float], share: float) -> float:
    """Nearest-rank percentile in milliseconds."""
    return 1000 * sorted(seconds)[math.ceil(share * len(seconds)) - 1]


def report(waits: Waits, options) -> bool:
    """Print what readers waited, and say whether it is within the budget."""
    every = [s for seconds in waits.later.values() for s in seconds]
    print(f"{'page':18} {'runs':>6} {'p50':>7} {'p95':>7}  ms")
    for page, seconds in sorted(waits.later.items()):
        middle = 1000 * statistics.median(seconds)
        print(f"{page:18} {len(seconds):6} {middle:7.0f} {percentile(seconds, 0.95):7.0f}")
    middle, late = 1000 * statistics.median(every), percentile(every, 0.95)
    print(f"{'all':18} {len(every):6} {middle:7.0f} {late:7.0f}")
    first = 1000 * statistics.median(waits.first)
    print(f"{'first of a session':18} {len(waits.first):6} {first:7.0f}", end=" ")
    print(f"{percentile(waits.first, 0.95):7.0f}")
    within = late <= BUDGET_MS and not waits.failed
    print(
        f"{options.sessions} sessions, {options.think:g} s of thought, {waits.failed} failed runs;"
        f" budget p95 {BUDGET_MS} ms: {'met' if within else 'NOT met'}"
    )
    return within


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0 where the budget is met, else 1."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sessions", type=int, default=50)
    parser.add_argument("--think", type=float, default=10.0, help="mean seconds between clicks")
    parser.add_argument("--seconds", type=float, default=120.0, help="how long each session stays")
    parser.add_argument("--contacts", type=int, help="invent so many contacts")
    parser.add_argument("--warehouse", type=Path, help="serve this one instead of making one")
    parser.add_argument("--settle", type=float, default=90.0, help="seconds before they come")
    options = parser.parse_args(arguments)
    with contextlib.ExitStack() as stack:
        warehouse = options.warehouse
        if warehouse is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="app-")))
            print("making a warehouse ...", file=sys.stderr)
            warehouse = made(options.contacts, folder)
        port = stack.enter_context(served(warehouse))
        time.sleep(options.settle)
        waits = asyncio.run(measure(port, warehouse, options))
        return 0 if report(waits, options) else 1


if __name__ == "__main__":
    sys.exit(main())
