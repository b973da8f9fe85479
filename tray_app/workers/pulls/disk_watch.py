"""DiskWatch: how much room there is for the downloads of servers on this computer.

Looked at in a thread of its own when a download comes or learns its size, and again and again while
something runs or waits for room. What to do about it is the queue's business.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from tray_app.core.pulls.rules import DiskSpace
from tray_app.core.pulls.states import ACTIVE, UNFINISHED, Hold, PullItem, PullState
from tray_app.workers.runner import Job, JobRunner

if TYPE_CHECKING:
    from tray_app.core.records import Snapshot
    from tray_app.ollama.local_store import BlobFile, LocalStore
    from tray_app.workers.jobs import Target

EVERY_S = 5.0
_WATCHED = UNFINISHED - {PullState.PAUSED}
MAX_KNOWN = 20
"""Installed models by which the server's folder is recognised."""


class RoomJob(Job):
    """Measures once. Outcome: DiskSpace."""

    def __init__(
        self,
        store: LocalStore,
        server_id: str,
        known: Sequence[tuple[str, str]],
        pulls: Mapping[str, Sequence[BlobFile]],
    ) -> None:
        super().__init__(("room", server_id))
        self._store = store
        self.server_id = server_id
        self._known = known
        self._pulls = pulls

    def perform(self) -> DiskSpace:
        free, needs = self._store.room(self._known, self._pulls)
        return DiskSpace(self.server_id, free, needs)


class DiskWatch(QObject):
    """Signals: `measured` after each look. Thread: GUI thread; the looking is done in
    a lane for each server.

    `items` gives all downloads.
    """

    measured = Signal(object)  # DiskSpace

    def __init__(
        self,
        runner: JobRunner,
        target_of: Callable[[str], Target | None],
        items: Callable[[], Sequence[PullItem]],
        parent: QObject | None = None,
        *,
        every_s: float = EVERY_S,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._target_of = target_of
        self._items = items
        self._known: dict[str, tuple[tuple[str, str], ...]] = {}
        self._seen: dict[str, tuple[int | None, int]] = {}
        self._looking: set[str] = set()
        """Servers whose disk is looked at now: one that hangs keeps no other from it."""
        self._stale: set[str] = set()  # of those, what has changed meanwhile
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(round(every_s * 1000))
        self._timer.setObjectName("disk watch")
        self._timer.timeout.connect(self._look)

    @Slot(object)
    def note_snapshot(self, snapshot: Snapshot) -> None:
        """What is installed tells which folder is the server's."""
        rows = ((m.name, m.digest) for m in snapshot.models if m.digest and not m.is_cloud)
        self._known[snapshot.server_id] = tuple(islice(rows, MAX_KNOWN))

    @Slot()
    def note_items(self) -> None:
        """Downloads changed: look at once when one is new or knows more of its size."""
        seen = {item.id: _size_of(item) for item in self._watched()}
        is_news = any(self._seen.get(key) != size for key, size in seen.items())
        self._seen = seen
        if is_news:
            self._look()
        elif not self._is_moving():
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()

    @Slot(str)
    def look_at(self, server_id: str) -> None:
        """Look at the disk of one server, whether or not it has downloads."""
        layers = {i.id: _blob_files(i) for i in self._watched() if i.server_id == server_id}
        if server_id not in self._looking:
            self._submit(server_id, layers)

    def close(self) -> None:
        self._timer.stop()

    def _watched(self) -> list[PullItem]:
        """Those that write, and those that will."""
        return [i for i in self._items() if i.state in _WATCHED]

    def _is_moving(self) -> bool:
        """Whether another look may find something else."""
        return any(i.state in ACTIVE or i.hold is Hold.DISK for i in self._items())

    @Slot()
    def _look(self) -> None:
        self._timer.stop()
        pulls: dict[str, dict[str, tuple[BlobFile, ...]]] = {}
        for item in self._watched():
            pulls.setdefault(item.server_id, {})[item.id] = _blob_files(item)
        for server_id, layers in pulls.items():
            if server_id in self._looking:
                self._stale.add(server_id)
            else:
                self._submit(server_id, layers)

    def _submit(self, server_id: str, layers: Mapping[str, Sequence[BlobFile]]) -> None:
        target = self._target_of(server_id)
        if target is None or target.store is None:
            return
        job = RoomJob(target.store, server_id, self._known.get(server_id, ()), layers)
        job.succeeded.connect(self._on_job_succeeded)
        job.finished.connect(self._on_job_finished)
        if self._runner.submit(job, f"disk {server_id}") is job and not job.scope.is_cancelled:
            self._looking.add(server_id)

    @Slot(object)
    def _on_job_succeeded(self, room: DiskSpace) -> None:
        self.measured.emit(room)

    @Slot()
    def _on_job_finished(self) -> None:
        job = self.sender()
        if not isinstance(job, RoomJob):
            return
        self._looking.discard(job.server_id)
        if job.server_id in self._stale:
            self._stale.discard(job.server_id)
            self._look()
        elif self._is_moving() and not self._timer.isActive():
            self._timer.start()


def _size_of(item: PullItem) -> tuple[int | None, int]:
    progress = item.progress
    return (progress.total_bytes, len(progress.layers)) if progress is not None else (None, 0)


def _blob_files(item: PullItem) -> tuple[BlobFile, ...]:
    layers = item.progress.layers if item.progress is not None else ()
    return tuple((item.layer_key(la), la.total_bytes, la.completed_bytes) for la in layers)
