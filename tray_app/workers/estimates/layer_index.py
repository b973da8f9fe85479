"""LayerReader: learns in the background which models share which layers."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from tray_app.core.payloads import ModelRef
from tray_app.core.sharing import LayerIndex
from tray_app.workers.jobs import LayersJob, Target

if TYPE_CHECKING:
    from tray_app.core.records import ModelInfo, ModelRecord, Snapshot
    from tray_app.workers.runner import JobRunner

STEP = 100
"""Models looked up in one go."""
QUIET_STEP = 10
"""As many at a poll where there are more than STEP, and nobody waits for them."""


class LayerReader(QObject):
    """Keeps the LayerIndex of what servers list. Each manifest digest is asked for once.

    Signals: `layer_index_changed`.
    Thread: GUI thread; the asking happens in a lane for each server, as one may hang.
    """

    layer_index_changed = Signal(object)  # LayerIndex

    def __init__(
        self, runner: JobRunner, target_of: Callable[[str], Target | None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._target_of = target_of
        self._layer_index = LayerIndex()
        self._unreadable: set[str] = set()  # could not be shown; not asked for again
        self._is_watched = False
        self._wanted: set[str] = set()  # servers of which a dialog wants to know all, now
        self._snapshots: dict[str, Snapshot] = {}
        # The models of a server of which nothing is left to be read.
        self._all_read: dict[str, tuple[ModelRecord, ...]] = {}
        self._has_grown = False  # since the last look for what no server lists

    @property
    def layer_index(self) -> LayerIndex:
        """What is known by now."""
        return self._layer_index

    @Slot(bool)
    def set_watched(self, is_watched: bool) -> None:
        """Only while somebody looks are unknown models looked up unasked: some at each poll, as
        thousands at once would keep the server and us busy for nobody."""
        self._is_watched = is_watched
        if is_watched:
            for server_id in self._snapshots:
                self._read_on(server_id)

    @Slot(object)
    def note_snapshot(self, snapshot: Snapshot) -> None:
        old = self._snapshots.get(snapshot.server_id)
        self._snapshots[snapshot.server_id] = snapshot
        if self._has_grown or old is None or snapshot.models != old.models:
            self._forget_unlisted()
        if self._is_watched:
            self._read_on(snapshot.server_id)

    @Slot(str)
    def read(self, server_id: str) -> None:
        """A dialog wants to know what the models of a server share."""
        self._wanted.add(server_id)
        self._read_on(server_id)

    def add(self, info: ModelInfo) -> None:
        """Somebody has read the details of a model anyway."""
        self._set_layer_index(self._layer_index.with_info(info))

    def forget_server(self, server_id: str) -> None:
        self._snapshots.pop(server_id, None)
        self._all_read.clear()
        self._unreadable.clear()
        self._forget_unlisted()

    def _forget_unlisted(self) -> None:
        """What no server lists any more."""
        snapshots = self._snapshots.values()
        listed = {row.digest for snapshot in snapshots for row in snapshot.models}
        self._unreadable &= listed
        self._set_layer_index(self._layer_index.only(listed))
        self._has_grown = False

    def _read_on(self, server_id: str) -> None:
        snapshot, target = self._snapshots.get(server_id), self._target_of(server_id)
        if snapshot is None or target is None:
            return
        if self._all_read.get(server_id) is snapshot.models:
            # Looked through already, and what was learned since is still there.
            self._wanted.discard(server_id)
            return
        known = self._layer_index.by_digest
        unknown = (
            ModelRef(server_id, row.name, row.digest)
            for row in snapshot.models
            if row.digest not in known and row.digest not in self._unreadable
            if row.digest and not row.is_cloud
        )
        refs = tuple(islice(unknown, STEP + 1))
        is_hurried = server_id in self._wanted or len(refs) <= STEP
        refs = refs[: STEP if is_hurried else QUIET_STEP]
        if not refs:
            self._wanted.discard(server_id)
            self._all_read[server_id] = snapshot.models
        else:
            job = LayersJob(target, refs)
            job.succeeded.connect(self._on_job_succeeded)
            job.finished.connect(self._on_job_finished)
            self._runner.submit(job, f"layers {server_id}")

    @Slot(object)
    def _on_job_succeeded(self, infos: tuple[ModelInfo, ...]) -> None:
        job = self.sender()
        if not isinstance(job, LayersJob):
            return
        found = {info.digest for info in infos}
        self._unreadable.update(ref.digest for ref in job.refs if ref.digest not in found)
        self._set_layer_index(self._layer_index.with_infos(infos))

    @Slot()
    def _on_job_finished(self) -> None:
        job = self.sender()
        if isinstance(job, LayersJob) and job.target.server_id in self._wanted:
            if job.is_done:
                self._read_on(job.target.server_id)
            else:
                self._wanted.discard(job.target.server_id)  # the server is away

    def _set_layer_index(self, layer_index: LayerIndex) -> None:
        if layer_index is not self._layer_index:
            self._has_grown = True
            self._layer_index = layer_index
            self.layer_index_changed.emit(layer_index)
