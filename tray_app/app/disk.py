"""Disk: has the disks of servers looked at that somebody wants to know of, and keeps the state up
to date with what lies there and with what deleting models would free."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import field
from datetime import datetime
from itertools import islice
from time import monotonic
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from tray_app.core.disk.freeing import Freeing, HeldBy, Standing
from tray_app.core.disk.report import DiskReport
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.names import canonical
from tray_app.core.pulls.states import Hold, PullItem
from tray_app.core.sharing import is_made_here
from tray_app.core.updates.verdicts import Standing as VersionStanding
from tray_app.diagnosis.store import no_prune_place
from tray_app.text.times import utc_now
from tray_app.workers.disk.job import DiskJob, FreeingJob

if TYPE_CHECKING:
    from tray_app.core.payloads import DiskTarget
    from tray_app.core.records import ModelKey, ModelRecord, Snapshot
    from tray_app.state.app_state import AppState
    from tray_app.workers.jobs import Target
    from tray_app.workers.runner import JobRunner

EVERY_S = 10.0
SOON_S = 0.1
"""What changes together is worked out once."""
_SLICE_S = 0.008
MAX_KNOWN = 20
"""Installed models by which the server's folder is recognised."""


@dataclass(slots=True)
class _Watch:
    """A server that is looked at."""

    target: DiskTarget
    is_stale: bool = True
    """Whether what could be freed is to be worked out anew."""
    report_job: DiskJob | None = None
    freeing_job: FreeingJob | None = None
    gathering: Iterator[None] | None = None
    standings: dict[ModelKey, Standing] = field(default_factory=dict)
    models: tuple[ModelRecord, ...] = ()
    loaded: frozenset[str] = frozenset()
    """What that was worked out from last, as far as polls bring it."""


