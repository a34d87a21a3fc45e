"""`python -m dashboard`: the address when it answers, one line when it can't."""

import socket
import subprocess
import sys
from urllib.request import urlopen

from tests.app.conftest import serving


def test_the_announced_address_answers(tmp_path):
    with (
        serving(tmp_path, "-m", "dashboard") as address,
        urlopen(f"{address}/_stcore/health") as answer,
    ):
        assert answer.read() == b"ok"


def test_a_taken_port_ends_in_one_line_with_the_remedy():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = subprocess.run(
            [sys.executable, "-m", "dashboard", "--port", str(port)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.splitlines() == [
        f"127.0.0.1:{port}: Address already in use; choose another port with --port"
    ]


def test_the_web_process_never_imports_statsmodels():
    code = (
        "import sys, dashboard.app, dashboard.components, dashboard.charts, dashboard.planning;"
        "print('statsmodels' in sys.modules)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
    )
    assert ended.stdout.strip() == "False", ended.stderr
