"""Documents that are generated from the code: the data dictionary and the table of exit codes."""

from pathlib import Path

from pipelines.cli.failures import exit_codes_markdown
from pipelines.errors import InputError
from pipelines.settings import PROJECT_ROOT

_BEGIN, _END = "<!-- exit codes: begin", "<!-- exit codes: end -->"


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
