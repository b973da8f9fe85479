"""Keeping: has models stay in memory as a person wants it, and notes what memory they take.

What is done when is decided in `core.keeping.policy`; here it is shown what servers say, and what
it asks for is done. Loads of every kind are followed here, as what they do to a server is seen in
its list of loaded models alone.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from tray_app.core.keeping.measuring import capacity_of, weights_of
from tray_app.core.keeping.policy import Ask, GiveUp, KeepChoices, KeepPolicy, Seen
from tray_app.core.keeping.records import (
    KeepKind,
    KeepNews,
    KeepNote,
    KeepRequest,
    KeepStatus,
    KeptModel,
    KeptModels,
    Loading,
)
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.memory_fit import GraphicsMemory
from tray_app.core.names import canonical
from tray_app.core.payloads import (
    BusyModel,
    DeleteOutcome,
    Failure,
    LoadRequest,
    ModelRef,
    Verb,
)
from tray_app.core.pulls.states import UNFINISHED
from tray_app.memory_file import MemoryFile
from tray_app.ollama.local_store import main_memory_bytes
from tray_app.text.times import utc_now
from tray_app.workers.jobs import LoadJob, Target
from tray_app.workers.keeping.jobs import KeepJob
from tray_app.workers.keeping.keeper import MemoryKeeper

if TYPE_CHECKING:
    from tray_app.commands import Commands
    from tray_app.core.creates.records import Derived, Undone
    from tray_app.core.errors import OllamaError
    from tray_app.core.records import ModelKey, RunningModel, ServerStatus, Snapshot
    from tray_app.core.renaming import RenameOutcome
    from tray_app.settings import Settings
    from tray_app.state.app_state import AppState
    from tray_app.workers.operations import Operations
    from tray_app.workers.runner import JobRunner

_log = logging.getLogger(__name__)

RELEASED_S = 300
"""How long a model stays that is kept no more: as long as any that was just used."""
STOPPED_WITHIN_S = 30.0
"""So long a stopped load is waited for that has become a loaded model all the same."""


@dataclass(frozen=True)
class KeepingParts:
    """What it needs of the others."""

    settings: Settings
    state: AppState
    runner: JobRunner
    operations: Operations
    target_of: Callable[[str], Target | None]
    commands: Commands
    refresh: Callable[[str], None]
    """Have a server's list read anew."""


@dataclass(slots=True)
class _Stop:
    """A load that nobody wants any more. `ended_s`: its request is over."""

    ref: ModelRef
    ended_s: float | None = None
    is_unloading: bool = False


