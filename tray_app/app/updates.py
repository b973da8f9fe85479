"""Updates: when registries are asked about what is installed, and what a person wants done then.

What an answer means is decided in `core.updates`, asking is the business of `workers.updates`; here
the program's other parts tell it of the world, and hear what came of it.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication

from tray_app.app.old_versions import OldVersions
from tray_app.core.errors import OllamaError
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.names import ModelName
from tray_app.core.payloads import (
    CopyRequest,
    DeleteOutcome,
    LoadRequest,
    ModelRef,
    ModelRefs,
    PullRequest,
    UpdateRequest,
)
from tray_app.core.pulls.states import PullItem, PullState
from tray_app.core.pulls.updates import UpdatePlan
from tray_app.core.updates.asking import Allowed
from tray_app.core.updates.facts import CheckState, NewVersion, UpdatesFound, Way
from tray_app.core.updates.ledger import Key, Made, MadeBy
from tray_app.core.updates.schedule import Conditions, Every
from tray_app.core.updates.verdicts import news
from tray_app.core.updates.ways import way_of
from tray_app.text.times import utc_now
from tray_app.update_ledger import LedgerFile
from tray_app.workers.updates.checker import UpdateChecker
from tray_app.workers.updates.jobs import RowJob
from tray_app.workers.updates.keeper import LedgerKeeper

if TYPE_CHECKING:
    from tray_app.app.downloads import RuleWatcher
    from tray_app.commands import Commands
    from tray_app.core.creates.records import CreateItem, Derived, DeriveRequest, Undone
    from tray_app.core.estimate import PullEstimate
    from tray_app.core.records import ModelRecord, Snapshot
    from tray_app.core.renaming import RenameOutcome
    from tray_app.ollama.registry import Registry
    from tray_app.settings import Settings
    from tray_app.state.app_state import AppState
    from tray_app.workers.jobs import Target
    from tray_app.workers.operations import Operations
    from tray_app.workers.pulls.queue import PullQueue
    from tray_app.workers.runner import JobRunner

MAX_NAP = timedelta(minutes=5)
"""Clocks are set, and terminals write the ledger: so often it is looked at."""
_ASKING_NAP = timedelta(seconds=5)
"""So long the system has to tell of network and battery when it was not asked before."""


@dataclass(frozen=True)
class UpdateParts:
    """What it needs of the others."""

    settings: Settings
    state: AppState
    runner: JobRunner
    queue: PullQueue
    operations: Operations
    rules: RuleWatcher
    target_of: Callable[[str], Target | None]
    registry: Registry
    commands: Commands
    refresh: Callable[[str], None]
    """Have a server's list read anew."""


def _made_key(ref: ModelRef) -> Key:
    return Made(ref.server_id, ref.name, "", MadeBy.CREATE, utc_now()).key