class Disk(QObject):
    """`is_kept` and `is_starred` say of which models a person has said that they stay. Who hears
    of a change there calls `note_held`.

    Thread: GUI thread. Folders are looked through in a lane for each server; what could be freed is
    worked out in one more, from what is gathered here in small slices.
    """

    def __init__(
        self,
        state: AppState,
        runner: JobRunner,
        target_of: Callable[[str], Target | None],
        parent: QObject | None = None,
        *,
        is_kept: Callable[[ModelKey], bool] = lambda _: False,
        is_starred: Callable[[ModelKey], bool] = lambda _: False,
        every_s: float = EVERY_S,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        super().__init__(parent)
        self._state = state
        self._runner = runner
        self._target_of = target_of
        self._is_kept = is_kept
        self._is_starred = is_starred
        self._now = now
        self._watches: dict[str, _Watch] = {}
        self._again = self._timer("disk again", every_s, self._look_at_all)
        self._soon = self._timer("disk soon", SOON_S, self._work_out)
        self._next_slice = self._timer("disk slice", 0.0, self._gather)
        state.snapshot_changed.connect(self._on_state_snapshot_changed)
        state.verdict_changed.connect(self._on_state_verdict_changed)
        state.download_changed.connect(self._on_state_download_changed)
        for changed in (state.layer_index_changed, state.verdicts_loaded, state.backups_changed):
            changed.connect(self.note_held)
        state.use.changed.connect(self.note_held)

    def _timer(self, name: str, seconds: float, slot: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setObjectName(name)
        timer.setSingleShot(True)
        timer.setInterval(round(seconds * 1000))
        timer.timeout.connect(slot)
        return timer

    # What can be asked of it.

    @Slot(object)
    def watch(self, target: DiskTarget) -> None:
        """Look at the disk of a server until `stop`."""
        watch = self._watches.get(target.server_id)
        if watch is None:
            watch = self._watches[target.server_id] = _Watch(target)
        watch.target = target
        self._look(target.server_id, watch)
        self.note_held(target.server_id)
        if not self._again.isActive():
            self._again.start()

    @Slot(str)
    def stop(self, server_id: str) -> None:
        watch = self._watches.pop(server_id, None)
        if watch is None:
            return
        for job in (watch.report_job, watch.freeing_job):
            if job is not None:
                job.cancel()
        self._state.disk.forget(server_id)
        if not self._watches:
            self._again.stop()
            self._soon.stop()

    def close(self) -> None:
        """The program ends."""
        for server_id in tuple(self._watches):
            self.stop(server_id)

    @Slot()
    @Slot(str)
    def note_held(self, server_id: str = "") -> None:
        """Something that decides what is offered has changed on a server ("" = on any)."""
        for each, watch in self._watches.items():
            if server_id in ("", each):
                watch.is_stale = True
                self._begin_soon()

    @Slot(object)
    def note_remark(self, key: ModelKey) -> None:
        """A model was starred or is kept now, or no longer."""
        self.note_held(key[0])

    # What lies there.

    @Slot()
    def _look_at_all(self) -> None:
        for server_id, watch in self._watches.items():
            self._look(server_id, watch)
        if self._watches:
            self._again.start()

    def _look(self, server_id: str, watch: _Watch) -> None:
        if watch.report_job is not None:
            return  # a disk that hangs is asked once
        target = self._target_of(server_id)
        if target is None or target.store is None:
            self._state.disk.put_report(DiskReport(server_id))
            return
        endpoint = target.endpoint

        def no_prune() -> str:
            return no_prune_place(os.environ, endpoint.port) if endpoint.is_loopback else ""

        snapshot = self._state.snapshot(server_id)
        rows = snapshot.models if snapshot is not None else ()
        known = ((m.name, m.digest) for m in rows if m.digest and not m.is_cloud)
        job = DiskJob(server_id, target.store, tuple(islice(known, MAX_KNOWN)), no_prune)
        job.succeeded.connect(self._on_report)
        job.finished.connect(self._on_report_job_finished)
        watch.report_job = job
        self._runner.submit(job, f"disk space {server_id}")

    @Slot(object)
    def _on_report(self, report: DiskReport) -> None:
        watch = self._watches.get(report.server_id)
        if watch is not None and watch.report_job is self.sender():
            self._state.disk.put_report(report)

    @Slot()
    def _on_report_job_finished(self) -> None:
        for watch in self._watches.values():
            if watch.report_job is self.sender():
                watch.report_job = None

    # What could be freed.

    def _begin_soon(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    @Slot()
    def _work_out(self) -> None:
        """Gather what is known of the models of servers where it has changed."""
        for server_id, watch in self._watches.items():
            snapshot = self._state.snapshot(server_id)
            if watch.is_stale and snapshot is not None and watch.freeing_job is None:
                watch.is_stale = False
                watch.gathering = self._standings(watch, snapshot)
                self._next_slice.start()

    @Slot()
    def _gather(self) -> None:
        """A slice of it, so that the window goes on with thousands of models."""
        until_s = monotonic() + _SLICE_S
        for server_id, watch in self._watches.items():
            if watch.gathering is None:
                continue
            for _ in watch.gathering:
                if monotonic() > until_s:
                    self._next_slice.start()
                    return
            watch.gathering = None
            self._submit(server_id, watch)

    def _standings(self, watch: _Watch, snapshot: Snapshot) -> Iterator[None]:
        """One model after the other."""
        state = self._state
        loaded = frozenset(model.name for model in snapshot.running or ())
        watch.models, watch.loaded, watch.standings = snapshot.models, loaded, {}
        backups = {
            (canonical(made.name), made.digest)
            for made in state.backups
            if made.server_id == snapshot.server_id
        }
        for record in snapshot.models:
            name = canonical(record.name) if backups else ""
            is_backup = (name, record.digest) in backups
            watch.standings[record.key] = self._standing(record, loaded, is_backup=is_backup)
            yield

    def _standing(
        self, record: ModelRecord, loaded: frozenset[str], *, is_backup: bool
    ) -> Standing:
        state, key = self._state, record.key
        is_loaded = record.name in loaded
        held_by = None
        if is_loaded:
            held_by = HeldBy.LOADED
        elif self._is_kept(key):
            held_by = HeldBy.KEPT
        elif self._is_starred(key):
            held_by = HeldBy.STARRED
        elif state.marks(key).is_pinned:
            held_by = HeldBy.PINNED
        is_made = state.verdict(key).standing is VersionStanding.MADE_HERE or is_made_here(
            record, state.installed(record.server_id), state.layer_index
        )
        use = state.use.last_use(record, is_loaded=is_loaded)
        return Standing(use, held_by, is_backup, is_made and not is_backup)

    def _submit(self, server_id: str, watch: _Watch) -> None:
        job = FreeingJob(
            server_id,
            watch.models,
            self._state.layer_index,
            watch.standings,
            self._missing_bytes(watch.target),
            self._now(),
        )
        job.succeeded.connect(self._on_freeing)
        job.finished.connect(self._on_freeing_job_finished)
        watch.freeing_job = job
        self._runner.submit(job, "disk freeing")

    @Slot(object)
    def _on_freeing(self, freeing: Freeing) -> None:
        watch = self._watches.get(freeing.server_id)
        if watch is not None and watch.freeing_job is self.sender():
            self._state.disk.put_freeing(freeing)

    @Slot()
    def _on_freeing_job_finished(self) -> None:
        for watch in self._watches.values():
            if watch.freeing_job is self.sender():
                watch.freeing_job = None
                if watch.is_stale:
                    self._begin_soon()

    def _missing_bytes(self, target: DiskTarget) -> int:
        """What has to become free by now."""
        item = self._state.download(target.item_id) if target.item_id else None
        if not target.item_id:
            return target.missing_bytes
        return item.missing_bytes if item is not None and item.hold is Hold.DISK else 0

    # What happens meanwhile.

    @Slot(object)
    def _on_state_snapshot_changed(self, snapshot: Snapshot) -> None:
        watch = self._watches.get(snapshot.server_id)
        if watch is None:
            return
        loaded = {model.name for model in snapshot.running or ()}
        is_same = snapshot.models is watch.models  # most polls bring the very same
        if not is_same or loaded != watch.loaded:
            self.note_held(snapshot.server_id)
        if not is_same:
            self._look(snapshot.server_id, watch)

    @Slot(object)
    def _on_state_verdict_changed(self, key: ModelKey) -> None:
        self.note_held(key[0])

    @Slot(object)
    def _on_state_download_changed(self, item: PullItem) -> None:
        watch = self._watches.get(item.server_id)
        if watch is None or not watch.target.item_id or item.id != watch.target.item_id:
            return
        known = self._state.disk.freeing(item.server_id)
        if known is not None and known.target_bytes != self._missing_bytes(watch.target):
            self.note_held(item.server_id)
