"""Reading and writing when models were used, off the GUI thread."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tray_app.core.file_failures import FileFailed
from tray_app.core.use.ledger import ModelUse, ServerWatch, UseKey, UseLedger
from tray_app.workers.runner import Job

if TYPE_CHECKING:
    from tray_app.use_file import UseFile

_log = logging.getLogger(__name__)

UseChanges = tuple[Mapping[UseKey, ModelUse | None], Mapping[str, ServerWatch | None]]


class LoadUseJob(Job):
    """Outcome: UseLedger, as it is on disk."""

    def __init__(self, file: UseFile) -> None:
        super().__init__(("use", "load"))
        self._file = file

    def perform(self) -> UseLedger:
        return self._file.load()


class SaveUseJob(Job):
    """Outcome: None. `changes` are what it writes."""

    def __init__(self, file: UseFile, changes: UseChanges) -> None:
        super().__init__()
        self._file = file
        self.changes = changes

    def perform(self) -> None:
        try:
            self._file.write(*self.changes)
        except FileFailed as error:
            _log.info("what is known of use could not be saved: %s", error.context)
            raise
