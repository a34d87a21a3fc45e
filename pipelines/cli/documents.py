"""The command docs: the data dictionary and the table of exit codes, generated from the code."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.failures import exit_codes_markdown
from pipelines.cli.options import DEFAULT_WAREHOUSE, Warehouse, examples
from pipelines.errors import InputError
from pipelines.settings import PROJECT_ROOT

commands = typer.Typer()

_BEGIN, _END = "<!-- exit codes: begin", "<!-- exit codes: end -->"


@commands.command(
    rich_help_panel="Read it",
    epilog=examples("support-quality docs", "support-quality docs --check"),
)
def docs(
    check_only: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit code 1 if a file is stale.")
    ] = False,
    warehouse: Warehouse = DEFAULT_WAREHOUSE,  # taken by every command; nothing is read from it
) -> None:
    """Write the data dictionary (data/README.md) and the README's table of exit codes."""
    found = stale()
    for path in found:
        print(f"stale: {path}" if check_only else f"wrote {path}")
    if check_only:
        raise typer.Exit(1 if found else 0)
    write()


def stale(root: Path = PROJECT_ROOT) -> list[Path]:
    """The documents whose text on disk is not what the code generates."""
    return [path for path, text in _generated(root).items() if _text(path) != text]


def write(root: Path = PROJECT_ROOT) -> None:
    """Write the documents that are stale."""
    for path, text in _generated(root).items():
        if _text(path) != text:
            path.write_text(text, encoding="utf-8")


def _generated(root: Path) -> dict[Path, str]:
    from pipelines.warehouse import catalog

    readme = root / "README.md"
    return {
        root / "data" / "README.md": catalog.dictionary_page(),
        readme: _with_exit_codes(readme),
    }


def _with_exit_codes(readme: Path) -> str:
    """The README with the table between its two markers made anew."""
    text = _text(readme)
    begin, end = text.find(_BEGIN), text.find(_END)
    if begin < 0 or end < begin:
        raise InputError(f"{readme}: lacks the markers `{_BEGIN} -->` and `{_END}`; put them back")
    table = text.index("\n", begin) + 1
    return f"{text[:table]}{exit_codes_markdown()}{text[end:]}"


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""
