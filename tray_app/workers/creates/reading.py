"""ReadFileJob: what a file is that a model is to be made of, off the GUI thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tray_app.core.creates.looking import is_changed, look
from tray_app.model_files import LocalDisk
from tray_app.workers.runner import Job

if TYPE_CHECKING:
    from tray_app.core.creates.files import FileFacts


class ReadFileJob(Job):
    """Read the header of a file, of all its parts, and of the projectors beside it.

    Outcome: FileFacts, also where it cannot be used. `known` is what was read before: where none of
    its files has changed since, that very object is the outcome and nothing is read.
    """

    def __init__(self, path: str, projector: str = "", known: FileFacts | None = None) -> None:
        super().__init__(("read file", path, projector))
        self.path = path
        self._projector = projector
        self._known = known

    def perform(self) -> FileFacts:
        disk = LocalDisk(self._is_cancelled)
        if self._known is not None and self._known.stamps and not is_changed(self._known, disk):
            return self._known
        return look(self.path, disk, self._projector)

    def _is_cancelled(self) -> bool:
        return self.scope.is_cancelled
