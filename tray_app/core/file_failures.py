"""Why a file of ours could not be read or written, as a fact."""

from __future__ import annotations

import errno
from enum import StrEnum

from tray_app.core.errors import OllamaError

_SHARING_VIOLATION, _LOCK_VIOLATION = 32, 33
"""Windows: another program has the file open."""


class FileProblem(StrEnum):
    """What stands in the way; decides the one thing to do."""

    NO_ROOM = "no_room"
    NOT_ALLOWED = "not_allowed"
    READ_ONLY = "read_only"
    IN_USE = "in_use"
    IN_THE_WAY = "in_the_way"  # a folder where a file belongs, or the other way round
    OTHER = "other"


_PROBLEMS = {
    getattr(errno, name): problem
    for name, problem in (
        ("ENOSPC", FileProblem.NO_ROOM),
        ("EDQUOT", FileProblem.NO_ROOM),
        ("EFBIG", FileProblem.NO_ROOM),
        ("EACCES", FileProblem.NOT_ALLOWED),
        ("EPERM", FileProblem.NOT_ALLOWED),
        ("EROFS", FileProblem.READ_ONLY),
        ("EBUSY", FileProblem.IN_USE),
        ("ETXTBSY", FileProblem.IN_USE),
        ("EISDIR", FileProblem.IN_THE_WAY),
        ("ENOTDIR", FileProblem.IN_THE_WAY),
        ("EEXIST", FileProblem.IN_THE_WAY),
    )
    if hasattr(errno, name)
}


class FileFailed(OllamaError):
    """A file of ours could not be read or written.

    `reference` is its path as a person knows it (not that of a partial file beside it), `context`
    the system's own words without number and path.
    """

    def __init__(
        self, reference: str, context: str = "", problem: FileProblem = FileProblem.OTHER
    ) -> None:
        super().__init__(reference, context)
        self.problem = problem


def file_failed(error: OSError, path: object) -> FileFailed:
    """The fact behind `error`, which came about with the file `path`."""
    if getattr(error, "winerror", None) in (_SHARING_VIOLATION, _LOCK_VIOLATION):
        problem = FileProblem.IN_USE
    else:
        problem = _PROBLEMS.get(error.errno or 0, FileProblem.OTHER)
    return FileFailed(str(path), reason(error), problem)


def reason(error: OSError) -> str:
    """The system's words, without its number and without a path: "Permission denied"."""
    return error.strerror or str(error) or type(error).__name__
