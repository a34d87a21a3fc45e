"""What can go wrong, said once: each class is one kind of trouble with its own exit code.

Only the command line and the app catch these. A message is one line that names the file,
the place in it and the remedy; it never holds a customer's text or name.
"""

import re

_QUOTED = re.compile(r"""(?s)(["'`]).*?\1""")


def without_values(message: str) -> str:
    """The first line of a library's message without what stands in quotes: it may be a row's."""
    return (_QUOTED.sub("…", message).strip().splitlines() or [""])[0]


class SupportQualityError(Exception):
    """Trouble that the user can mend. `exit_code` is what the command line ends with.

    `code` and `values` say what is wrong, and with what, for who says it in words of their own (a
    page, in its reader's language); "" where nobody does.
    """

    exit_code = 1

    def __init__(self, message: str = "", code: str = "", **values: object) -> None:
        super().__init__(message)
        self.code, self.values = code, values


class InputError(SupportQualityError):
    """A file is missing, unreadable, of an unknown format, or not what it claims to be."""

    exit_code = 3


class ZoneError(SupportQualityError):
    """Times carry no offset and no zone was given, or the zone does not exist."""

    exit_code = 4


class SettingsError(SupportQualityError):
    """support.toml, a mapping file or a reference table holds something that can't be used."""

    exit_code = 5


class WarehouseBusyError(SupportQualityError):
    """Another process is writing to the same warehouse."""

    exit_code = 6


class StorageError(SupportQualityError):
    """The disk is full or the folder can't be written."""

    exit_code = 7


class BuildError(SupportQualityError):
    """A model failed, or an audit that blocks publication did; the published build stays."""

    exit_code = 8


class NothingPublishedError(SupportQualityError):
    """There is no published build to read yet."""

    exit_code = 9


class UnknownNameError(SupportQualityError):
    """A metric, column, queue, contact or filter value that the build does not know."""

    exit_code = 10


class UnstableQueueError(SupportQualityError):
    """Agents do not exceed the offered load and nobody hangs up: the wait has no limit."""

    exit_code = 11


class OutOfRangeError(SupportQualityError, ValueError):
    """A number that makes no sense where it stands: a share above 1, a negative duration."""

    exit_code = 12


class UnreachablePlanError(SupportQualityError):
    """No plan keeps every promise with the people allowed; says where it breaks and by how much."""

    exit_code = 13


class EngineError(SupportQualityError):
    """The SQL engine that was asked for is not installed, or can't be started or reached."""

    exit_code = 14
