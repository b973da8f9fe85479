"""Use: who tells the watcher of use what happens, and whom it tells."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from tray_app.core.payloads import BusyModel, ModelRef, Verb
from tray_app.text.times import utc_now
from tray_app.use_file import UseFile
from tray_app.workers.use.watcher import UseWatcher

if TYPE_CHECKING:
    from tray_app.core.records import ModelRecord, ServerStatus, Snapshot
    from tray_app.core.updates.facts import NewVersion
    from tray_app.core.use.ledger import LastUse
    from tray_app.state.app_state import AppState
    from tray_app.workers.estimates.layer_index import LayerReader
    from tray_app.workers.runner import JobRunner

_OWN = frozenset({Verb.LOAD, Verb.UNLOAD, Verb.STOP})


class Use(QObject):
    """Thread: GUI thread. `start` once, `close` at the end of the program."""

    def __init__(
        self,
        state: AppState,
        runner: JobRunner,
        layers: LayerReader,
        file: Path | None,
        parent: QObject | None = None,
        *,
        now: Callable[[], datetime] = utc_now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._state = state
        self._layers = layers
        self._now = now
        self.watcher = UseWatcher(
            runner, UseFile(file) if file is not None else None, self, monotonic=monotonic
        )
        self._addresses: dict[str, str] = {}
        self._busy: dict[tuple[str, str], ModelRef] = {}

    def start(self) -> None:
        state, watcher = self._state, self.watcher
        watcher.loaded.connect(self._on_watcher_loaded)
        watcher.used.connect(state.use.tell)
        state.snapshot_changed.connect(self._on_state_snapshot_changed)
        state.status_changed.connect(self._on_state_status_changed)
        state.server_changed.connect(self._on_state_server_changed)
        state.busy_changed.connect(self._on_state_busy_changed)
        self._layers.layer_index_changed.connect(watcher.set_layer_index)
        watcher.set_layer_index(self._layers.layer_index)
        self._on_state_server_changed()
        watcher.start()

    def close(self) -> None:
        self.watcher.close()

    def last_use(self, record: ModelRecord, is_loaded: bool) -> LastUse:
        return self.watcher.last_use(record, self._now(), is_loaded=is_loaded)

    @Slot(object)
    def note_updated(self, new: NewVersion) -> None:
        """Its use goes on; a copy of the old version has had the same."""
        snapshot = self._state.snapshot(new.record.server_id)
        rows = snapshot.models if snapshot is not None else ()
        has_copies = any(
            row.digest == new.old_digest and row.name != new.record.name for row in rows
        )
        self.watcher.note_updated(new.record, new.old_digest, has_copies=has_copies)

    @Slot(object)
    def note_asked(self, ref: ModelRef) -> None:
        """This program says how long a model stays, which nothing else shows."""
        self.watcher.begin_own(ref)

    @Slot(object)
    def note_answered(self, ref: ModelRef) -> None:
        self.watcher.end_own(ref)

    @Slot()
    def _on_watcher_loaded(self) -> None:
        self._state.use.set_reader(self.last_use)

    @Slot(object)
    def _on_state_snapshot_changed(self, snapshot: Snapshot) -> None:
        self.watcher.take_snapshot(snapshot)

    @Slot(object)
    def _on_state_status_changed(self, status: ServerStatus) -> None:
        if not status.is_online:
            self.watcher.lose(status.server_id)

    @Slot()
    def _on_state_server_changed(self) -> None:
        """Another address is another server; one that is switched off is still the same."""
        state = self._state
        servers = (*state.servers, *state.servers_off)
        known = {server.id: server.address for server in servers}
        for server_id, address in self._addresses.items():
            if known.get(server_id) != address:
                self.watcher.forget_server(server_id)
        self._addresses = known
        for server in state.servers_off:
            self.watcher.lose(server.id)

    @Slot(object)
    def _on_state_busy_changed(self, busy: BusyModel) -> None:
        """What this program loads and unloads is nobody's use."""
        if busy.verb in _OWN:
            if busy.ref.key not in self._busy:
                self._busy[busy.ref.key] = busy.ref
                self.watcher.begin_own(busy.ref)
        elif (ref := self._busy.pop(busy.ref.key, None)) is not None:
            self.watcher.end_own(ref)
