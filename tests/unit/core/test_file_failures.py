import errno

import pytest

from tray_app.core.file_failures import FileFailed, FileProblem, file_failed


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        (errno.ENOSPC, FileProblem.NO_ROOM),
        (errno.EDQUOT, FileProblem.NO_ROOM),
        (errno.EACCES, FileProblem.NOT_ALLOWED),
        (errno.EPERM, FileProblem.NOT_ALLOWED),
        (errno.EROFS, FileProblem.READ_ONLY),
        (errno.EBUSY, FileProblem.IN_USE),
        (errno.ENOTDIR, FileProblem.IN_THE_WAY),
        (errno.EISDIR, FileProblem.IN_THE_WAY),
        (errno.EIO, FileProblem.OTHER),
    ],
)
def test_what_stands_in_the_way(number: int, problem: FileProblem) -> None:
    error = OSError(number, "in the words of the system", "/somewhere/.settings.json.xmtxxla0")
    failed = file_failed(error, "/somewhere/settings.json")
    assert failed == FileFailed("/somewhere/settings.json", "in the words of the system", problem)


def test_a_file_that_another_program_of_windows_holds() -> None:
    error = PermissionError(errno.EACCES, "The process cannot access the file")
    error.winerror = 32  # type: ignore[attr-defined,unused-ignore]
    assert file_failed(error, "x").problem is FileProblem.IN_USE


def test_an_error_without_number_or_words() -> None:
    assert file_failed(OSError(), "x") == FileFailed("x", "OSError")
    assert file_failed(OSError("only words"), "x") == FileFailed("x", "only words")
