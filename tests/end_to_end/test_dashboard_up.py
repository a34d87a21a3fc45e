"""`serve` and `demo` put the dashboard up, and come down quietly."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from pipelines.api import open_warehouse
from pipelines.cli import serving
from pipelines.settings import PROJECT_ROOT, load_settings
from pipelines.stages import forecast


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(url: str, seconds: float) -> int:
    """The HTTP status once the address answers, 0 if it never did."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            return urllib.request.urlopen(url, timeout=5).status
        except OSError:
            time.sleep(0.2)
    return 0


def test_serve_prints_its_address_answers_and_ends_on_ctrl_c_without_a_word(published):
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "pipelines.cli", "serve", "--port", str(port),
         "--warehouse", published],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )  # fmt: skip
    try:
        assert answers(f"http://localhost:{port}/", 60) == 200
    finally:
        os.killpg(process.pid, signal.SIGINT)
    printed, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert printed.count("\n") == 1
    assert f"http://localhost:{port}" in printed


@pytest.mark.slow
def test_demo_invents_an_exchange_and_starts_the_dashboard_on_it(
    tmp_path, run_command, monkeypatch
):
    started = []
    monkeypatch.setattr(serving, "_dashboard", lambda *place: started.append(place) or 0)
    # 300 contacts are forecast sooner than processes to share them are started
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    port, warehouse = free_port(), tmp_path / "warehouse"
    demo = ("demo", "--contacts", "300", "--port", port, "--warehouse", warehouse)
    ran = run_command(*demo)
    assert ran.exit_code == 0, ran.stderr
    assert started == [(warehouse, port)]
    first = run_command("measure", "contacts", "--csv", "--warehouse", warehouse)
    assert 250 <= int(first.rows[0]["value"]) <= 350
    # only the demo is of the invented exchange, whoever keeps its settings
    assert open_warehouse(warehouse).build().site_name == "Sample Exchange"
    assert load_settings(PROJECT_ROOT / "support.toml").name == "Support"
    # the same once more, but for the forecast: that is test_exchange's to compare
    monkeypatch.setattr(forecast, "add_forecasts", lambda *_, **__: None)
    again = run_command(*demo)
    assert again.exit_code == 0, again.stderr
    assert run_command("measure", "contacts", "--csv", "--warehouse", warehouse).rows == first.rows


def test_demo_does_not_mix_its_samples_with_the_exports_of_others(published, run_command):
    ran = run_command("demo", "--port", free_port(), "--warehouse", published)
    assert ran.exit_code == 3
    assert "three.csv" in ran.stderr
    assert "--warehouse DIR" in ran.stderr


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_port_in_use_is_told_before_any_work(command, published, run_command):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = run_command(command, "--port", port, "--warehouse", published)
    assert ran.exit_code == 5
    assert ran.stderr.startswith(f"error: port {port}: ")
    assert "--port N" in ran.stderr
