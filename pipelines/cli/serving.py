"""Commands that put the dashboard up: serve, demo."""

import socket
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.options import DEFAULT_WAREHOUSE, SettingsFile, Warehouse, examples
from pipelines.cli.progress import Reporter
from pipelines.errors import InputError, SettingsError

commands = typer.Typer()

Port = Annotated[int, typer.Option(metavar="N", min=1, max=65_535, help="Port to listen on.")]


@commands.command(
    rich_help_panel="Look",
    epilog=examples("support-quality serve --warehouse data/warehouse --port 8501"),
)
def serve(port: Port = 8501, warehouse: Warehouse = DEFAULT_WAREHOUSE) -> None:
    """Put the dashboard up; Ctrl-C ends it."""
    _refuse_taken_port(port)
    raise typer.Exit(_dashboard(warehouse, port))


@commands.command(
    rich_help_panel="Try it",
    epilog=examples("support-quality demo", "support-quality demo --port 8600"),
)
def demo(
    port: Port = 8501,
    settings: SettingsFile = None,
    warehouse: Warehouse = DEFAULT_WAREHOUSE,
) -> None:
    """Load the samples, build, forecast, publish, and put the dashboard up."""
    from pipelines import run
    from pipelines.settings import SAMPLES_DIR, load_settings

    _refuse_taken_port(port)
    strangers = run.loaded_besides(warehouse, SAMPLES_DIR)
    if strangers:
        raise InputError(
            f"{warehouse}: holds {strangers[0]} and {len(strangers) - 1} more exports that are not"
            " the samples, which would be mixed; pass --warehouse DIR with an empty folder"
        )
    with Reporter() as progress:
        run.run([SAMPLES_DIR], warehouse, load_settings(settings), progress=progress)
    raise typer.Exit(_dashboard(warehouse, port))


def _refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise SettingsError(
                f"port {port}: {error.strerror}; pass --port N with a free one"
            ) from None


def _dashboard(warehouse: Path, port: int) -> int:
    """Run the dashboard in a process of its own until it ends or Ctrl-C; its exit code.

    It prints its address itself, once it answers there.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "dashboard", "--warehouse", str(warehouse), "--port", str(port)]
    )
    try:
        return process.wait()
    except KeyboardInterrupt:
        process.wait()  # Ctrl-C went to the dashboard as well
        return 0
    finally:
        if process.poll() is None:
            process.terminate()
