"""The command `support-quality`: thin. Commands parse, call `pipelines.run` or `pipelines.api`,
and print; errors become one line and an exit code here and nowhere else."""

import os
import sys
from collections.abc import Callable, Sequence
from functools import cache
from importlib.metadata import version
from typing import Annotated

import typer

from pipelines.cli import (
    documents,
    explanations,
    failures,
    health,
    inspecting,
    loading,
    metrics,
    personal_data,
    planning,
    quarantine,
    reviews,
    rules,
    scenarios,
    self_service,
    serving,
)
from pipelines.cli.options import examples

app = typer.Typer(
    name="support-quality",
    help="Support-quality analytics: exports in; wait times, resolution, satisfaction and a"
    " staffing plan out.",
    epilog="\n".join(
        [
            examples(
                "support-quality demo",
                "support-quality run exports/ --zone Asia/Seoul",
                "support-quality measure first_response_seconds --by channel,language",
            ),
            "\nExit codes:",
            *(f"  {code:>3}  {meaning}" for code, meaning in failures.exit_codes()),
        ]
    ),
    rich_markup_mode="rich",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for group in (
    serving, loading, inspecting, metrics, health, documents, rules, explanations, self_service,
    reviews, planning, scenarios, quarantine, personal_data,
):  # fmt: skip
    app.add_typer(group.commands)


def _print_version(is_asked: bool) -> None:
    if is_asked:
        print(f"support-quality {version('support-quality')}")
        raise typer.Exit()


@app.callback()
def root(
    show_version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version.", callback=_print_version, is_eager=True
        ),
    ] = False,
    debug: Annotated[
        bool,
        typer.Option(
            "--debug",
            envvar="SUPPORT_QUALITY_DEBUG",
            help="Show the traceback of an unexpected error.",
        ),
    ] = False,
) -> None:
    """Options that stand before the command."""
    if debug:
        os.environ["SUPPORT_QUALITY_DEBUG"] = "1"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; no exception leaves it.

    A reader that has seen enough (`support-quality ledger --csv | head`) is not an error.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")  # Korean text, whatever the locale says
    try:
        code = _command()(
            list(sys.argv[1:] if arguments is None else arguments),
            prog_name="support-quality",
            standalone_mode=False,
        )
        sys.stdout.flush()
    except BrokenPipeError:
        return _quietly()
    except SystemExit as stop:  # the parser turns a broken pipe into one
        return _quietly() if isinstance(stop.__context__, BrokenPipeError) else stop.code
    except (Exception, KeyboardInterrupt) as error:
        return failures.report(error)
    if code == failures.STOPPED:  # the parser swallows Ctrl-C and keeps its code
        return failures.report(KeyboardInterrupt())
    return code if isinstance(code, int) else failures.OK


@cache
def _command() -> Callable[..., int | None]:
    """What the commands' signatures say, read once however often this process asks."""
    return typer.main.get_command(app)


def _quietly() -> int:
    """Nobody reads any more: what is still buffered must not raise again at exit."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - lives until exit
    return failures.OK
