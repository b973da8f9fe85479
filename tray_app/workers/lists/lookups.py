"""ListLookups: what the registries have of the names in a list, and what a server has of that.

The registries are asked as for updates: at most four questions at a time, two to one registry, and
one that wants to be left alone is. Nobody waits for it: whoever closes the list ends it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from tray_app.core.errors import BadName
from tray_app.core.lists.planning import Looked
from tray_app.core.lists.requests import ListLookup, ListQuestion, LookedUp, ServerSpace
from tray_app.core.names import ModelName
from tray_app.core.updates.asking import Question
from tray_app.workers.lists.jobs import DiskJob, HeldJob
from tray_app.workers.updates.asking import RegistryAsking

if TYPE_CHECKING:
    from tray_app.core.estimate import DiskSpace
    from tray_app.core.records import Layer, ModelRecord
    from tray_app.ollama.registry import Registry
    from tray_app.workers.jobs import Target
    from tray_app.workers.runner import JobRunner
    from tray_app.workers.updates.jobs import Answered

MAX_KNOWN = 200
"""Installed models by which the server's folder is recognized."""


class ListLookups(QObject):
    """Answers the newest question only.

    Signals: `looked_up` for each name, again when it is known what the server has of it;
    `progressed` after each; `space_found` once it was looked at the server's disk.
    Thread: GUI thread. `models_of` gives the models of a server, `here_of` their layers.
    """

    looked_up = Signal(object)  # LookedUp
    progressed = Signal(object)  # ListLookup
    space_found = Signal(object)  # ServerSpace

    def __init__(
        self,
        runner: JobRunner,
        target_of: Callable[[str], Target | None],
        registry: Registry,
        is_insecure: Callable[[str], bool],
        models_of: Callable[[str], Collection[ModelRecord]],
        here_of: Callable[[str], frozenset[str]],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._target_of = target_of
        self._is_insecure = is_insecure
        self._models_of = models_of
        self._here_of = here_of
        self._state = ListLookup()
        self._asking = RegistryAsking(runner, registry, "lists", self)
        self._asking.answered.connect(self._on_asking_answered)
        self._held_job: HeldJob | None = None
        self._disk_job: DiskJob | None = None
        self._folder: Path | None = None
        self._is_folder_known = False
        # By name: what was answered, and layers of it that the server may have.
        self._waiting: dict[str, tuple[Looked, tuple[Layer, ...]]] = {}

    @Slot(object)
    def ask(self, question: ListQuestion) -> None:
        """Look these up; the question before is over."""
        self.stop()
        server_id = question.server_id
        found = [q for q in map(self._question, question.names) if q is not None]
        self._state = ListLookup(server_id, 0, len(found))
        self.progressed.emit(self._state)
        self._look_at_disk(server_id)
        for each in found:
            self._asking.put(each)
        self._asking.start()

    @Slot()
    def stop(self) -> None:
        """Nobody waits for the answers any more."""
        self._asking.forget()
        self._waiting.clear()
        for job in (self._held_job, self._disk_job):
            if job is not None:
                job.cancel()
        self._held_job = self._disk_job = None
        self._folder, self._is_folder_known = None, False
        self._state = ListLookup()

    def _question(self, name: str) -> Question | None:
        try:
            parsed = ModelName.parse(name)
        except BadName:
            return None
        return Question(parsed, name, is_insecure=self._is_insecure(name))

    # The registries.

    @Slot(object)
    def _on_asking_answered(self, answered: Answered) -> None:
        name, answer = answered.question.key, answered.answer
        layers: tuple[Layer, ...] = ()
        if answer.manifest is not None:
            here = self._here_of(self._state.server_id)
            layers = tuple(x for x in answer.manifest.layers if x.digest not in here)
        if layers:
            looked = Looked(answer)
            self._waiting[name] = (looked, layers)
        else:
            looked = Looked(answer, frozenset())
        self._tell(name, looked)
        self._state = replace(self._state, done=self._state.done + (not layers))
        self.progressed.emit(self._state)
        self._look_for_layers()

    def _tell(self, name: str, looked: Looked) -> None:
        self.looked_up.emit(LookedUp(self._state.server_id, name, looked))

    # The server.

    def _look_at_disk(self, server_id: str) -> None:
        target = self._target_of(server_id)
        if target is None or target.store is None:
            self._is_folder_known = True
            self.space_found.emit(ServerSpace(server_id, None))
            return
        rows = ((row.name, row.digest) for row in self._models_of(server_id) if row.digest)
        job = self._disk_job = DiskJob(server_id, target.store, tuple(islice(rows, MAX_KNOWN)))
        job.succeeded.connect(self._on_disk_job_succeeded)
        job.failed.connect(self._on_disk_job_failed)
        self._runner.submit(job, f"list disk {server_id}")

    @Slot(object)
    def _on_disk_job_succeeded(self, space: DiskSpace | None) -> None:
        if self.sender() is self._disk_job:
            self._folder = Path(space.folder) if space is not None else None
            self._take_folder(space)

    @Slot()
    def _on_disk_job_failed(self) -> None:
        if self.sender() is self._disk_job:
            self._take_folder(None)

    def _take_folder(self, space: DiskSpace | None) -> None:
        self._disk_job = None
        self._is_folder_known = True
        self.space_found.emit(ServerSpace(self._state.server_id, space))
        self._look_for_layers()

    def _look_for_layers(self) -> None:
        """For all answers that have come by now, one look at a time."""
        if not self._waiting or self._held_job is not None or not self._is_folder_known:
            return
        target = self._target_of(self._state.server_id)
        wanted = {name: layers for name, (_, layers) in self._waiting.items()}
        if target is None:
            self._take_held(dict.fromkeys(wanted, frozenset()))
            return
        job = self._held_job = HeldJob(target, self._folder, wanted)
        job.succeeded.connect(self._on_held_job_succeeded)
        job.failed.connect(self._on_held_job_failed)
        self._runner.submit(job, f"lists {self._state.server_id}")

    @Slot(object)
    def _on_held_job_succeeded(self, held: dict[str, frozenset[str]]) -> None:
        if self.sender() is self._held_job:
            self._held_job = None
            self._take_held(held)

    @Slot(object)
    def _on_held_job_failed(self) -> None:
        job = self.sender()
        if isinstance(job, HeldJob) and job is self._held_job:
            self._held_job = None
            self._take_held(dict.fromkeys(job.wanted, frozenset()))

    def _take_held(self, held: dict[str, frozenset[str]]) -> None:
        done = 0
        for name, digests in held.items():
            waiting = self._waiting.pop(name, None)
            if waiting is not None:
                done += 1
                self._tell(name, replace(waiting[0], held=digests))
        self._state = replace(self._state, done=self._state.done + done)
        self.progressed.emit(self._state)
        self._look_for_layers()
