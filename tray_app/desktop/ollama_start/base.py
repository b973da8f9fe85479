"""What can start Ollama on this computer. The class here stands for a system where nothing can."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.payloads import StartKind, StartPhase


class InLane(Protocol):
    """Has `work`, which may block, done in another thread; `done` gets its outcome in ours."""

    def __call__(self, work: Callable[[], object], done: Callable[[object], None]) -> None: ...


@dataclass(frozen=True, slots=True)
class StartReport:
    """How a start goes. WAITING = the system has done what was asked, and Ollama is to answer.

    `details` is what the system said. `is_end`: it began, and has ended again since.
    """

    phase: StartPhase
    service: str = ""
    details: str = ""
    is_end: bool = False


class OllamaStart(QObject):
    """Signals: `looked` (whether it can be started) once after each `look`; `reported` for each
    step after `start`, until one that is not WAITING, or until `forget`.

    Thread: the GUI thread; nothing blocks.
    """

    looked = Signal(bool)
    reported = Signal(object)  # StartReport

    kind = StartKind.SERVICE

    def __init__(self, parent: QObject | None = None, *, sandbox: str = "") -> None:
        super().__init__(parent)
        self.sandbox = sandbox
        """What keeps us from whatever there is, "Flatpak"; "" = nothing does."""

    def look(self) -> None:
        """Find out whether there is something to start."""
        self.looked.emit(False)

    def start(self) -> None:
        """Start it, and follow what becomes of it."""
        self.reported.emit(StartReport(StartPhase.NO_SERVICE))

    def forget(self) -> None:
        """Follow it no more; what was asked for goes on."""

    def close(self) -> None:
        """The program ends."""
