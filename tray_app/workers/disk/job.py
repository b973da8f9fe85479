"""DiskJob: one look at what a server's models folder holds and what is free beside it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from tray_app.core.disk.contents import contents
from tray_app.core.disk.report import DiskReport
from tray_app.core.file_failures import reason
from tray_app.ollama.local_store import LocalStore, disk_of
from tray_app.ollama.store_files import look_through
from tray_app.workers.runner import Job


class DiskJob(Job):
    """Outcome: DiskReport. `known` are (name, digest) pairs of models that are installed there, by
    which the folder is recognised; cancelling ends it between two files."""

    def __init__(
        self,
        server_id: str,
        store: LocalStore,
        known: Sequence[tuple[str, str]],
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(("disk", server_id))
        self.server_id = server_id
        self._store = store
        self._known = known
        self._clock = clock

    def perform(self) -> DiskReport:
        folder = self._store.models_folder(self._known)
        if folder is None:
            return DiskReport(self.server_id)
        free_bytes, size_bytes = disk_of(folder)
        now_s = self._clock()
        try:
            found, why = contents(look_through(folder, self.scope), now_s), ""
        except OSError as error:
            found, why = None, reason(error)
        return DiskReport(self.server_id, str(folder), found, free_bytes, size_bytes, why, now_s)