class Keeping(QObject):
    """Thread: GUI thread. `start` once, `close` at the end of the program.

    Signals: `ask_began` and `ask_ended` with the ModelRef that a server is told to load, or how
    long it stays.
    """

    ask_began = Signal(object)  # ModelRef
    ask_ended = Signal(object)  # ModelRef

    def __init__(
        self,
        parts: KeepingParts,
        file: Path | None,
        parent: QObject | None = None,
        *,
        now: Callable[[], datetime] = utc_now,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._parts = parts
        self._now = now
        self._clock_s = clock_s
        self._facts = parts.state.keeping
        self.keeper = MemoryKeeper(parts.runner, MemoryFile(file) if file else None, self)
        self._policies: dict[str, KeepPolicy] = {}
        self._graphics: dict[str, GraphicsMemory] = {}
        self._began: dict[ModelKey, Loading] = {}  # loads of ours, until they are measured
        self._took_s: dict[ModelKey, float] = {}
        self._stops: dict[ModelKey, _Stop] = {}
        self._asked_by_person: set[ModelKey] = set()
        self._is_closed = False

    def start(self) -> None:
        """Read what is remembered; from now on see to it."""
        parts, state = self._parts, self._parts.state
        self.keeper.loaded.connect(self._on_keeper_loaded)
        self._facts.set_measurements(self.keeper.measurements)
        parts.operations.estimator.set_taken(self.keeper.measurements.of)
        state.snapshot_changed.connect(self._on_state_snapshot_changed)
        state.status_changed.connect(self._on_state_status_changed)
        state.layer_index_changed.connect(self._on_state_layer_index_changed)
        state.deleted.connect(self._on_state_deleted)
        state.renames.renamed.connect(self._on_renames_renamed)
        state.creates.derived.connect(self._on_creates_derived)
        state.creates.undone.connect(self._on_creates_undone)
        parts.operations.load_began.connect(self._on_operations_load_began)
        parts.operations.loaded.connect(self._on_operations_loaded)
        parts.operations.busy_changed.connect(self._on_operations_busy_changed)
        parts.settings.changed.connect(self._on_settings_changed)
        commands = parts.commands
        commands.keep_requested.connect(self.keep)
        commands.keep_stop_requested.connect(self.stop_keeping)
        commands.keep_load_requested.connect(self.load_now)
        commands.kept_models_requested.connect(self.set_kept)
        commands.unload_requested.connect(self._on_unload_requested)
        commands.load_stop_requested.connect(self._on_load_stop_requested)
        self.keeper.load()

    def close(self) -> None:
        """The program ends: nothing is asked for any more, and what was learned is on disk."""
        self._is_closed = True
        self.keeper.close()

    # What a person wants.

    @Slot(object)
    def keep(self, request: KeepRequest) -> None:
        """Keep a model loaded, unless another kept one leaves no room for it."""
        facts, ref, other = self._facts, request.ref, request.instead_of
        running = self._running(ref.key)
        context = request.context_length
        if context is None and running is not None:
            context = running.context_length
        wanted = KeptModel(ref.server_id, ref.name, context)
        full = facts.no_room(wanted, other.key if other is not None else None)
        if full is not None:
            facts.tell(KeepNote(KeepNews.NO_ROOM, ref, context_length=context, no_room=full))
            return
        if other is not None:
            self.stop_keeping(other)
        facts.set_status(wanted.key, None)

        def added(kept: tuple[KeptModel, ...]) -> tuple[KeptModel, ...]:
            if any(model.key == wanted.key for model in kept):
                return tuple(wanted if model.key == wanted.key else model for model in kept)
            return (*kept, wanted)

        self.keeper.change_kept(added)
        self._publish()
        self._asked_by_person.add(wanted.key)
        if running is None:
            self._policy(ref.server_id).want_now(wanted)
        self._look(ref.server_id)

    @Slot(object)
    def stop_keeping(self, ref: ModelRef) -> None:
        """It goes the way of all others, a while after its last use."""
        running = self._running(ref.key)
        if self._drop(ref.key) and running is not None:
            request = LoadRequest(ref, RELEASED_S, running.context_length)
            self._submit_load(request)

    @Slot(object)
    def load_now(self, ref: ModelRef) -> None:
        """Load one that is kept, whatever is there."""
        kept, status = self._facts.kept_model(ref.key), self._facts.status(ref.key)
        if kept is not None and status is not None and status.kind is KeepKind.LEFT_OUT:
            # It is not kept beside the others: loaded as any other then.
            self._parts.operations.load(LoadRequest(ref, context_length=kept.context_length))
        elif kept is not None:
            self._asked_by_person.add(kept.key)
            self._policy(ref.server_id).want_now(kept)
            self._look(ref.server_id)

    @Slot(object)
    def set_kept(self, models: KeptModels) -> None:
        """Keep these, in this order, and no others."""
        before = {model.key: model for model in self.keeper.kept}
        wanted = {model.key: model for model in models.models}
        for key in before.keys() - wanted.keys():
            self.stop_keeping(before[key].ref)
        self.keeper.change_kept(lambda _: models.models)
        self._publish()
        for key, model in wanted.items():
            old, running = before.get(key), self._running(key)
            if old is None and running is None:
                self._asked_by_person.add(key)
                self._policy(key[0]).want_now(model)
            is_other = old is not None and old.context_length != model.context_length
            if is_other and running is not None and model.context_length is not None:
                self._ask(Ask(model, model.context_length, is_load=True))
        for server_id in {key[0] for key in wanted}:
            self._look(server_id)

    def renamed(self, old: ModelRef, new: ModelRef) -> None:
        """A model has another name: it stays kept under that."""

        def change(kept: tuple[KeptModel, ...]) -> tuple[KeptModel, ...]:
            return tuple(
                replace(model, name=new.name) if model.key == _known(old.key) else model
                for model in kept
            )

        before = self._facts.status(old.key)
        if not self.keeper.change_kept(change):
            return
        policy = self._policy(old.server_id)
        policy.renamed(_known(old.key), _known(new.key))
        self._publish()
        kept = self._facts.kept_model(new.key)
        # It was unloaded for that: with its new name it goes on as before.
        if kept is not None and before is not None and before.kind is KeepKind.KEPT:
            policy.want_now(kept)
            self._look(new.server_id)

    def _want_again(self, ref: ModelRef) -> None:
        """What was done to it took it out of memory: it goes back, as that was our own doing."""
        kept, status = self._facts.kept_model(ref.key), self._facts.status(ref.key)
        if kept is not None and status is not None and status.kind is KeepKind.KEPT:
            self._policy(ref.server_id).want_now(kept)
            self._look(ref.server_id)

    def _drop(self, key: ModelKey) -> KeptModel | None:
        """Keep one no more; None = it was not kept."""
        found = self._facts.kept_model(key)
        if found is None:
            return None
        self.keeper.change_kept(lambda kept: (each for each in kept if each.key != found.key))
        self._policy(key[0]).forget(found)
        self._asked_by_person.discard(found.key)
        self._publish()
        return found

    @Slot(object)
    def _on_unload_requested(self, ref: ModelRef) -> None:
        """Unloading is done elsewhere; what is unloaded by hand is kept no more."""
        found = self._drop(ref.key)
        if found is not None:
            note = KeepNote(KeepNews.RELEASED, ref, context_length=found.context_length)
            self._facts.tell(note)

    @Slot(object)
    def _on_load_stop_requested(self, ref: ModelRef) -> None:
        """Its request is given up elsewhere; when it has ended, the server's list says the rest."""
        key, loading = _known(ref.key), self._facts.loading(ref.key)
        if loading is None or key in self._stops:
            return
        self._stops[key] = _Stop(ref)
        self._facts.set_loading(replace(loading, is_stopping=True))
        self._parts.state.set_busy(BusyModel(ref, Verb.STOP))
        kept = self._facts.kept_model(ref.key)
        if kept is not None:
            self._policy(ref.server_id).stopped(kept)

    # What the world tells.

    @Slot()
    def _on_keeper_loaded(self) -> None:
        self._facts.set_measurements(self.keeper.measurements)
        self._publish()
        for server in self._parts.state.servers:
            self._look(server.id)

    @Slot(object)
    def _on_state_snapshot_changed(self, snapshot: Snapshot) -> None:
        if snapshot.is_old or snapshot.running is None:
            return
        self._measure(snapshot, snapshot.running)
        if self._stops:
            self._look_at_stops(snapshot)
        self._look(snapshot.server_id)

    @Slot(object)
    def _on_state_status_changed(self, status: ServerStatus) -> None:
        if status.is_online:
            return
        for key, stop in list(self._stops.items()):
            if key[0] == status.server_id:
                self._end_stop(key, stop)
        if status.server_id in self._policies:
            self._policies[status.server_id].went_offline()
            self._tell_statuses(status.server_id)

    @Slot()
    def _on_state_layer_index_changed(self) -> None:
        if self.keeper.measurements.set_weights(self._weights):
            self._facts.measured.emit()
            self.keeper.save()

    @Slot(object)
    def _on_state_deleted(self, outcome: DeleteOutcome) -> None:
        for ref in (*outcome.deleted, *outcome.gone):
            self._drop(ref.key)
            if ref.digest and not self._has_another(ref):
                weights = self._weights(ref.digest)
                self.keeper.measurements.forget(ref.server_id, ref.digest, weights)
        self.keeper.save()

    @Slot(object)
    def _on_renames_renamed(self, outcome: RenameOutcome) -> None:
        self.renamed(outcome.source, outcome.ref)

    @Slot(object)
    def _on_creates_derived(self, derived: Derived) -> None:
        if derived.request.is_edit:
            self._want_again(derived.ref)

    @Slot(object)
    def _on_creates_undone(self, undone: Undone) -> None:
        self._want_again(undone.edited)

    @Slot(str)
    def _on_settings_changed(self, name: str) -> None:
        if name in ("keep_at_start", "keep_again"):
            for server_id in {model.server_id for model in self._facts.kept}:
                self._look(server_id)

    def _has_another(self, ref: ModelRef) -> bool:
        """Whether another model of the server has the same weights."""
        snapshot, weights = self._parts.state.snapshot(ref.server_id), self._weights(ref.digest)
        return snapshot is not None and any(
            row.name != ref.name
            and (row.digest == ref.digest or (weights and self._weights(row.digest) == weights))
            for row in snapshot.models
        )

    # Measuring.

    def _measure(self, snapshot: Snapshot, running: tuple[RunningModel, ...]) -> None:
        server_id, measurements = snapshot.server_id, self.keeper.measurements
        known = self._graphics.get(server_id, GraphicsMemory())
        self._graphics[server_id] = known.observe(running)
        is_news = measurements.note(
            *(server_id, running, snapshot.version, snapshot.taken_at),
            self._weights,
            self._is_default,
        )
        for row in running:
            took_s = self._took_s.pop(_known(row.key), None)
            if took_s is not None and row.digest and row.context_length:
                measurements.note_load(server_id, row.digest, row.context_length, took_s)
                self._began.pop(_known(row.key), None)
        if is_news or self._graphics[server_id] is not known:
            self._set_capacity(server_id)
        if is_news:
            self._facts.measured.emit()
            self.keeper.save()

    def _set_capacity(self, server_id: str) -> None:
        target = self._parts.target_of(server_id)
        is_here = target is not None and target.store is not None
        graphics = self._graphics.get(server_id, GraphicsMemory())
        measured = (each for each in self.keeper.measurements if each.server_id == server_id)
        main_bytes = main_memory_bytes() if is_here and graphics.has_no_card else None
        self._facts.set_capacity(server_id, capacity_of(graphics, measured, main_bytes))

    def _weights(self, digest: str) -> str:
        return weights_of(self._parts.state.layer_index.by_digest.get(digest))

    def _is_default(self, row: RunningModel) -> bool:
        """Whether its server chose the context: we have just loaded it and named none."""
        began = self._began.get(_known(row.key))
        return began is not None and began.context_length is None

    # Seeing to it.

    def _policy(self, server_id: str) -> KeepPolicy:
        return self._policies.setdefault(server_id, KeepPolicy())

    def _look(self, server_id: str) -> None:
        """Have what the server said last looked at, and do what is to be done."""
        state = self._parts.state
        snapshot, kept = state.snapshot(server_id), self._facts.kept_of(server_id)
        is_usable = snapshot is not None and not snapshot.is_old and state.is_online(server_id)
        if not (kept and self.keeper.is_loaded and is_usable) or self._is_closed:
            return
        assert snapshot is not None
        if snapshot.running is None:
            return
        values = self._parts.settings.values
        resting = {model.key for model in kept if self._is_at_work(model)}
        seen = Seen(
            snapshot.running,
            tuple(model for model in kept if model.key not in resting),
            KeepChoices(values.keep_at_start, values.keep_again),
            self._facts.capacity(server_id),
            self._facts.needed,
            self._digest,
            snapshot.taken_at,
            snapshot.taken_s,
        )
        for action in self._policy(server_id).seen(seen):
            if isinstance(action, GiveUp):
                self._give_up(action)
            else:
                self._ask(action)
        self._tell_statuses(server_id)

    def _digest(self, model: KeptModel) -> str:
        record = self._facts.record_of(model)
        return record.digest or record.name if record is not None else ""

    def _is_at_work(self, model: KeptModel) -> bool:
        """Whether something is being done to it for which it must be out of memory."""
        state, record = self._parts.state, self._facts.record_of(model)
        name = record.name if record is not None else model.name
        if state.busy((model.server_id, name)) not in (None, Verb.LOAD):
            return True
        return any(
            item.state in UNFINISHED
            and item.server_id == model.server_id
            and canonical(item.name) == model.key[1]
            for item in state.downloads
        )

    def _ask(self, ask: Ask) -> None:
        kept, record = ask.kept, self._facts.record_of(ask.kept)
        target = self._parts.target_of(kept.server_id)
        if target is None:
            return
        if record is not None:  # as its server spells it
            ask = replace(ask, kept=replace(kept, name=record.name))
        job = KeepJob(target, ask)
        job.succeeded.connect(self._on_keep_job_succeeded)
        job.failed.connect(self._on_keep_job_failed)
        job.finished.connect(self._on_keep_job_finished)
        self._policy(kept.server_id).asked(kept, self._clock_s())
        if ask.is_load:
            ref = self._ref(ask.kept)
            self._parts.state.set_busy(BusyModel(ref, Verb.LOAD))
            self._begin(LoadRequest(ref, context_length=ask.context_length))
        self._tell(job, f"keep {kept.server_id}")

    def _ref(self, kept: KeptModel) -> ModelRef:
        record = self._facts.record_of(kept)
        return kept.ref if record is None else ModelRef(kept.server_id, record.name, record.digest)

    def _submit_load(self, request: LoadRequest) -> None:
        """Say how long a loaded model stays; what comes of it, its server's list tells."""
        target = self._parts.target_of(request.ref.server_id)
        if target is not None:
            job = LoadJob(target, request)
            job.finished.connect(self._on_release_finished)
            self._tell(job, f"keep {request.ref.server_id}")

    def _tell(self, job: LoadJob, lane: str) -> None:
        self.ask_began.emit(job.request.ref)
        if self._parts.runner.submit(job, lane) is not job:
            self.ask_ended.emit(job.request.ref)  # the same is asked already

    @Slot()
    def _on_release_finished(self) -> None:
        job = self.sender()
        if isinstance(job, LoadJob):
            self.ask_ended.emit(job.request.ref)
            self._parts.refresh(job.target.server_id)

    @Slot(object)
    def _on_keep_job_succeeded(self, ref: ModelRef) -> None:
        job = self.sender()
        if isinstance(job, KeepJob):
            self._policy(ref.server_id).ended(job.ask.kept, self._clock_s())
            self._asked_by_person.discard(job.ask.kept.key)
            self._on_operations_loaded(ref)

    @Slot(object)
    def _on_keep_job_failed(self, error: OllamaError) -> None:
        job = self.sender()
        if not isinstance(job, KeepJob):
            return
        kept = job.ask.kept
        _log.info("%s is not loaded to be kept: %s", kept.name, error)
        self._policy(kept.server_id).ended(kept, self._clock_s(), has_failed=True)
        if kept.key in self._asked_by_person:
            self._asked_by_person.discard(kept.key)
            self._parts.state.tell_failed(Failure(Verb.LOAD, self._ref(kept), error))

    @Slot()
    def _on_keep_job_finished(self) -> None:
        job = self.sender()
        if not isinstance(job, KeepJob):
            return
        self.ask_ended.emit(job.request.ref)
        kept = job.ask.kept
        if job.scope.is_cancelled:
            self._policy(kept.server_id).stopped(kept)
        if job.ask.is_load:
            ref = self._ref(kept)
            self._parts.state.set_busy(BusyModel(ref, None))
            self._on_operations_busy_changed(BusyModel(ref, None))
        self._parts.refresh(kept.server_id)

    def _give_up(self, action: GiveUp) -> None:
        kept = action.kept
        self._drop(kept.key)
        status = KeepStatus(KeepKind.GIVEN_UP, action.at, action.by, is_failure=action.is_failure)
        self._facts.set_status(kept.key, status)
        note = KeepNote(
            KeepNews.GIVEN_UP,
            self._ref(kept),
            by=action.by,
            context_length=kept.context_length,
            is_failure=action.is_failure,
        )
        self._facts.tell(note)

    def _publish(self) -> None:
        self._facts.set_kept(self.keeper.kept)

    def _tell_statuses(self, server_id: str) -> None:
        for key, status in self._policy(server_id).statuses.items():
            if self._facts.kept_model(key) is not None:
                self._facts.set_status(key, status)

    # Loads of ours.

    def _running(self, key: ModelKey) -> RunningModel | None:
        """What is in memory of a model, as its server said last."""
        snapshot = self._parts.state.snapshot(key[0])
        running = snapshot.running if snapshot is not None and not snapshot.is_old else None
        name = canonical(key[1])
        return next((row for row in running or () if canonical(row.name) == name), None)

    @Slot(object)
    def _on_operations_load_began(self, request: LoadRequest) -> None:
        running = self._running(request.ref.key)
        context = request.context_length
        if running is None or context not in (None, running.context_length):
            self._begin(request)

    def _begin(self, request: LoadRequest) -> None:
        ref, context = request.ref, request.context_length
        record = self._parts.state.record(ref.key)
        last = self._facts.best(record, context) if record is not None else None
        last_s = last.load_s if last is not None else None
        loading = Loading(ref, self._clock_s(), context, last_s)
        self._began[_known(ref.key)] = loading
        self._took_s.pop(_known(ref.key), None)
        self._facts.set_loading(loading)

    @Slot(object)
    def _on_operations_loaded(self, ref: ModelRef) -> None:
        began = self._began.get(_known(ref.key))
        if began is not None:
            self._took_s[_known(ref.key)] = self._clock_s() - began.began_s

    @Slot(object)
    def _on_operations_busy_changed(self, busy: BusyModel) -> None:
        """A request is over, or another has begun."""
        key = _known(busy.ref.key)
        stop = self._stops.get(key)
        if stop is not None:
            if busy.verb is None and stop.ended_s is None:
                stop.ended_s = self._clock_s()
            # It counts as being stopped until its server's list has told.
            self._parts.state.set_busy(BusyModel(stop.ref, Verb.STOP))
        elif busy.verb is None:
            if key not in self._took_s:
                self._began.pop(key, None)  # it came to nothing
            self._facts.end_loading(busy.ref.key)

    def _look_at_stops(self, snapshot: Snapshot) -> None:
        """Whether the loads that nobody wants are gone."""
        for key, stop in list(self._stops.items()):
            if key[0] != snapshot.server_id or stop.ended_s is None:
                continue
            if snapshot.taken_s <= stop.ended_s:
                continue
            is_there = self._running(key) is not None
            is_late = self._clock_s() - stop.ended_s > STOPPED_WITHIN_S
            if is_there and not is_late:
                if not stop.is_unloading:  # the request had been answered already
                    stop.is_unloading = True
                    self._parts.operations.unload(stop.ref)
                continue
            self._end_stop(key, stop)
            if not is_there:
                self._facts.tell(KeepNote(KeepNews.STOPPED, stop.ref))

    def _end_stop(self, key: ModelKey, stop: _Stop) -> None:
        del self._stops[key]
        self._began.pop(key, None)
        self._took_s.pop(key, None)
        self._parts.state.set_busy(BusyModel(stop.ref, None))
        self._facts.end_loading(key)


def _known(key: ModelKey) -> ModelKey:
    return (key[0], canonical(key[1]))
