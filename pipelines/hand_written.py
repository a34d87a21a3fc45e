"""Files that people write: their text, and tables of TOML as frozen values.

What can't be used is told by its file, its place in it and the remedy.
"""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin

from pipelines.errors import SettingsError

Limits = Mapping[str, tuple[str, Callable[[float], bool]]]
"""What a number of this name may be, in words and as a test; any other is 0 or more."""

_KINDS = {
    str: ("a text in quotes", str),
    bool: ("true or false", bool),
    int: ("a whole number", int),
    float: ("a number", int | float),
}
_FROM_0 = "0 or more", lambda number: number >= 0
_T = TypeVar("_T")


def read_toml(path: Path, remedy: str) -> dict[str, Any]:
    """The content of a TOML file that somebody wrote.

    Raises SettingsError as `read_text` does, and where it is no TOML; the message names the line.
    """
    try:
        return tomllib.loads(read_text(path, remedy))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: not valid TOML: {error}") from None


def read_text(path: Path, remedy: str) -> str:
    """The text of a file that somebody wrote, with or without a byte order mark.

    Raises SettingsError: it can't be read (`remedy` says what to do then) or is not UTF-8; the
    message names the line.
    """
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise SettingsError(f"{path}: no such file; {remedy}") from None
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}; {remedy}") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise SettingsError(f"{path}: line {line} is not UTF-8; save it as UTF-8") from None


def entry(kind: type[_T], where: str, table: Any, limits: Limits) -> _T:
    """A table of TOML as the frozen dataclass `kind`.

    Raises SettingsError for a key that is no field of it or is missing, and for a value that is
    not of the field's type or within its limits.
    """
    known = {each.name: each for each in fields(kind)}
    check_keys(where, table, known)
    for name, each in known.items():
        if name not in table and each.default is MISSING and each.default_factory is MISSING:
            raise SettingsError(f"{where}: {name} is missing")
    return kind(
        **{
            name: value(f"{where}: {name}", known[name].type, told, limits.get(name, _FROM_0))
            for name, told in table.items()
        }
    )


def value(where: str, type_: Any, told: Any, limit: tuple[str, Callable] = _FROM_0) -> Any:
    """A value of TOML as a str, bool, int or float, as a tuple of one of these, or a dict of texts.

    Raises SettingsError for one of another type, and for a number beyond the limit.
    """
    if get_origin(type_) is tuple:
        if not isinstance(told, list):
            raise SettingsError(f"{where} must be a list in [ ], not {told!r}")
        return tuple(value(where, get_args(type_)[0], each, limit) for each in told)
    if get_origin(type_) is dict:
        check_keys(where, told, told)
        return {key: value(f"{where}: {key}", str, each) for key, each in told.items()}
    (type_,) = set(get_args(type_) or (type_,)) - {type(None)}
    words, accepted = _KINDS[type_]
    if not isinstance(told, accepted) or (isinstance(told, bool) and type_ is not bool):
        raise SettingsError(f"{where} must be {words}, not {told!r}")
    words, is_within = limit
    if type_ in (int, float) and not is_within(told):
        raise SettingsError(f"{where} must be {words}, not {told!r}")
    return told


def check_keys(where: str, table: Any, names: Iterable[str]) -> None:
    """Raises SettingsError where this is no table, or holds a key that is not among the names."""
    if not isinstance(table, dict):
        raise SettingsError(f"{where} must be a table of `name = value` lines")
    for name in table:
        if name not in names:
            raise SettingsError(f"{where}: unknown key '{name}'; known: {', '.join(names)}")
