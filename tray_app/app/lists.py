"""Lists: models of a server into a file, and from a file onto a server.

What a list means for a server is decided in `core.lists`; here the program's other parts fulfill
it: downloads go into the queue, recipes are followed when what they are made from has come.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from tray_app.core.errors import NotDone, OllamaError
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.lists.planning import layers_here
from tray_app.core.lists.recipes import Making, base_of
from tray_app.core.lists.requests import (
    Exported,
    ExportRequest,
    ImportRequest,
    ListLookup,
    ListQuestion,
    ListRead,
    ListSource,
    LookedUp,
    RecipeFailed,
    ServerSpace,
)
from tray_app.core.payloads import (
    Failure,
    PullRequest,
    UpdateRequest,
    Verb,
)
from tray_app.core.sharing import is_made_here
from tray_app.core.updates.verdicts import Standing
from tray_app.text import server_name
from tray_app.workers.lists.importer import ImportRunner
from tray_app.workers.lists.jobs import ExportJob, LoadRecipesJob, ReadListJob, SaveRecipesJob
from tray_app.workers.lists.lookups import ListLookups

if TYPE_CHECKING:
    from tray_app.commands import Commands
    from tray_app.core.lists.records import ListEntry
    from tray_app.core.records import Manifest, ModelRecord, Snapshot
    from tray_app.core.renaming import RenameOutcome
    from tray_app.ollama.registry import Registry
    from tray_app.settings import Settings
    from tray_app.state.app_state import AppState
    from tray_app.workers.jobs import Target
    from tray_app.workers.pulls.queue import PullQueue
    from tray_app.workers.runner import JobRunner

AT_ONCE = 2
"""Downloads that are queued in one turn."""


@dataclass(frozen=True)
class ListParts:
    """What it needs of the others."""

    settings: Settings
    state: AppState
    runner: JobRunner
    queue: PullQueue
    target_of: Callable[[str], Target | None]
    registry: Registry
    commands: Commands
    refresh: Callable[[str], None]
    """Have a server's list read anew."""


def today() -> date:
    """The date where the person is."""
    return datetime.now().astimezone().date()


