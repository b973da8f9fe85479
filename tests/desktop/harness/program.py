"""Ollama Tray as a person's process on a virtual desktop: started, watched, ended by its pid.

Inside the program a fault is caught by its own crash reporter: it goes on, and exits with 0. So
at the end of each run its log and the screen are looked at, and not only what it printed.
"""

import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from tests.desktop.harness.desktop import VirtualDesktop
from tests.desktop.harness.processes import Child
from tests.desktop.harness.screen import Window
from tests.desktop.harness.tray import TrayItem
from tests.support.complaints import complaints
from tests.support.waiting import wait_for

T = TypeVar("T")

ROOT = Path(__file__).parents[3]

CRASH_TITLE = "Something went wrong in Ollama Tray"
_CRASH_FILE = "crash.log"


class App:
    """One run of the program. On leaving the `with` block it must have ended with `expected_code`,
    and must not have printed or logged a traceback, a warning or worse, unless one of the regular
    expressions `allowed_logs` matches it.

    A run that still goes on there is ended: by SIGTERM, which the program is to obey like Quit.
    """

    def __init__(
        self,
        desktop: VirtualDesktop,
        folder: Path,
        *arguments: str,
        environment: Mapping[str, str] | None = None,
        command: Sequence[str] | None = None,
        expected_code: int = 0,
        allowed_logs: Iterable[str] = (),
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.desktop = desktop
        self.data_folder = folder / "data"
        self._folder = folder
        self._expected_code = expected_code
        self._allowed_logs = tuple(allowed_logs)
        # What stands there is of earlier runs.
        self._sizes = {file: file.stat().st_size for file in self._log_files()}
        program = [sys.executable, "-m", "tray_app", "--data-dir", str(self.data_folder)]
        runs = sum(1 for _ in folder.glob("run-*.log"))
        self.process = Child(
            "the program",
            [*(command or program), *arguments],
            environment={
                **desktop.environment,
                "PYTHONPATH": str(ROOT),
                "PYTHONFAULTHANDLER": "1",
                "QT_LOGGING_TO_CONSOLE": "1",
                **(environment or {}),
            },
            log=folder / f"run-{runs + 1}.log",
            cwd=folder,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is not None:
            code = self.process.end()
            if error is not None:
                error.add_note(f"the program (exit code {code}) printed:\n{self.output()[-4000:]}")
                for file, text in self.logged():
                    error.add_note(f"and wrote to {file.name}:\n{text[-4000:]}")
            return
        self.end()

    @property
    def pid(self) -> int:
        """The process id."""
        return self.process.pid

    def output(self) -> str:
        """Return everything it printed so far, stdout and stderr."""
        return self.process.output()

    def logged(self) -> Iterator[tuple[Path, str]]:
        """Each log file of any data folder of this test, and what this run wrote to it."""
        for file in self._log_files():
            content = file.read_bytes()
            before = self._sizes.get(file, 0)
            # A smaller one is another file: they take turns.
            new = content[before:] if before <= len(content) else content
            yield file, new.decode("utf-8", "replace")

    def _log_files(self) -> list[Path]:
        return sorted(self._folder.rglob("log/*.log*"))

    def tray_item(self, *, timeout_s: float = 30.0) -> TrayItem:
        """Return its tray item, as soon as it is there."""
        return self.wait_for(
            lambda: self.desktop.tray.newest_item(self.pid),
            timeout_s=timeout_s,
            message="no tray item came",
        )

    def window(self, title: str, *, timeout_s: float = 30.0) -> Window:
        """Return its window whose title holds `title`, as soon as that is visible."""

        def found() -> Window | None:
            windows = self.desktop.screen.windows(self.pid)
            return next((one for one in windows if title in one.title), None)

        return self.wait_for(found, timeout_s=timeout_s, message=f"no window {title!r} came")

    def wait_output(self, text: str, *, timeout_s: float = 30.0) -> None:
        """Return as soon as it has printed `text`."""
        self.wait_for(
            lambda: text in self.output(), timeout_s=timeout_s, message=f"never printed {text!r}"
        )

    def wait_for(
        self, condition: Callable[[], T | bool | None], *, timeout_s: float = 30.0, message: str
    ) -> T:
        """Wait for a condition, but not for a program that has ended."""

        def still_hopeful() -> T | bool | None:
            ended = self.process.return_code
            answer = condition()
            assert answer or ended is None, f"{message}: the program ended with {ended}"
            return answer

        return wait_for(still_hopeful, timeout_s=timeout_s, interval_s=0.02, message=message)

    def quit(self, label: str = "Quit Ollama Tray", *, timeout_s: float = 10.0) -> int:
        """Quit by the tray menu and return the exit code."""
        self.tray_item().click(label)
        return self.wait(timeout_s=timeout_s)

    def wait(self, *, timeout_s: float = 10.0) -> int:
        """Return the exit code as soon as it has ended by itself."""
        return self.process.wait(timeout_s)

    def kill(self) -> None:
        """End it as a power cut would; the `with` block expects that then."""
        self.process.kill()
        self._expected_code = -signal.SIGKILL

    def end(self, *, timeout_s: float = 10.0) -> None:
        """End it if it still runs, and check how it ended, what it printed, logged and showed."""
        dialogs = self._crash_dialogs()
        self.process.signal(signal.SIGTERM)
        try:
            code = self.process.wait(timeout_s)
        finally:
            self.process.kill()
        output = self.output()
        assert code == self._expected_code, f"exit code {code}, printed:\n{output[-4000:]}"
        found = complaints(output, self._allowed_logs)
        assert not found, "it printed:\n" + "\n".join(found)[-4000:]
        for file, text in self.logged():
            if file.name == _CRASH_FILE:
                assert code < 0 or not text, f"a thread hung or died:\n{text[-4000:]}"
            else:
                found = complaints(text, self._allowed_logs)
                assert not found, f"it wrote to {file.name}:\n" + "\n".join(found)[-4000:]
        assert not dialogs or self._allowed_logs, f"on screen at the end: {dialogs}"

    def _crash_dialogs(self) -> list[str]:
        if self.process.return_code is not None:
            return []
        titles = [window.title for window in self.desktop.screen.windows(self.pid)]
        return [title for title in titles if CRASH_TITLE in title]
