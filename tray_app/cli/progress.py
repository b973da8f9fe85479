"""The progress of a pull in a terminal: one line drawn again and again, or a plain line now and
then where nothing can be redrawn."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
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


class ProgressView:
    """Shows the progress of one pull while its block runs.

    Thread: `show` from the one that reads the stream; a ticker of its own draws, so that the
    seconds of a silent verification go on.
    """

    def __init__(
        self, console: Console, name: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._console = console
        self._name = name
        self._clock = clock
        self._progress: PullProgress | None = None
        self._retry: _Retry | None = None
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pull-progress", daemon=True)
        self._last = ""

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
            progress, retry = self._progress, self._retry
            if retry is not None:
                if can_redraw:
                    room = max(1, self._console.width - 1)
                    self._draw(cut(plain(self._retry_line(retry)), room))
            elif progress is None:
                continue
            elif can_redraw:
                self._draw(bar_line(self._name, progress, self._clock(), self._console))
            else:
                self._console.say(plain_line(self._name, progress, self._clock()))
            if not self._console.is_heard:
                return  # the pull goes on

    def _retry_line(self, retry: _Retry) -> str:
        said = text.pull_retry(retry.reason, retry.at_s - self._clock(), retry.attempt)
        return tr("{name}: {reason}").format(name=self._name, reason=said)

    def _draw(self, line: str) -> None:
        if line != self._last:
            self._last = line
            self._console.draw(line)


def plain_line(name: str, progress: PullProgress, now_s: float) -> str:
    """`qwen3:8b: 63%, 3.3 of 5.2 GB, 41.8 MB/s, 46 s left`."""
    facts = tr(", ", "between parts of a line").join(_facts(progress, now_s))
    return tr("{name}: {reason}").format(name=name, reason=facts)


def bar_line(name: str, progress: PullProgress, now_s: float, console: Console) -> str:
    """The same with a bar, as much of it as fits into one line."""
    facts = [plain(fact) for fact in _facts(progress, now_s)]
    width = console.width - 1  # the last column would wrap on some terminals
    name = plain(name)
    while True:
        rest = "  ".join(facts)
        room = width - columns(name) - columns(rest) - 4
        if room >= _MIN_BAR and progress.permille is not None:
            bar = _bar(progress.permille, min(room, _MAX_BAR), console.has_unicode)
            return f"{name}  {bar}  {rest}"
        if len(facts) <= 1 or (progress.permille is None and room >= 0):
            break
        facts.pop()
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
