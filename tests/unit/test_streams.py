"""Streams whose reader has left: noticed, and silenced to the end of the process."""

from __future__ import annotations

import errno
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.windows_boxes import box_of
from tray_app.streams import fitting, is_closed_pipe, shown, silence, tell

ROOT = Path(__file__).parents[2]


def code_of(program: str, stream: str) -> int:
    """The exit code of a Python whose `stream` has no reader."""
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": ""},
        timeout=60,
        check=False,
        **{stream: writer},  # type: ignore[call-overload]
    )
    os.close(writer)
    return int(done.returncode)


@pytest.mark.parametrize(
    ("stream", "is_silenced", "code"),
    [("stdout", True, 0), ("stderr", True, 0), ("stdout", False, 120), ("stderr", False, 120)],
)
def test_a_silenced_stream_is_no_fault(stream: str, is_silenced: bool, code: int) -> None:
    program = f"""
import sys
from tests.support.windows_boxes import box_of
from tray_app.streams import is_closed_pipe, silence
try:
    print("x", file=sys.{stream}, flush=True)
except OSError as error:
    assert is_closed_pipe(error)
    if {is_silenced}:
        silence(sys.{stream})
        print("y", file=sys.{stream}, flush=True)
else:
    sys.exit("somebody reads")
"""
    assert code_of(program, stream) == code


def test_a_log_that_nobody_reads_is_no_fault() -> None:
    program = """
import logging
from tray_app import log
log.set_up(None, to_stderr=True)
for _ in range(3):
    logging.getLogger("x").warning("y")
"""
    assert code_of(program, "stderr") == 0


def test_telling_nobody_is_no_fault() -> None:
    program = "from tray_app.streams import tell; tell('x'); tell('y')"
    assert code_of(program, "stderr") == 0
    if sys.platform != "win32":  # there it is shown in a box
        assert code_of(f"import sys; sys.stderr = None; {program}", "stderr") == 0


@pytest.mark.skipif(sys.platform != "win32", reason="elsewhere every start has a stderr")
@pytest.mark.parametrize(
    ("words", "said", "code"),
    [
        (("--nonsense",), "unrecognized arguments: --nonsense", 2),
        (("--server", "x"), "--server needs one of:", 2),
        (("--help",), "usage:", 0),
        (("--version",), "ollama-tray ", 0),
    ],
)
def test_without_a_console_it_is_said_in_a_box(
    words: tuple[str, ...], said: str, code: int
) -> None:
    program = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
sys.stdout = sys.stderr = None
sys.argv[1:] = {words!r}
from tray_app.__main__ import main
sys.exit(main())
"""
    text, ended_with = box_of([sys.executable, "-c", program])
    assert said in text
    assert ended_with == code


def test_a_box_is_never_taller_than_a_small_screen() -> None:
    assert fitting("a\nb") == "a\nb"
    lines = fitting("\n".join(map(str, range(100)))).splitlines()
    assert lines[:24] == [str(number) for number in range(24)]
    assert lines[24:] == ["…", "", "A terminal shows all of it."]


def test_with_a_console_it_is_printed_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    with shown():
        print("x", file=sys.stderr)  # noqa: T201
        assert capsys.readouterr() == ("", "x\n")


def test_telling(capsys: pytest.CaptureFixture[str]) -> None:
    tell("There is no display.")
    assert capsys.readouterr() == ("", "There is no display.\n")


@pytest.mark.parametrize(
    ("error", "platform", "is_closed"),
    [
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), "linux", True),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), "win32", True),
        (OSError(errno.EINVAL, "Invalid argument"), "win32", True),
        (OSError(errno.EINVAL, "Invalid argument"), "linux", False),
        (OSError(errno.ENOSPC, "No space left on device"), "win32", False),
        (ValueError(), "win32", False),
        (None, "win32", False),
    ],
)
def test_closed_pipes(error: BaseException | None, platform: str, is_closed: bool) -> None:
    assert is_closed_pipe(error, platform) is is_closed


def test_a_stream_without_a_file_stays_as_it_is() -> None:
    stream = io.StringIO()
    silence(stream)
    assert stream.write("x") == 1