class Lists(QObject):
    """Thread: GUI thread. `close` at the end of the program."""

    def __init__(
        self,
        parts: ListParts,
        file: Path | None = None,
        parent: QObject | None = None,
        *,
        today: Callable[[], date] = today,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """`file` is where recipes wait for the next start, None = nowhere."""
        super().__init__(parent)
        self._parts = parts
        self._file = file
        self._is_loaded = file is None
        self._today = today
        state, queue, commands = parts.state, parts.queue, parts.commands
        self.lookups = ListLookups(
            *(parts.runner, parts.target_of, parts.registry, queue.is_insecure),
            *(self._models_of, self._layers_of, self),
        )
        self.importer = ImportRunner(queue.items, clock_s, self)
        # Hundreds of new rows at once would be seen as a standstill.
        self._to_pull: deque[tuple[PullRequest, Manifest | None]] = deque()
        self._to_hold: list[ImportRequest] = []
        self._turn = QTimer(self, singleShot=True, interval=0)
        self._turn.timeout.connect(self._add_pulls)
        self._connect_facts(state)
        self._connect_importer(state, queue)
        commands.list_read_requested.connect(self.read)
        commands.list_look_up_requested.connect(self.look_up)
        commands.list_look_up_stop_requested.connect(self.lookups.stop)
        commands.export_requested.connect(self.export)
        commands.import_requested.connect(self.begin)
        if file is not None:
            job = LoadRecipesJob(file)
            job.succeeded.connect(self._on_load_succeeded)
            parts.runner.submit(job, "recipes")
        for server in state.servers:
            snapshot = state.snapshot(server.id)
            if snapshot is not None:
                self._on_state_snapshot_changed(snapshot)

    def close(self) -> None:
        self._turn.stop()
        self._parts.queue.add_all(self._to_pull)  # they are wanted, and are kept for the next start
        self._to_pull.clear()
        self.lookups.stop()

    def _connect_facts(self, state: AppState) -> None:
        self.lookups.looked_up.connect(self._on_lookups_looked_up)
        self.lookups.progressed.connect(self._on_lookups_progressed)
        self.lookups.space_found.connect(self._on_lookups_space_found)
        state.snapshot_changed.connect(self._on_state_snapshot_changed)
        state.failed.connect(self._on_state_failed)
        state.creates.derived.connect(self.importer.note_derived)
        state.copied.connect(self.importer.note_copied)
        state.renames.failed.connect(self._on_renames_failed)
        state.server_changed.connect(self._on_state_server_changed)

    def _connect_importer(self, state: AppState, queue: PullQueue) -> None:
        self.importer.derive_wanted.connect(self._parts.commands.derive_requested)
        self.importer.copy_wanted.connect(self._parts.commands.copy_requested)
        self.importer.failed.connect(self._on_importer_failed)
        self.importer.changed.connect(self._on_importer_changed)
        queue.item_ended.connect(self.importer.note_pull)
        queue.item_removed.connect(self._on_queue_item_removed)

    def _models_of(self, server_id: str) -> Collection[ModelRecord]:
        snapshot = self._parts.state.snapshot(server_id)
        return snapshot.models if snapshot is not None and not snapshot.is_old else ()

    def _layers_of(self, server_id: str) -> frozenset[str]:
        return layers_here(self._models_of(server_id), self._parts.state.layer_index)

    # Reading.

    @Slot(object)
    def read(self, source: ListSource) -> None:
        """Read a file or a pasted text; in a lane of its own, as it may lie on a slow disk."""
        job = ReadListJob(source)
        job.succeeded.connect(self._on_read_succeeded)
        job.failed.connect(self._on_read_failed)
        self._parts.runner.submit(job, "list file")

    @Slot(object)
    def _on_read_succeeded(self, models: object) -> None:
        job = self.sender()
        if isinstance(job, ReadListJob):
            self._parts.state.lists.tell_read(ListRead(job.source, models))  # type: ignore[arg-type]

    @Slot(object)
    def _on_read_failed(self, error: OllamaError) -> None:
        job = self.sender()
        if isinstance(job, ReadListJob):
            self._parts.state.lists.tell_read(ListRead(job.source, error=error))

    # Looking up.

    @Slot(object)
    def look_up(self, question: ListQuestion) -> None:
        self._parts.state.lists.begin(ListLookup(question.server_id, 0, len(question.names)))
        self.lookups.ask(question)

    @Slot(object)
    def _on_lookups_looked_up(self, found: LookedUp) -> None:
        self._parts.state.lists.put(found)

    @Slot(object)
    def _on_lookups_progressed(self, lookup: ListLookup) -> None:
        self._parts.state.lists.set_lookup(lookup)

    @Slot(object)
    def _on_lookups_space_found(self, found: ServerSpace) -> None:
        self._parts.state.lists.set_space(found)

    # Export.

    @Slot(object)
    def export(self, request: ExportRequest) -> None:
        """Write what a server has now; old versions that are kept go by themselves."""
        state, target = self._parts.state, self._parts.target_of(request.server_id)
        if target is None:
            error = OllamaError(request.server_id, "no such server")
            state.lists.tell_exported(Exported(request, error=error))
            return
        models = [
            record
            for record in self._models_of(request.server_id)
            if not state.marks(record.key).is_backup
        ]
        server = state.server_of(request.server_id)
        label = server_name(server.label, server.address)
        makings = tuple(self._makings(request.server_id, models))
        job = ExportJob(target, request, models, makings, label, self._today())
        job.succeeded.connect(self._on_export_succeeded)
        job.failed.connect(self._on_export_failed)
        self._parts.runner.submit(job, f"export {request.server_id}")

    def _makings(self, server_id: str, models: Iterable[ModelRecord]) -> Iterable[Making]:
        state = self._parts.state
        installed, index = state.installed(server_id), state.layer_index
        for record in models:
            found = state.model_verdict(record.key)
            made = found.made if found.made and found.made.digest == record.digest else None
            is_ours = made is not None or found.verdict.standing is Standing.MADE_HERE
            if is_ours or is_made_here(record, installed, index):
                yield Making(record, base_of(record, made, installed))

    @Slot(object)
    def _on_export_succeeded(self, count: int) -> None:
        job = self.sender()
        if isinstance(job, ExportJob):
            self._parts.state.lists.tell_exported(Exported(job.request, count))

    @Slot(object)
    def _on_export_failed(self, error: OllamaError) -> None:
        job = self.sender()
        if isinstance(job, ExportJob):
            self._parts.state.lists.tell_exported(Exported(job.request, error=error))

    # Import.

    @Slot(object)
    def begin(self, request: ImportRequest) -> None:
        """Downloads go into the queue, in the order of the list; recipes wait for their base."""
        parts, looked = self._parts, self._parts.state.lists
        for name in request.pulls:
            found = looked.looked_of(request.server_id, name)
            manifest = found.answer.manifest if found is not None else None
            self._to_pull.append((PullRequest(request.server_id, name), manifest))
        if request.updates:
            values = parts.settings.values
            parts.commands.update_requested.emit(
                UpdateRequest(request.updates, values.keep_old_days, values.load_again)
            )
        self._to_hold.append(request)
        self._add_pulls()
        parts.state.lists.tell_begun(request)
        parts.refresh(request.server_id)

    @Slot()
    def _add_pulls(self) -> None:
        """Some of them; the others when the event loop has had its turn."""
        some = [self._to_pull.popleft() for _ in range(min(AT_ONCE, len(self._to_pull)))]
        self._parts.queue.add_all(some)
        if self._to_pull:
            self._turn.start()
            return
        # Not before: a recipe whose base is not even in the queue would be given up.
        for request in self._to_hold:
            self.importer.hold(request)
        self._to_hold.clear()

    @Slot(object)
    def _on_load_succeeded(self, held: tuple[tuple[str, ListEntry], ...]) -> None:
        """Downloads of an earlier run go on by themselves, and so does what waits for them."""
        self._is_loaded = True
        used = {server.id for server in self._parts.state.servers}
        for server_id in dict.fromkeys(server_id for server_id, _ in held):
            recipes = tuple(entry for each, entry in held if each == server_id)
            if server_id in used:
                self.importer.hold(ImportRequest(server_id, recipes=recipes))

    @Slot()
    def _on_importer_changed(self) -> None:
        if self._file is not None and self._is_loaded:
            job = SaveRecipesJob(self._file, self.importer.held)
            self._parts.runner.submit(job, "recipes")

    @Slot(object)
    def _on_importer_failed(self, failed: RecipeFailed) -> None:
        if failed.error is not None:
            return  # a box or a banner says it already
        self._parts.state.lists.tell_recipe_failed(failed)

    @Slot(object)
    def _on_state_snapshot_changed(self, snapshot: Snapshot) -> None:
        if not snapshot.is_old:
            self.importer.note_snapshot(snapshot)

    @Slot(object)
    def _on_state_failed(self, failure: Failure) -> None:
        """A box says why; here nobody waits for it any more."""
        if failure.verb is Verb.COPY:
            self.importer.note_copy_failed(failure.ref, failure.error)
        elif failure.verb is Verb.CREATE:
            self.importer.note_failed(failure.ref.server_id, failure.ref.name, failure.error)

    @Slot(object)
    def _on_renames_failed(self, outcome: RenameOutcome) -> None:
        if not outcome.is_rename:
            error = outcome.error or NotDone(outcome.destination)
            self.importer.note_failed(outcome.source.server_id, outcome.destination, error)

    @Slot()
    def _on_state_server_changed(self) -> None:
        used = {server.id for server in self._parts.state.servers}
        for server_id, _ in self.importer.waiting:
            if server_id not in used:
                self.importer.forget_server(server_id)

    @Slot()
    def _on_queue_item_removed(self) -> None:
        for server_id in dict.fromkeys(server_id for server_id, _ in self.importer.waiting):
            self.importer.look_again(server_id)
