"""The jobs of keeping: load a model or say that it stays, read and write what is remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tray_app.core.payloads import KEEP_FOREVER_S, LoadRequest
from tray_app.workers.jobs import LoadJob, Target
from tray_app.workers.runner import Job

if TYPE_CHECKING:
    from tray_app.core.keeping.policy import Ask
    from tray_app.memory_file import MemoryFile, Remembered


class KeepJob(LoadJob):
    """Loads a kept model, or says once more that it stays. A load of it that a person has asked for
    does not stand in for it."""

    def __init__(self, target: Target, ask: Ask) -> None:
        super().__init__(target, LoadRequest(ask.kept.ref, KEEP_FOREVER_S, ask.context_length))
        self.key = ("keep", ask.kept.key)
        self.ask = ask


class LoadMemoryJob(Job):
    """Outcome: Remembered."""

    def __init__(self, file: MemoryFile) -> None:
        super().__init__(("load memory",))
        self._file = file

    def perform(self) -> Remembered:
        return self._file.load()


class SaveMemoryJob(Job):
    """Outcome: None. Fails with FileFailed."""

    def __init__(self, file: MemoryFile, remembered: Remembered) -> None:
        super().__init__()
        self._file = file
        self._remembered = remembered

    def perform(self) -> None:
        self._file.write(self._remembered)
