"""`python -m dashboard --warehouse DIR --port 8501`: serve the dashboard and print its address."""

import argparse
import os
import socket
import sys
from contextlib import suppress
from pathlib import Path

import uvicorn


class _AnnouncingServer(uvicorn.Server):
    """Prints the address once it answers, not before."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        port = self.servers[0].sockets[0].getsockname()[1]
        host = "localhost" if self.config.host in ("127.0.0.1", "::1") else self.config.host
        print(f"Dashboard: http://{host}:{port}  (Ctrl+C ends it)", flush=True)


def serve(warehouse: Path | None, port: int, host: str = "127.0.0.1") -> int:
    """Serve until interrupted; the exit code is 0, or 1 where the address can't be had.

    `warehouse` None leaves the choice to SUPPORT_QUALITY_WAREHOUSE or data/warehouse.
    """
    if warehouse is not None:
        os.environ["SUPPORT_QUALITY_WAREHOUSE"] = str(warehouse)
    try:
        with socket.create_server((host, port)):
            pass
    except OSError as error:
        print(
            f"{host}:{port}: {os.strerror(error.errno)}; choose another port with --port",
            file=sys.stderr,
        )
        return 1
    config = uvicorn.Config(
        "dashboard.app:app",
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        ws="websockets-sansio",
    )
    server = _AnnouncingServer(config)
    with suppress(KeyboardInterrupt):
        server.run()
    return 0 if server.started else 1


def main() -> int:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m dashboard", description=__doc__)
    parser.add_argument("--warehouse", type=Path, help="folder of the published builds")
    parser.add_argument("--port", type=int, default=8501, help="0 takes any free one")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    arguments = parser.parse_args()
    return serve(arguments.warehouse, arguments.port, arguments.host)


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # A page still being computed holds DuckDB objects, which an interpreter that unloads reports
    # as leaked, line by line. The server only reads: there is nothing to wait for.
    os._exit(code)
