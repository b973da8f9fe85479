"""DiskJob: one look at what a server's models folder holds and what is free beside it; FreeingJob:
what deleting models of it would free."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from tray_app.core.disk.contents import contents
from tray_app.core.disk.freeing import Freeing, Standing, offers, suggestion
from tray_app.core.disk.report import DiskReport
from tray_app.core.file_failures import reason
from tray_app.ollama.local_store import LocalStore, disk_of
from tray_app.ollama.store_files import look_through
from tray_app.workers.runner import Job

if TYPE_CHECKING:
    from tray_app.core.records import ModelKey, ModelRecord
    from tray_app.core.sharing import LayerIndex


class DiskJob(Job):
    """Outcome: DiskReport. `known` are (name, digest) pairs of models that are installed there, by
    which the folder is recognised, `no_prune` tells where Ollama is told to keep what nothing
    needs; cancelling ends it between two files."""

    def __init__(
        self,
        server_id: str,
        store: LocalStore,
        known: Sequence[tuple[str, str]],
        no_prune: Callable[[], str] = str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(("disk", server_id))
        self.server_id = server_id
        self._store = store
        self._known = known
        self._no_prune = no_prune
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
        measured = (str(folder), found, free_bytes, size_bytes, why)
        return DiskReport(self.server_id, *measured, self._no_prune(), now_s)


class FreeingJob(Job):
    """Works out what can be freed. Outcome: Freeing. `standings` are those of all `models`."""

    def __init__(
        self,
        server_id: str,
        models: Sequence[ModelRecord],
        layer_index: LayerIndex,
        standings: Mapping[ModelKey, Standing],
        target_bytes: int,
        now: datetime,
    ) -> None:
        super().__init__()
        self.server_id = server_id
        self._models = models
        self._layer_index = layer_index
        self._standings = standings
        self._target_bytes = target_bytes
        self._now = now

    def perform(self) -> Freeing:
        found = offers(self._models, self._layer_index, lambda record: self._standings[record.key])
        target_bytes = self._target_bytes
        suggested = suggestion(found, target_bytes, self._now) if target_bytes else None
        return Freeing(self.server_id, found, target_bytes, suggested)
