"""OldVersions: versions that are kept for a while, and who still has one after an update.

Nothing here deletes a model but the end of a kept version, which was announced a day before.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from tray_app.core.errors import OllamaError
from tray_app.core.names import canonical
from tray_app.core.payloads import (
    Failure,
    GoBackRequest,
    LoadRequest,
    ModelRef,
    MoveOutcome,
    MoveRequest,
    Verb,
)
from tray_app.core.sharing import freed, is_made_here
from tray_app.core.updates.backups import Fate, ends_at, fate
from tray_app.core.updates.facts import AfterUpdate, BackupNews, BackupNote
from tray_app.core.updates.ledger import (
    Made,
    MadeBy,
    Updated,
    pack_children,
    unpack_children,
)
from tray_app.ollama.updating import Replaced, keep_alive_of
from tray_app.workers.updates.jobs import ExpireJob, GoBackJob, MoveJob

if TYPE_CHECKING:
    from tray_app.core.records import ModelRecord, Snapshot
    from tray_app.state.app_state import AppState
    from tray_app.workers.jobs import Target
    from tray_app.workers.runner import Job, JobRunner
    from tray_app.workers.updates.checker import UpdateChecker
    from tray_app.workers.updates.keeper import LedgerKeeper

_log = logging.getLogger(__name__)


class OldVersions(QObject):
    """What it knows stands in the ledger, what there is to say in the state. Thread: GUI thread."""

    def __init__(
        self,
        state: AppState,
        checker: UpdateChecker,
        keeper: LedgerKeeper,
        runner: JobRunner,
        target_of: Callable[[str], Target | None],
        refresh: Callable[[str], None],
        load_again: Callable[[LoadRequest], None],
        parent: QObject | None = None,
        *,
        now: Callable[[], datetime],
    ) -> None:
        super().__init__(parent)
        self._state = state
        self._checker = checker
        self._keeper = keeper
        self._runner = runner
        self._target_of = target_of
        self._refresh = refresh
        self._load_again = load_again
        self._now = now
        self._models: dict[str, tuple[ModelRecord, ...]] = {}  # by server, as they were looked at
        self._loaded: set[tuple[str, ...]] = set()  # kept versions that are in use past their day
        self._has_any = False
        self._is_closed = False

    def close(self) -> None:
        self._is_closed = True

    # What the world tells.

    def note_snapshot(self, snapshot: Snapshot) -> None:
        """Only other models make a difference."""
        if self._models.get(snapshot.server_id) is not snapshot.models:
            self._models[snapshot.server_id] = snapshot.models
            if self._has_any:
                self.renew()

    def leave_server(self, server_id: str) -> None:
        """Nobody knows what is there any more."""
        self._models.pop(server_id, None)
        self.renew()

    def children_of(self, server_id: str, name: str) -> str:
        """The models that were made of this one on its server, as the ledger keeps them."""
        state, wanted = self._state, canonical(name)
        snapshot = state.snapshot(server_id)
        if snapshot is None or snapshot.is_old:
            return ""
        installed, index = state.installed(server_id), state.layer_index
        return pack_children(
            (row.name, row.digest)
            for row in snapshot.models
            if row.details.parent_model
            and canonical(row.details.parent_model) == wanted != canonical(row.name)
            and is_made_here(row, installed, index)
        )

    def note_updated(self, record: ModelRecord, old_digest: str, children: str) -> None:
        """A model has a new version; `children` were made of the old one."""
        server_id = record.server_id
        updated = Updated(server_id, record.name, old_digest, self._now(), children)
        if children or any(
            self._is_copy(row, record.name, old_digest) for row in self._models.get(server_id, ())
        ):
            self._checker.ledger.note_updated(updated)
            self._keeper.save()
        self.renew()

    @Slot()
    def look(self) -> None:
        """Some time has passed: announce what goes tomorrow, remove what has had its day."""
        ledger, now = self._checker.ledger, self._now()
        for made in ledger.all_made(MadeBy.BACKUP):
            record = self._row(made)
            if made.server_id not in self._models:
                continue  # nobody knows what is there
            told = ledger.announced(made)
            told_at = told.at if told is not None and told.at <= now else None
            end = ends_at(made, told_at)
            found = fate(made, record, False, now)
            if found is Fate.FORGET:
                ledger.forget_made(made.server_id, made.name)
            elif found in (Fate.ANNOUNCE, Fate.REMOVE) and told_at is None:
                ledger.announce(made, now)
                self._state.tell_old_version_going(self._note(made, BackupNews.GOES_TOMORROW))
            elif found is Fate.REMOVE and end is not None and end <= now:
                self._expire(made, now)
        self._keeper.save()
        self.renew()

    def renew(self) -> None:
        """Say what there is to say now."""
        ledger = self._checker.ledger
        kept, updated = ledger.all_made(MadeBy.BACKUP), ledger.all_updated()
        self._has_any = bool(kept or updated)
        backups = tuple(
            made
            for made in kept
            if made.server_id not in self._models or self._row(made) is not None
        )
        notes = []
        for made in backups:
            told = ledger.announced(made)
            if told is None or told.is_seen or made.keep_until is None:
                continue
            is_loaded = made.key in self._loaded
            kind = BackupNews.IS_LOADED if is_loaded else BackupNews.GOES_TOMORROW
            notes.append(self._note(made, kind))
        self._state.set_backups(backups, tuple(notes))
        self._state.set_after_updates(
            tuple(found for each in updated if (found := self._after(each)))
        )

    # What a person wants.

    @Slot(object)
    def go_back(self, request: GoBackRequest) -> None:
        target = self._target(request.backup.server_id, Verb.GO_BACK, _model_of(request))
        if target is not None:
            job = GoBackJob(target, request)
            job.succeeded.connect(self._on_go_back_succeeded)
            job.failed.connect(self._on_go_back_failed)
            self._submit(job, request.backup.server_id)

    @Slot(object)
    def keep_for_good(self, backup: ModelRef) -> None:
        made = self._made(backup)
        if made is not None:
            self._checker.keep_for_good(made)
            self._loaded.discard(made.key)
            self.renew()

    @Slot(object)
    def move(self, request: MoveRequest) -> None:
        target = self._target(request.copy.server_id, Verb.MOVE, request.copy)
        if target is not None:
            job = MoveJob(target, request)
            job.succeeded.connect(self._on_move_succeeded)
            job.failed.connect(self._on_move_failed)
            self._submit(job, request.copy.server_id)

    @Slot(object)
    def end_after_update(self, updated: ModelRef) -> None:
        """A person has said what is to become of them."""
        self._checker.ledger.forget_updated(updated.server_id, updated.name)
        self._keeper.save()
        self.renew()

    @Slot(object)
    def end_note(self, backup: ModelRef) -> None:
        """A person knows that it goes, and lets it go."""
        made = self._made(backup)
        if made is not None:
            self._checker.ledger.announce(made, self._now(), is_seen=True)
            self._keeper.save()
            self.renew()

    # The jobs.

    def _expire(self, made: Made, now: datetime) -> None:
        target = self._target_of(made.server_id)
        if target is None or self._is_closed:
            return
        job = ExpireJob(target, made, now)
        job.succeeded.connect(self._on_expire_succeeded)
        job.failed.connect(self._on_expire_failed)
        self._submit(job, made.server_id)

    def _submit(self, job: Job, server_id: str) -> None:
        if not self._is_closed:
            self._runner.submit(job, f"change {server_id}")

    @Slot(object)
    def _on_expire_succeeded(self, found: Fate) -> None:
        job = self.sender()
        if not isinstance(job, ExpireJob):
            return
        made = job.backup
        _log.info("kept version %s: %s", made.name, found)
        self._loaded.discard(made.key)
        if found in (Fate.REMOVE, Fate.FORGET):
            self._checker.note_deleted(ModelRef(made.server_id, made.name))
            self._refresh(made.server_id)
        elif found is Fate.LOADED:
            self._loaded.add(made.key)
        self.renew()

    @Slot(object)
    def _on_expire_failed(self, error: OllamaError) -> None:
        _log.info("a kept version could not be removed: %s", error)

    @Slot(object)
    def _on_go_back_succeeded(self, done: Replaced) -> None:
        job = self.sender()
        if isinstance(job, GoBackJob):
            server_id = job.request.backup.server_id
            ref = ModelRef(server_id, done.record.name, done.record.digest)
            self._checker.pin(ref)
            self._refresh(ref.server_id)
            self._state.tell_went_back(ref)
            self._load(server_id, done)

    @Slot(object)
    def _on_go_back_failed(self, error: OllamaError) -> None:
        job = self.sender()
        if isinstance(job, GoBackJob):
            self._state.tell_failed(Failure(Verb.GO_BACK, _model_of(job.request), error))
            self._refresh(job.request.backup.server_id)

    @Slot(object)
    def _on_move_succeeded(self, done: Replaced | None) -> None:
        job = self.sender()
        if not isinstance(job, MoveJob):
            return
        request = job.request
        if done is not None:
            source, record = request.updated.name, done.record
            self._checker.note_made(
                Made(
                    request.copy.server_id,
                    record.name,
                    record.digest,
                    MadeBy.COPY,
                    self._now(),
                    source,
                )
            )
        self._refresh(request.copy.server_id)
        self._state.tell_moved(MoveOutcome(request, done is not None))
        if done is not None:
            self._load(request.copy.server_id, done)

    @Slot(object)
    def _on_move_failed(self, error: OllamaError) -> None:
        job = self.sender()
        if isinstance(job, MoveJob):
            self._state.tell_failed(Failure(Verb.MOVE, job.request.copy, error))
            self._refresh(job.request.copy.server_id)

    def _load(self, server_id: str, done: Replaced) -> None:
        """What was in memory before comes back there, for as long as it would have stayed."""
        if done.loaded is not None:
            ref = ModelRef(server_id, done.record.name, done.record.digest)
            keep_alive_s = keep_alive_of(done.loaded, self._now())
            self._load_again(LoadRequest(ref, keep_alive_s, done.loaded.context_length))

    # Facts.

    def _target(self, server_id: str, verb: Verb, ref: ModelRef) -> Target | None:
        target = self._target_of(server_id)
        if target is None:
            error = OllamaError(server_id, "no such server")
            self._state.tell_failed(Failure(verb, ref, error))
        return target

    def _made(self, backup: ModelRef) -> Made | None:
        wanted = [each for each in self._state.backups if each.server_id == backup.server_id]
        return next((each for each in wanted if each.name == backup.name), None)

    def _row(self, made: Made) -> ModelRecord | None:
        """The kept version in the list of its server; None = it is not there any more."""
        found = self._state.record((made.server_id, made.name))
        return found if found is not None and found.digest == made.digest else None

    def _note(self, made: Made, kind: BackupNews) -> BackupNote:
        record = self._row(made)
        snapshot = self._state.snapshot(made.server_id)
        size = None
        if record is not None and snapshot is not None:
            effect = freed([record], snapshot.models, self._state.layer_index)
            size = effect.freed_bytes or None
        return BackupNote(made, kind, size)

    def _after(self, updated: Updated) -> AfterUpdate | None:
        """None = nobody has the old version any more, or nobody knows."""
        server_id = updated.server_id
        record = self._state.record((server_id, updated.name))
        rows = self._models.get(server_id)
        if rows is None or record is None or record.digest == updated.digest:
            return None
        children = dict(unpack_children(updated.children))
        copies = [row for row in rows if self._is_copy(row, updated.name, updated.digest)]
        built = [row for row in rows if children.get(row.name) == row.digest]
        if not copies and not built:
            self._checker.ledger.forget_updated(server_id, updated.name)
            return None
        return AfterUpdate(
            ModelRef(server_id, record.name, record.digest),
            updated.digest,
            tuple(ModelRef(server_id, row.name, row.digest) for row in copies),
            tuple(ModelRef(server_id, row.name, row.digest) for row in built),
        )

    def _is_copy(self, row: ModelRecord, name: str, old_digest: str) -> bool:
        """Whether it is another name of the old version, and none that we gave it to keep it."""
        if row.digest != old_digest or row.name == name:
            return False
        made = self._checker.ledger.made(row.server_id, row.name, row.digest)
        return made is None or made.by is not MadeBy.BACKUP


def _model_of(request: GoBackRequest) -> ModelRef:
    """The model that is to become its old version again."""
    return ModelRef(request.backup.server_id, request.name)
