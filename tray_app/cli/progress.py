"""The progress of a pull or a create in a terminal: one line drawn again and again, or a plain line
now and then where nothing can be redrawn."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import NamedTuple, Self

from tray_app import text
from tray_app.cli.console import Console, columns, cut, plain
from tray_app.core.pulls.progress import PullPhase, PullProgress
from tray_app.text import tr

REDRAW_S = 0.1
PLAIN_S = 5.0
_MIN_BAR, _MAX_BAR = 10, 30


class _Retry(NamedTuple):
    """Why, the how manyth time, and when it is tried again."""

    reason: str
    attempt: int
    at_s: float


class LiveLine:
    """Draws what `drawn` gives, or says what `said` gives, while its block runs; "" = nothing now.

    Thread: a ticker of its own, so that the seconds of a silent work go on.
    """

    def __init__(self, console: Console, drawn: Callable[[], str], said: Callable[[], str]) -> None:
        self._console = console
        self._drawn = drawn
        self._said = said
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="progress", daemon=True)
        self._last = ""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stopped.set()
        self._thread.join()
        if self._console.can_redraw:
            self._console.draw("")

    def _run(self) -> None:
        can_redraw = self._console.can_redraw
        while not self._stopped.wait(REDRAW_S if can_redraw else PLAIN_S):
            line = self._drawn() if can_redraw else self._said()
            if line and can_redraw:
                self._draw(line)
            elif line:
                self._console.say(line)
            if not self._console.is_heard:
                return  # the work goes on

    def _draw(self, line: str) -> None:
        if line != self._last:
            self._last = line
            self._console.draw(line)


class ProgressView:
    """Shows the progress of one pull while its block runs.

    Thread: `show` from the one that reads the stream.
    """

    def __init__(
        self, console: Console, name: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._console = console
        self._name = name
        self._clock = clock
        self._progress: PullProgress | None = None
        self._retry: _Retry | None = None
        self._live = LiveLine(console, self._drawn, self._said)

    def show(self, progress: PullProgress) -> None:
        """The state to be drawn at the next tick."""
        self._progress = progress
        self._retry = None

    def show_retry(self, reason: str, attempt: int, at_s: float) -> None:
        """It did not work, for now, and is tried again at `at_s` of the clock."""
        self._retry = retry = _Retry(reason, attempt, at_s)
        if not self._console.can_redraw:
            self._console.say(self._retry_line(retry))

    def __enter__(self) -> Self:
        self._live.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._live.__exit__(kind, error, traceback)

    def _drawn(self) -> str:
        progress, retry = self._progress, self._retry
        if retry is not None:
            room = max(1, self._console.width - 1)
            return cut(plain(self._retry_line(retry)), room)
        if progress is None:
            return ""
        return bar_line(self._name, progress, self._clock(), self._console)

    def _said(self) -> str:
        progress = self._progress
        if progress is None or self._retry is not None:
            return ""
        return plain_line(self._name, progress, self._clock())

    def _retry_line(self, retry: _Retry) -> str:
        said = text.pull_retry(retry.reason, retry.at_s - self._clock(), retry.attempt)
        return tr("{name}: {reason}").format(name=self._name, reason=said)


def plain_line(name: str, progress: PullProgress, now_s: float) -> str:
    """`qwen3:8b: 63%, 3.3 of 5.2 GB, 41.8 MB/s, 46 s left`."""
    facts = tr(", ", "between parts of a line").join(_facts(progress, now_s))
    return tr("{name}: {reason}").format(name=name, reason=facts)


def bar_line(name: str, progress: PullProgress, now_s: float, console: Console) -> str:
    """The same with a bar, as much of it as fits into one line."""
    return line_with_bar(name, progress.permille, _facts(progress, now_s), console)


def line_with_bar(name: str, permille: int | None, facts: Sequence[str], console: Console) -> str:
    """A name, a bar where there is a share to be shown, and of the facts as many as fit."""
    shown = [plain(fact) for fact in facts]
    width = console.width - 1  # the last column would wrap on some terminals
    name = plain(name)
    while True:
        rest = "  ".join(shown)
        room = width - columns(name) - columns(rest) - 4
        if room >= _MIN_BAR and permille is not None:
            bar = _bar(permille, min(room, _MAX_BAR), console.has_unicode)
            return f"{name}  {bar}  {rest}"
        if len(shown) <= 1 or (permille is None and room >= 0):
            break
        shown.pop()
    return cut(f"{name}  {rest}", max(1, width))


def _bar(permille: int, width: int, has_unicode: bool) -> str:
    full, empty = ("█", "░") if has_unicode else ("#", ".")
    done = permille * width // 1000
    return full * done + empty * (width - done)


def _facts(progress: PullProgress, now_s: float) -> list[str]:
    """What is worth saying, the most important first."""
    if progress.phase is PullPhase.MANIFEST:
        return [tr("starting", "a download")]
    if progress.phase is PullPhase.VERIFY:
        seconds = max(0.0, now_s - progress.phase_since_s)
        return [tr("verifying"), text.elapsed(seconds)]
    if progress.phase in (PullPhase.WRITE, PullPhase.DONE):
        return [tr("finishing")]
    facts = [
        "" if progress.permille is None else text.percent(progress.permille),
        text.amount(progress.completed_bytes, progress.total_bytes, progress.is_total_known),
        text.speed(progress.speed_bytes_s),
        text.time_left(progress.eta_s),
    ]
    return [fact for fact in facts if fact]
