"""From an exception to one line and an exit code: the command line's promise to scripts."""

import errno
import inspect
import os
import sys
import traceback

import typer

from pipelines import errors
from pipelines.errors import StorageError, SupportQualityError, without_values

OK = 0
USAGE = 2
BUG = 70  # EX_SOFTWARE of sysexits.h
STOPPED = 130  # 128 + SIGINT, as shells report it

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FULL_DISK = "the disk is full; free some space and run again, nothing was lost"
_LOCKED = {errno.EROFS, errno.EACCES, errno.EPERM}


def exit_codes() -> list[tuple[int, str]]:
    """Every exit code and what it means, in order: one row per class of `pipelines.errors`."""
    kinds = [
        (kind.exit_code, inspect.getdoc(kind))
        for _, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, SupportQualityError) and kind is not SupportQualityError
    ]
    return sorted(
        [
            (OK, "It worked."),
            (1, "`docs --check`: the file is not what the code generates."),
            (USAGE, "An option or argument is missing or can't be read."),
            *((code, " ".join(meaning.split())) for code, meaning in kinds),
            (BUG, "A defect of this program; `--debug` shows where."),
            (STOPPED, "Stopped with Ctrl-C."),
        ]
    )


def exit_codes_markdown() -> str:
    """The table of exit codes as the README holds it."""
    rows = [f"| {code} | {meaning} |" for code, meaning in exit_codes()]
    return "\n".join(["| exit code | meaning |", "|---:|---|", *rows]) + "\n"


def explained(error: BaseException) -> tuple[str, int]:
    """The line to print for `error` ('' where help was printed) and the code to exit with.

    Whatever a full or unwritable disk raised, in whichever library, is told as StorageError.
    """
    if isinstance(error, SupportQualityError):
        return _one_line(error), error.exit_code
    if isinstance(error, typer.TyperException):
        message = _one_line(error.format_message()).rstrip(".").replace(": Value error, ", ": ")
        message = message.replace(
            "does not match the formats '%Y-%m-%d'", "is no day like 2026-03-31"
        )
        context = getattr(error, "ctx", None)
        asked = context.command_path if context else "support-quality"
        return f"{message}; see {asked} --help" if message else "", USAGE
    if is_interruption(error):
        return "stopped; what was committed before stays, nothing else was changed", STOPPED
    trouble = _storage_trouble(error)
    if trouble:
        return trouble, StorageError.exit_code
    return (
        f"unexpected {type(error).__name__}: {_one_line(without_values(str(error)))};"
        " this is a defect of support-quality, run again with `support-quality --debug …` and"
        " report what it prints"
    ), BUG


def is_interruption(error: BaseException) -> bool:
    """Whether Ctrl-C caused it; DuckDB turns one that hits a query into an error of its own."""
    return isinstance(error, KeyboardInterrupt | typer.Abort) or str(error) == "Query interrupted"


def report(error: BaseException) -> int:
    """Print the line of `error` to standard error and return the exit code.

    Trouble with several files is the first one's error; its notes are the others' lines."""
    if os.environ.get("SUPPORT_QUALITY_DEBUG"):
        traceback.print_exception(error)
    line, code = explained(error)
    others = getattr(error, "__notes__", []) if isinstance(error, SupportQualityError) else []
    for each in (line, *map(_one_line, others)):
        if each:
            print(f"error: {each}", file=sys.stderr)
    return code


def _storage_trouble(error: BaseException) -> str | None:
    if isinstance(error, OSError):
        place = error.filename or "the warehouse"
        if error.errno in _FULL:
            return f"{place}: {_FULL_DISK}"
        if error.errno in _LOCKED:
            return f"{place}: {error.strerror}; check its owner and rights"
    if type(error).__module__.partition(".")[0] in ("duckdb", "_duckdb"):
        text = str(error)
        if "No space left" in text or "File too large" in text or "quota" in text:
            return f"the warehouse: {_FULL_DISK}"
        if type(error).__name__ == "OutOfMemoryException":
            return (
                "the warehouse: neither memory nor the temporary folder was large enough;"
                " free some space and run again, nothing was lost"
            )
        if "Cannot open file" in text or "Permission denied" in text:
            return f"{_one_line(text)}; check the folder's owner and rights"
    return None


def _one_line(message: object) -> str:
    return " ".join(str(message).split())
