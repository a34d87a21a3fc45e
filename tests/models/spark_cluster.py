"""A standalone Spark cluster on loopback: one master, two workers, stopped with whoever started it.

`python -m tests.models.spark_cluster` starts one, prints its URL, and stops it at Ctrl-C or when
it is terminated; give the URL to `support-quality build --engine spark --master`.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

HOST = "127.0.0.1"
SECONDS_TO_START = 120


@contextmanager
def cluster(folder: Path, workers: int = 2, memory: str = "1g") -> Iterator[str]:
    """The URL of a running cluster; each worker has one core. `folder` takes work and logs."""
    port = _free_port()
    url = f"spark://{HOST}:{port}"
    with ExitStack() as running:
        master = "org.apache.spark.deploy.master.Master"
        running.enter_context(
            _daemon(folder, "master", master, "--host", HOST, "--port", port, "--webui-port", 0)
        )
        for number in range(1, workers + 1):
            running.enter_context(
                _daemon(
                    folder, f"worker{number}", "org.apache.spark.deploy.worker.Worker", url,
                    "--host", HOST, "--cores", 1, "--memory", memory, "--webui-port", 0,
                    "--work-dir", folder / f"worker{number}",
                )
            )  # fmt: skip
        _wait_for(folder / "master.log", "Registering worker", workers)
        yield url


@contextmanager
def _daemon(folder: Path, name: str, kind: str, *arguments: object) -> Iterator[None]:
    """One process of the cluster, whose log is `<name>.log`; it is gone at the end."""
    import pyspark

    home = Path(pyspark.__file__).parent
    environment = os.environ | {
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": HOST,
        "SPARK_DAEMON_MEMORY": "256m",
        "SPARK_CONF_DIR": str(folder / "no_conf"),  # its own log is what tells that it started
    }
    with (folder / f"{name}.log").open("w") as log:
        process = subprocess.Popen(
            [str(home / "bin" / "spark-class"), kind, *map(str, arguments)],
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for whoever started the cluster
        )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(log: Path, words: str, times: int) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while log.read_text(errors="replace").count(words) < times:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{log}: fewer than {times} x '{words}' in {SECONDS_TO_START} s")
        time.sleep(0.2)


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


if __name__ == "__main__":
    import signal
    import tempfile

    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))  # not past `finally`
    with tempfile.TemporaryDirectory() as scratch, cluster(Path(scratch)) as master_url:
        print(master_url, flush=True)
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            sys.exit(130)
