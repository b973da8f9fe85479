"""Creates: what stands around the line of models that are made of files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from tray_app.core.records import ServerState, ServerStatus, Snapshot
from tray_app.workers.creates.queue import CreateQueue
from tray_app.workers.creates.store import CreateStore

if TYPE_CHECKING:
    from tray_app.commands import Commands
    from tray_app.core.creates.records import CreateItem, CreateRequest
    from tray_app.state.app_state import AppState
    from tray_app.workers.jobs import Target
    from tray_app.workers.runner import JobRunner


class Creates(QObject):
    """Wishes go to the queue, what it tells into the state. Thread: GUI thread."""

    def __init__(
        self,
        state: AppState,
        commands: Commands,
        runner: JobRunner,
        target_of: Callable[[str], Target | None],
        refresh: Callable[[str], object],
        file: Path | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._state = state
        self._refresh = refresh
        store = CreateStore(file) if file is not None else None
        self.queue = queue = CreateQueue(runner, target_of, store, parent=self)
        queue.changed.connect(self._on_queue_changed)
        queue.removed.connect(self._on_queue_removed)
        queue.list_stale.connect(self._on_queue_list_stale)
        state.snapshot_changed.connect(self._on_state_snapshot_changed)
        state.status_changed.connect(self._on_state_status_changed)
        state.server_changed.connect(self._on_state_server_changed)
        commands.create_requested.connect(self._on_create_requested)
        commands.create_start_requested.connect(queue.start_now)
        commands.create_cancel_requested.connect(queue.cancel)
        commands.create_keep_requested.connect(queue.keep)
        commands.create_delete_when_ready_requested.connect(queue.delete_when_ready)
        commands.create_retry_requested.connect(queue.retry)
        commands.create_remove_requested.connect(queue.remove)

    def start(self) -> Path | None:
        """Bring back what was not done; the path of a broken file that was put aside."""
        broken_path = self.queue.load()
        for server in self._state.servers:
            snapshot, status = self._state.snapshot(server.id), self._state.status(server.id)
            if status is not None:
                self._on_state_status_changed(status)
            if snapshot is not None:
                self._on_state_snapshot_changed(snapshot)
        return broken_path

    @Slot()
    def on_woke(self) -> None:
        self.queue.on_woke()

    def close(self) -> None:
        self.queue.close()

    @Slot(object)
    def _on_create_requested(self, request: CreateRequest) -> None:
        self.queue.add(request)

    @Slot(object)
    def _on_queue_changed(self, item: CreateItem) -> None:
        # Changes are told one by one: what is told may be older than what is known already.
        newest = self.queue.item(item.id)
        if newest is not None:
            self._state.creates.put(newest)

    @Slot(str)
    def _on_queue_removed(self, item_id: str) -> None:
        self._state.creates.drop(item_id)

    @Slot(str)
    def _on_queue_list_stale(self, server_id: str) -> None:
        self._refresh(server_id)

    @Slot(object)
    def _on_state_snapshot_changed(self, snapshot: Snapshot) -> None:
        if not snapshot.is_old:
            self.queue.note_snapshot(snapshot)

    @Slot(object)
    def _on_state_status_changed(self, status: ServerStatus) -> None:
        if status.state is not ServerState.CONNECTING:
            self.queue.set_server_online(status.server_id, status.is_online)

    @Slot()
    def _on_state_server_changed(self) -> None:
        """What was to be made on a server that is not set up any more has nowhere to go."""
        state = self._state
        known = {server.id for server in (*state.servers, *state.servers_off)}
        for item in self.queue.items():
            if item.server_id not in known and not item.is_ended:
                self.queue.cancel(item.id)
