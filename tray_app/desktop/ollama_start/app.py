"""Ollama's own app, as it is started on Windows and macOS: it brings its server along."""

from __future__ import annotations

import logging
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.payloads import StartKind, StartPhase
from tray_app.desktop.ollama_start.base import InLane, OllamaStart, StartReport

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Opened:
    """What came of it. `error` "" = it was opened, `command` () = there is no app."""

    command: tuple[str, ...]
    error: str = ""


class OllamaApp(OllamaStart):
    """Signals and thread are those of OllamaStart. A subclass knows where the app is and how it is
    opened in the background; both is done in a lane.
    """

    kind = StartKind.APP

    def __init__(self, in_lane: InLane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._in_lane = in_lane
        self._newest = 0

    def command(self) -> tuple[str, ...]:
        """What opens the app; () = it is not here. In a lane."""
        return ()

    def is_coming(self) -> bool:
        """Whether something else is about to open it. In a lane."""
        return False

    def run(self, command: Sequence[str]) -> None:
        """Open it, and do not wait for its end. In a lane; raises OSError."""
        open_in_background(command)

    def look(self) -> None:
        self._in_lane(self._has_app, self._on_looked)

    def start(self) -> None:
        self._newest += 1
        number = self._newest
        self._in_lane(self._open, lambda opened: self._on_opened(opened, number))

    def forget(self) -> None:
        self._newest += 1

    def close(self) -> None:
        self.forget()

    def _has_app(self) -> bool:
        return bool(self.command())

    def _on_looked(self, has_app: object) -> None:
        self.looked.emit(bool(has_app))

    def _open(self) -> _Opened:
        command = self.command()
        try:
            if command and not self.is_coming():
                self.run(command)
        except OSError as error:
            return _Opened(command, str(error))
        return _Opened(command)

    def _on_opened(self, opened: object, number: int) -> None:
        if number != self._newest or not isinstance(opened, _Opened):
            return
        shown = " ".join(opened.command)
        if not opened.command:
            self.reported.emit(StartReport(StartPhase.NO_SERVICE))
        elif opened.error:
            _log.info("the Ollama app: %s", opened.error)
            self.reported.emit(StartReport(StartPhase.FAILED, "", f"{shown}\n{opened.error}"))
        else:
            self.reported.emit(StartReport(StartPhase.WAITING, "", shown))


def first_file(paths: Sequence[Path]) -> Path | None:
    """The first of the paths that is there."""
    for path in paths:
        try:
            if path.exists():
                return path
        except OSError:
            continue
    return None


def open_in_background(command: Sequence[str]) -> None:
    """Start it and let it go: it outlives us, and what it writes is nobody's. Raises OSError."""
    detached = getattr(subprocess, "DETACHED_PROCESS", 0)
    nothing = subprocess.DEVNULL
    child = subprocess.Popen(
        command,
        stdin=nothing,
        stdout=nothing,
        stderr=nothing,
        creationflags=detached,
        start_new_session=True,
    )
    child.returncode = 0  # nobody waits for it; else Python warns that it still runs
