from __future__ import annotations

import io

import pytest

from tests.support.waiting import wait_for
from tests.unit.cli.typing_in import Tty
from tray_app.cli import progress as module
from tray_app.cli.console import Console
from tray_app.cli.progress import ProgressView, bar_line, plain_line
from tray_app.core.pulls.progress import PullPhase, PullProgress

RUNNING = PullProgress(
    PullPhase.DOWNLOAD,
    completed_bytes=3_300_000_000,
    total_bytes=5_200_000_000,
    is_total_known=True,
    permille=634,
    speed_bytes_s=41_800_000.0,
    eta_s=46.0,
)


class Utf8Tty(Tty):
    encoding = "utf-8"


def line(width: int, progress: PullProgress = RUNNING, kind: type[Tty] = Utf8Tty) -> str:
    out = Console(io.StringIO(), io.StringIO(), kind(), {"COLUMNS": str(width)})
    return bar_line("qwen3:8b", progress, 0.0, out)


def test_a_plain_line() -> None:
    found = plain_line("qwen3:8b", RUNNING, 0.0).replace("\u00a0", " ")
    assert found == "qwen3:8b: 63%, 3.3 of 5.2 GB, 41 MB/s, 46 s left"


def test_a_line_with_a_bar() -> None:
    found = line(120)
    assert found.startswith("qwen3:8b  " + "█" * 19 + "░" * 11 + "  63%  3.3 of 5.2 GB")
    assert found.endswith("46 s left")


@pytest.mark.parametrize("width", range(1, 130, 3))
def test_it_never_wraps(width: int) -> None:
    assert len(line(width)) < max(width, 2)


def test_a_narrow_line_keeps_what_matters_most() -> None:
    assert "63%" in line(30)
    assert "left" not in line(60)


def test_without_unicode() -> None:
    class Ascii(Tty):
        encoding = "ascii"

    assert "#######" in line(120, kind=Ascii)
    assert line(120, kind=Ascii).isascii()


@pytest.mark.parametrize(
    ("progress", "expected"),
    [
        (PullProgress(PullPhase.MANIFEST), "qwen3:8b  starting"),
        (PullProgress(PullPhase.DOWNLOAD, completed_bytes=5_000_000), "qwen3:8b  5 MB"),
        (PullProgress(PullPhase.VERIFY, phase_since_s=-48.0), "qwen3:8b  verifying  48 s"),
        (PullProgress(PullPhase.WRITE), "qwen3:8b  finishing"),
    ],
)
def test_phases(progress: PullProgress, expected: str) -> None:
    assert line(80, progress) == expected


def test_plain_lines_come_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PLAIN_S", 0.01)
    stderr = io.StringIO()
    with ProgressView(Console(io.StringIO(), io.StringIO(), stderr, {}), "qwen3:8b") as view:
        view.show(RUNNING)
        wait_for(lambda: stderr.getvalue().count("\n") >= 2)
    assert "\r" not in stderr.getvalue()


def test_a_terminal_that_goes_away_does_not_stop_the_pull(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PLAIN_S", 0.01)

    class Gone(io.StringIO):
        tries = 0

        def write(self, text: str) -> int:
            self.tries += 1
            raise BrokenPipeError

    stderr = Gone()
    with ProgressView(Console(io.StringIO(), io.StringIO(), stderr, {}), "qwen3:8b") as view:
        view.show(RUNNING)
        wait_for(lambda: stderr.tries)
        wait_for(lambda: not view._live._thread.is_alive())


def test_dumb_terminals_get_plain_lines() -> None:
    dumb = Console(io.StringIO(), io.StringIO(), Tty(), {"TERM": "dumb"})
    assert not dumb.can_redraw
