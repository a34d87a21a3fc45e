"""Commands that put the dashboard up: demo, serve."""

import shutil
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.options import DEFAULT_WAREHOUSE, SettingsFile, Warehouse, examples
from pipelines.cli.progress import Reporter, reporting_shares
from pipelines.errors import InputError, SettingsError

commands = typer.Typer()

DEMO_SEED = 7
INVENTED = "Sample Exchange"

Port = Annotated[int, typer.Option(metavar="N", min=1, max=65_535, help="Port to listen on.")]


@commands.command(
    rich_help_panel="Try it",
    epilog=examples("support-quality demo", "support-quality demo --contacts 20000 --port 8600"),
)
def demo(
    port: Port = 8501,
    contacts: Annotated[
        int, typer.Option(metavar="N", min=1, help="How large an exchange to invent.")
    ] = 200_000,
    settings: SettingsFile = None,
    warehouse: Warehouse = DEFAULT_WAREHOUSE,
) -> None:
    """Invent an exchange, load its exports, build, forecast, publish, put the dashboard up."""
    from pipelines import run, sample_exchange
    from pipelines.settings import load_settings

    _refuse_taken_port(port)
    site = replace(load_settings(settings), name=INVENTED)
    exports = warehouse / f"sample_exports_{contacts}"
    strangers = run.loaded_besides(warehouse, exports)
    if strangers:
        more = f" and {len(strangers) - 1} more exports" if len(strangers) > 1 else ""
        raise InputError(
            f"{warehouse}: holds {strangers[0]}{more}, which the samples would be mixed with; pass"
            " --warehouse DIR with an empty folder"
        )
    with Reporter() as progress:
        if not exports.exists():
            unfinished = exports.with_name(f"{exports.name}.part")
            shutil.rmtree(unfinished, ignore_errors=True)
            sample_exchange.write(
                unfinished, contacts, DEMO_SEED, progress=reporting_shares(progress)
            )
            unfinished.rename(exports)
        run.run([exports], warehouse, site, progress=progress)
    raise typer.Exit(_dashboard(warehouse, port))


@commands.command(
    rich_help_panel="Look",
    epilog=examples("support-quality serve --warehouse data/warehouse --port 8501"),
)
def serve(port: Port = 8501, warehouse: Warehouse = DEFAULT_WAREHOUSE) -> None:
    """Put the dashboard up; Ctrl-C ends it."""
    _refuse_taken_port(port)
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