class Updates(QObject):
    """Signals: `updated` when a model has a newer version.

    Thread: GUI thread. `start` once, `close` at the end of the program.
    """

    updated = Signal(object)  # NewVersion

    def __init__(
        self,
        parts: UpdateParts,
        file: Path | None,
        parent: QObject | None = None,
        *,
        now: Callable[[], datetime] = utc_now,
        jitter: float | None = None,
    ) -> None:
        super().__init__(parent)
        self._parts = parts
        self._now = now
        self.is_window_active = False
        self.keeper = LedgerKeeper(parts.runner, LedgerFile(file) if file else None, self)
        self.checker = UpdateChecker(
            parts.runner,
            parts.target_of,
            parts.registry,
            self.keeper,
            parts.queue.is_insecure,
            self,
            now=now,
            jitter=random.random() if jitter is None else jitter,
        )
        self.old_versions = OldVersions(
            parts.state, self.checker, self.keeper, parts.runner, parts.target_of, parts.refresh,
            self._load_again, self, now=now,
        )  # fmt: skip
        self._addresses: dict[str, str] = {}
        self._listed: set[str] = set()  # servers whose real list was seen
        self._kept: set[str] = set()  # downloads whose kept version is in the ledger
        self._children: dict[str, str] = {}  # by download: what was made of the old version
        self._rows: dict[RowJob, PullItem] = {}
        self._has_news = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setObjectName("updates")
        self._timer.timeout.connect(self._on_timer_timeout)

    def start(self) -> None:
        """Read what is remembered; from now on hear of everything that concerns versions."""
        parts, checker, state = self._parts, self.checker, self._parts.state
        self.keeper.loaded.connect(self._on_keeper_loaded)
        self.keeper.changed.connect(self._on_keeper_changed)
        checker.verdict_changed.connect(state.set_verdict)
        checker.verdict_dropped.connect(self._on_checker_verdict_dropped)
        checker.check_changed.connect(self._on_checker_check_changed)
        checker.checked.connect(self._on_checker_checked)
        checker.parts_read.connect(self._tell_news)
        checker.info_learned.connect(parts.operations.layers.add)
        parts.operations.layers.layer_index_changed.connect(checker.set_layer_index)
        parts.operations.deleted.connect(self._on_operations_deleted)
        parts.operations.derived.connect(self._on_operations_derived)
        parts.operations.undone.connect(self._on_operations_undone)
        parts.operations.estimator.estimated.connect(self._on_estimator_estimated)
        parts.queue.item_changed.connect(self._on_queue_item_changed)
        parts.queue.item_ended.connect(self._on_queue_item_ended)
        parts.rules.conditions_changed.connect(self._plan)
        parts.settings.changed.connect(self._on_settings_changed)
        state.snapshot_changed.connect(self._on_state_snapshot_changed)
        state.server_changed.connect(self._on_state_server_changed)
        state.copied.connect(self._on_state_copied)
        state.renames.renamed.connect(self._on_renames_renamed)
        self._connect_commands()
        self._on_state_server_changed()
        self._take_allowed()
        checker.set_layer_index(parts.operations.layers.layer_index)
        self.keeper.load()

    def close(self) -> None:
        """The program ends: nobody is asked any more, and what was learned is on disk."""
        self._timer.stop()
        self.old_versions.close()
        self.checker.stop()
        self.keeper.close()

    def _connect_commands(self) -> None:
        commands, checker, old = self._parts.commands, self.checker, self.old_versions
        commands.update_check_requested.connect(self.check_all)
        commands.update_check_stop_requested.connect(self.stop_check)
        commands.update_check_models_requested.connect(self.check)
        commands.update_one_requested.connect(self.update_one)
        commands.update_requested.connect(self.update)
        commands.never_look_up_requested.connect(self.never_look_up)
        commands.look_up_again_requested.connect(self.look_up_again)
        # What a terminal has said of the model goes along with its name, too.
        commands.rename_requested.connect(self.keeper.look)
        commands.pin_requested.connect(checker.pin)
        commands.unpin_requested.connect(checker.unpin)
        commands.skip_requested.connect(checker.skip)
        commands.offer_again_requested.connect(checker.offer_again)
        commands.go_back_requested.connect(old.go_back)
        commands.keep_for_good_requested.connect(old.keep_for_good)
        commands.move_requested.connect(old.move)
        commands.after_update_done_requested.connect(old.end_after_update)
        commands.backup_note_done_requested.connect(old.end_note)

    # What a person wants.

    @Slot()
    def check_all(self) -> None:
        self.checker.check_all()

    @Slot()
    def stop_check(self) -> None:
        self.checker.stop()

    @Slot(object)
    def check(self, refs: ModelRefs) -> None:
        self.checker.check(refs)

    def way(self, ref: ModelRef) -> Way:
        """What comes of the wish to update a model."""
        state = self._parts.state
        snapshot = state.snapshot(ref.server_id)
        running = (snapshot.running if snapshot is not None else None) or ()
        space = state.disk_space(ref.server_id)
        return way_of(
            state.model_verdict(ref.key),
            is_loaded=any(row.name == ref.name for row in running),
            free_bytes=space.free_bytes if space is not None else None,
        )

    @Slot(object)
    def update(self, request: UpdateRequest) -> None:
        """Each is a download of its own, which looks at everything again right before."""
        plan = UpdatePlan(keep_days=request.keep_days, loads_again=request.loads_again)
        for ref in request.refs:
            record = self._parts.state.record(ref.key)
            digest = ref.digest or (record.digest if record is not None else "")
            self._parts.operations.pull(PullRequest(ref.server_id, ref.name, digest, plan))

    @Slot(object)
    def update_one(self, ref: ModelRef) -> None:
        """As the settings say, where there is nothing to decide; else a dialog asks."""
        commands, way = self._parts.commands, self.way(ref)
        if way is Way.AT_ONCE:
            values = self._parts.settings.values
            self.update(UpdateRequest((ref,), values.keep_old_days, values.load_again))
        elif way is Way.SHEET:
            commands.updates_dialog_requested.emit(ModelRefs((ref,)))
        elif way is Way.CONFIRM:
            commands.update_confirm_dialog_requested.emit(ref)

    @Slot(str)
    def never_look_up(self, name: str) -> None:
        self.checker.never_look_up(name)
        self._renew_never()

    @Slot(str)
    def look_up_again(self, name: str) -> None:
        self.checker.look_up_again(name)
        self._renew_never()

    @Slot(bool)
    def set_window_active(self, is_active: bool) -> None:
        """Who looks at the window is told nothing beside; a terminal may have been used before."""
        self.is_window_active = is_active
        if is_active:
            self.keeper.look()

    # When it is asked by itself.

    @Slot()
    def on_woke(self) -> None:
        """The computer has slept."""
        self.checker.note_wake()
        self._plan()

    @Slot()
    def _plan(self) -> None:
        """Come again when the next check of all is due, or when that may have changed."""
        if not self.keeper.is_loaded:
            return
        at = self._next_at()
        nap = MAX_NAP if at is None else min(MAX_NAP, max(timedelta(seconds=1), at - self._now()))
        self._timer.start(round(nap.total_seconds() * 1000))
        self._renew_check(self.checker.state)

    def _next_at(self) -> datetime | None:
        return self.checker.plan(self._every, self._conditions).at

    @property
    def _every(self) -> Every:
        return Every(self._parts.settings.values.check_updates)

    @property
    def _conditions(self) -> Conditions:
        told = self._parts.rules.conditions
        return Conditions(
            is_online=told.is_online is not False or self._is_server_reached,
            is_metered=bool(told.is_metered),
            minds_metered=self._parts.settings.values.pause_on_metered,
            battery_percent=told.battery_percent if told.on_battery else None,
        )

    @property
    def _is_server_reached(self) -> bool:
        """Whether a server elsewhere answers: who manages the network need not manage all of it."""
        state = self._parts.state
        for server in state.servers:
            target = self._parts.target_of(server.id)
            is_elsewhere = target is not None and not target.endpoint.is_loopback
            if is_elsewhere and state.is_online(server.id):
                return True
        return False

    @Slot()
    def _on_timer_timeout(self) -> None:
        self.keeper.look()
        self.old_versions.look()
        plan = self.checker.plan(self._every, self._conditions)
        is_time = plan.at is not None and plan.at <= self._now()
        if is_time and not self._parts.rules.is_started:
            self._parts.rules.start()  # what holds it may be told in a moment
            self._timer.start(round(_ASKING_NAP.total_seconds() * 1000))
            return
        # Without a list there is nothing to ask about, and nothing was checked.
        if is_time and plan.wait is None and self._listed:
            self.checker.check_due()
        if is_time:
            self._timer.start(round(MAX_NAP.total_seconds() * 1000))
        else:
            self._plan()

    # What is known.

    @Slot()
    def _on_keeper_loaded(self) -> None:
        state = self._parts.state
        state.load_verdicts(self.checker.remembered())
        for server in state.servers:
            snapshot = state.snapshot(server.id)
            if snapshot is not None:
                self._on_state_snapshot_changed(snapshot)
        # What an earlier run has kept, and had no time to note.
        for item in self._parts.queue.items():
            self._on_queue_item_changed(item)
        self._on_keeper_changed()
        self._plan()

    @Slot()
    def _on_keeper_changed(self) -> None:
        """A terminal may have pinned a model, or checked all."""
        self._renew_never()
        self.old_versions.renew()
        self._renew_check(self.checker.state)

    def _renew_never(self) -> None:
        self._parts.state.set_never_looked_up(self.checker.ledger.never_looked_up())

    def _renew_check(self, check: CheckState) -> None:
        rounds = self.checker.ledger.rounds
        next_at = None if check.is_running else self._next_at()
        before = self._parts.state.update_check
        if not check.is_running and not check.total:
            # How the last one ended is known until the next.
            check = replace(check, done=before.done, total=before.total, failed=before.failed)
        retry_at = next_at if rounds.failures else None
        self._parts.state.set_update_check(
            replace(check, retry_at=retry_at, every=self._every, next_at=next_at)
        )

    @Slot(object)
    def _on_checker_check_changed(self, check: CheckState) -> None:
        self._renew_check(check)

    @Slot(object)
    def _on_checker_verdict_dropped(self, ref: ModelRef) -> None:
        self._parts.state.drop_verdict(ref.key)

    @Slot(object)
    def _on_checker_checked(self, check: CheckState) -> None:
        self._has_news = True
        self._tell_news()
        self._plan()

    @Slot()
    def _tell_news(self) -> None:
        """After each check of all, once its verdicts are there: a person is told of what is new.
        Whoever looks has seen it."""
        if not self._has_news or self.checker.is_reading:
            return
        self._has_news = False
        state, ledger = self._parts.state, self.checker.ledger
        found = state.updates
        keys = set(news(((x.key, x.verdict, x.marks) for x in found), ledger.told()))
        new = tuple(verdict for verdict in found if verdict.key in keys)
        is_seen = self.is_window_active or QGuiApplication.focusWindow() is not None
        is_told = self._parts.settings.values.notify_updates or is_seen
        if new and is_told:
            for verdict in new:
                ledger.note_told(verdict.key[1], verdict.verdict.remote_digest)
            self.keeper.save()
        if new:
            state.tell_updates_found(UpdatesFound(new))

    # What the world tells.

    @Slot(object)
    def _on_state_snapshot_changed(self, snapshot: Snapshot) -> None:
        if snapshot.is_old or not self.keeper.is_loaded:
            return
        installed = self._parts.state.installed(snapshot.server_id)
        self.checker.note_snapshot(snapshot, installed)
        self.old_versions.note_snapshot(snapshot)
        if snapshot.server_id not in self._listed:
            self._listed.add(snapshot.server_id)
            names = (record.name for record in snapshot.models)
            self._parts.state.keep_verdicts(snapshot.server_id, names)

    @Slot()
    def _on_state_server_changed(self) -> None:
        state = self._parts.state
        used = {server.id: server.address for server in state.servers}
        known = used | {server.id: server.address for server in state.servers_off}
        for server_id, address in self._addresses.items():
            if known.get(server_id) != address:
                self.checker.forget_server(server_id)
            if used.get(server_id) != address:
                self.checker.leave_server(server_id)
                self.old_versions.leave_server(server_id)
                self._listed.discard(server_id)
        self._addresses = known

    @Slot(object)
    def _on_operations_deleted(self, outcome: DeleteOutcome) -> None:
        for ref in (*outcome.deleted, *outcome.gone):
            self.checker.note_deleted(ref)
        self.old_versions.renew()

    @Slot(object)
    def _on_renames_renamed(self, outcome: RenameOutcome) -> None:
        """What was said of a model goes along with its name."""
        self.checker.note_renamed(outcome.source, outcome.ref)
        self.old_versions.renew()

    @Slot(object)
    def _on_state_copied(self, request: CopyRequest) -> None:
        source = request.source
        record = self._parts.state.record(source.key)
        digest = source.digest or (record.digest if record is not None else "")
        if digest:
            self.checker.note_made(
                Made(
                    source.server_id,
                    request.destination,
                    digest,
                    MadeBy.COPY,
                    self._now(),
                    source.name,
                )
            )

    @Slot(object)
    def note_created(self, item: CreateItem) -> None:
        """It was made of a file: no registry knows it."""
        record = self._parts.state.record(item.key)
        name = record.name if record is not None else str(ModelName.parse(item.name))
        self.checker.note_made(
            Made(
                item.server_id,
                name,
                item.digest,
                MadeBy.CREATE,
                self._now(),
                item.request.base,
            )
        )

    @Slot(object)
    def _on_operations_derived(self, derived: Derived) -> None:
        """It was made here, and so was what it was before, which is kept until somebody deletes
        it."""
        request, now = derived.request, self._now()
        source = self._source_of(request)
        if derived.kept is not None:
            kept = derived.kept
            self.checker.note_made(
                Made(kept.server_id, kept.name, kept.digest, MadeBy.BACKUP, now, request.name)
            )
        ref = derived.ref
        self.checker.note_made(
            Made(ref.server_id, ref.name, ref.digest, MadeBy.CREATE, now, source)
        )
        self.old_versions.renew()

    def _source_of(self, request: DeriveRequest) -> str:
        """What it is made of; of a model that is edited in place, what that was made of."""
        base = request.base
        if base.name != request.name:
            return base.name
        made = self.checker.ledger.made(base.server_id, base.name, base.digest)
        record = self._parts.state.record(base.key)
        parent = record.details.parent_model if record is not None else ""
        return (made.source if made is not None else "") or parent

    @Slot(object)
    def _on_operations_undone(self, undone: Undone) -> None:
        """It is what it was, and still of our own making."""
        ref, ledger = undone.edited, self.checker.ledger
        if undone.dropped is not None:
            self.checker.note_deleted(undone.dropped)
        made = next((x for x in ledger.all_made(MadeBy.CREATE) if x.key == _made_key(ref)), None)
        source = made.source if made is not None else ""
        self.checker.note_made(
            Made(ref.server_id, ref.name, ref.digest, MadeBy.CREATE, self._now(), source)
        )
        self.old_versions.renew()

    @Slot(object)
    def _on_estimator_estimated(self, estimate: PullEstimate) -> None:
        """What the pull dialog has looked up is an answer as good as ours."""
        manifest = self._parts.operations.estimator.manifest_of(estimate.name)
        if manifest is not None:
            self.checker.note_manifest(estimate.name, manifest)

    @Slot(object)
    def _on_queue_item_changed(self, item: PullItem) -> None:
        """What only the time before the end tells: who was made of the old version, and that it has
        got its own name, remembered before anything can go wrong."""
        if item.is_active and item.old_digest and item.id not in self._children:
            found = self.old_versions.children_of(item.server_id, item.name)
            self._children[item.id] = found
        plan = item.update
        if plan is None or not plan.kept_name or item.id in self._kept or not item.old_digest:
            return
        if not self.keeper.is_loaded:
            return  # it may stand there, for good even
        self._kept.add(item.id)
        now = (None if item.is_active else item.started_at) or self._now()
        if self.checker.ledger.made(item.server_id, plan.kept_name, item.old_digest) is None:
            until = now + timedelta(days=plan.keep_days)
            self.checker.note_made(
                Made(
                    item.server_id,
                    plan.kept_name,
                    item.old_digest,
                    MadeBy.BACKUP,
                    now,
                    item.name,
                    until,
                )
            )
            self.old_versions.renew()

    @Slot(object)
    def _on_queue_item_ended(self, item: PullItem) -> None:
        """What has been pulled is what the registry has: its row is read now, as no list of before
        tells of it."""
        if item.state is not PullState.DONE:
            self._children.pop(item.id, None)
        target = self._parts.target_of(item.server_id)
        if item.state is not PullState.DONE or target is None:
            return
        job = RowJob(target, ModelRef(item.server_id, item.name))
        self._rows[job] = item
        job.succeeded.connect(self._on_row_succeeded)
        job.finished.connect(self._on_row_finished)
        self._parts.runner.submit(job, f"updated {item.server_id}")

    @Slot(object)
    def _on_row_succeeded(self, record: ModelRecord | None) -> None:
        item = self._rows.get(self.sender())  # type: ignore[call-overload]
        if item is None or record is None:
            return
        try:
            self.checker.note_pulled(record)
        except OllamaError:
            return  # a name that no registry has: then it was not pulled from one
        plan = item.update
        if plan is None or plan.was_current:
            return
        if item.old_digest and record.digest != item.old_digest:
            children = self._children.get(item.id, "")
            self.old_versions.note_updated(record, item.old_digest, children)
            self.updated.emit(NewVersion(record, item.old_digest))
        if plan.loads_again and plan.was_loaded:
            ref = ModelRef(record.server_id, record.name, record.digest)
            request = LoadRequest(ref, plan.keep_alive_s, plan.context_length)
            self._parts.operations.load(request)

    def _load_again(self, request: LoadRequest) -> None:
        """What was loaded before a version was put in its place that was here."""
        if self._parts.settings.values.load_again:
            self._parts.operations.load(request)

    @Slot()
    def _on_row_finished(self) -> None:
        item = self._rows.pop(self.sender(), None)  # type: ignore[call-overload]
        if item is not None:
            self._children.pop(item.id, None)

    @Slot(str)
    def _on_settings_changed(self, name: str) -> None:
        if name in ("check_hugging_face", "check_hosts"):
            self._take_allowed()
        elif name in ("check_updates", "pause_on_metered"):
            self._plan()

    def _take_allowed(self) -> None:
        values = self._parts.settings.values
        self.checker.set_allowed(Allowed(values.check_hugging_face, values.check_hosts))
