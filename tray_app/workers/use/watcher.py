"""UseWatcher: sees in each poll which models were used, and remembers it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from tray_app.core.file_failures import FileFailed
from tray_app.core.keeping.measuring import weights_of
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.names import canonical
from tray_app.core.sharing import LayerIndex
from tray_app.core.use.ledger import UNWATCHED, LastUse, UseLedger
from tray_app.core.use.watching import UseWatch
from tray_app.workers.late_writer import LateWriter
from tray_app.workers.use.jobs import LoadUseJob, SaveUseJob

if TYPE_CHECKING:
    from tray_app.core.payloads import ModelRef
    from tray_app.core.records import ModelRecord, Snapshot
    from tray_app.use_file import UseFile
    from tray_app.workers.runner import JobRunner

_log = logging.getLogger(__name__)

LANE = "use"
_SETTLES_S = 1.0
"""A server moves the time of a model a little after it has answered the request that does so."""
SAVE_S = 60.0
"""Hours watched grow with every poll; what is lost in a crash is a minute of them."""


@dataclass(slots=True)
class _Own:
    """What this program does to a model: how much of it is under way, and when the last ended."""

    ref: ModelRef
    count: int = 0
    ended_s: float = 0.0


class UseWatcher(QObject):
    """Signals: `loaded` once what is remembered was read, `used` with the id of a server on which
    models were seen in use, or for the first time.

    Thread: GUI thread; the file is read and written in the lane "use".
    """

    loaded = Signal()
    used = Signal(str)

    def __init__(
        self,
        runner: JobRunner,
        file: UseFile | None,
        parent: QObject | None = None,
        *,
        monotonic: Callable[[], float],
        save_s: float = SAVE_S,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._file = file
        self._monotonic = monotonic
        self.ledger = UseLedger()
        self.is_loaded = False
        self._layer_index = LayerIndex()
        self._watches: dict[str, UseWatch] = {}
        self._own: dict[tuple[str, str], _Own] = {}
        self._writer = LateWriter(runner, LANE, self._save_job, save_s, self)
        self._writer.given_up.connect(self._on_writer_given_up)

    @property
    def is_writing(self) -> bool:
        return self._writer.is_writing

    def start(self) -> None:
        """Read what is remembered; nothing is noted before."""
        if self._file is None:
            self.is_loaded = True
            self.loaded.emit()
            return
        job = LoadUseJob(self._file)
        job.succeeded.connect(self._on_load_succeeded)
        self._runner.submit(job, LANE)

    def close(self) -> None:
        """Write what is not on disk yet, in this thread; for the end of the program."""
        self._writer.stop()
        if self._file is None or not self.is_loaded:
            return
        try:
            self._file.write(*self.ledger.take_changes())
        except FileFailed as error:
            _log.info("what is known of use could not be saved: %s", error.context)

    # What the world tells.

    def take_snapshot(self, snapshot: Snapshot) -> None:
        """One poll of a server. Its cost is that of what is in memory."""
        if snapshot.is_old or not self.is_loaded:
            return
        server_id = snapshot.server_id
        watch = self._watches.setdefault(server_id, UseWatch())
        own = self._own_names(snapshot)
        watched = watch.take(snapshot.running, snapshot.taken_s, own)
        count = len(self.ledger)
        for row in snapshot.running or ():
            if self.weights_of(row.digest) != row.digest:
                self.ledger.join(server_id, row.digest, self.weights_of(row.digest))
            self.ledger.note_seen(server_id, self.weights_of(row.digest), snapshot.taken_at)
        for row in watched.used:
            self.ledger.note_used(server_id, self.weights_of(row.digest), snapshot.taken_at)
        if watched.watched_s:
            self.ledger.note_watched(server_id, watched.watched_s, snapshot.taken_at)
        if watched.used or len(self.ledger) != count:
            self.used.emit(server_id)
        self._save_soon()

    def lose(self, server_id: str) -> None:
        """It does not answer: what happens meanwhile is not seen."""
        if server_id in self._watches:
            self._watches[server_id].lose()

    def forget_server(self, server_id: str) -> None:
        """It is another one now, or none."""
        self._watches.pop(server_id, None)
        self.ledger.forget_server(server_id)
        self._save_soon()

    def begin_own(self, ref: ModelRef) -> None:
        """This program loads, unloads or keeps it: what is seen of it until then is no use."""
        self._own.setdefault(ref.key, _Own(ref)).count += 1

    def end_own(self, ref: ModelRef) -> None:
        """That is over; a poll under way may still show what was before."""
        if (own := self._own.get(ref.key)) is not None:
            own.count = max(0, own.count - 1)
            own.ended_s = self._monotonic()

    @Slot(object)
    def set_layer_index(self, layer_index: LayerIndex) -> None:
        """Weights of models may be known now, which were known by their own digests before."""
        news = layer_index.by_digest.keys() - self._layer_index.by_digest.keys()
        self._layer_index = layer_index
        self._join(news)

    def note_updated(self, record: ModelRecord, old_digest: str, *, has_copies: bool) -> None:
        """A model has a newer version: its use goes on."""
        old, new = self.weights_of(old_digest), self.weights_of(record.digest)
        self.ledger.join(record.server_id, old, new, keeps=has_copies)

    # What can be said.

    def weights_of(self, digest: str) -> str:
        """What stands for a model with this digest; "" = nothing does."""
        return weights_of(self._layer_index.by_digest.get(digest)) or digest

    def last_use(self, record: ModelRecord, now: datetime, *, is_loaded: bool) -> LastUse:
        """Of a model that is installed."""
        if record.is_cloud or not self.is_loaded:
            return UNWATCHED
        weights = self.weights_of(record.digest)
        return self.ledger.last_use(
            record.server_id, weights, now, came_at=record.modified_at, is_loaded=is_loaded
        )

    def _join(self, digests: Iterable[str]) -> None:
        for digest in digests:
            weights = self.weights_of(digest)
            for server_id in self._watches:
                self.ledger.join(server_id, digest, weights)

    # The file.

    def _own_names(self, snapshot: Snapshot) -> set[str]:
        """The rows that we moved since the look before, also under another name of their weights;
        what has ended before this look ends with it."""
        mine = [own for own in self._own.values() if own.ref.server_id == snapshot.server_id]
        if not mine:
            return set()
        for own in mine:
            if not own.count and own.ended_s + _SETTLES_S <= snapshot.taken_s:
                del self._own[own.ref.key]
        names = {canonical(own.ref.name) for own in mine}
        weights = {self.weights_of(own.ref.digest) for own in mine if own.ref.digest}
        return {
            row.name
            for row in snapshot.running or ()
            if canonical(row.name) in names or self.weights_of(row.digest) in weights
        }

    def _save_soon(self) -> None:
        if self._file is not None:
            self._writer.soon()

    def _save_job(self) -> SaveUseJob | None:
        changes = self.ledger.take_changes()
        return SaveUseJob(self._file, changes) if self._file is not None and any(changes) else None

    @Slot(object)
    def _on_load_succeeded(self, ledger: UseLedger) -> None:
        self.ledger = ledger
        self.is_loaded = True
        self._join(self._layer_index.by_digest)
        self.loaded.emit()

    @Slot(object)
    def _on_writer_given_up(self, job: SaveUseJob) -> None:
        """It is tried again with what comes next."""
        self.ledger.give_back(*job.changes)
