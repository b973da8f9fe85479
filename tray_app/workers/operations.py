"""Operations: every verb a person can ask for, one method each: wish → job.

Window, tray, terminal and links all go through here, and a failure comes out here in one form.
No widgets, no wording: what a failure says is `tray_app.text`'s business.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from tray_app.core.errors import OllamaError
from tray_app.core.payloads import (
    AccessFacts,
    BusyModel,
    CopyRequest,
    DeleteOutcome,
    DeleteRequest,
    Failure,
    LoadRequest,
    ModelRef,
    PullRequest,
    Recommendations,
    RenameRequest,
    ServerDraft,
    ServerTest,
    Verb,
)
from tray_app.core.renaming import CleanUp, RenameOutcome
from tray_app.workers.estimates.estimator import Estimator
from tray_app.workers.estimates.layer_index import LayerReader
from tray_app.workers.jobs import (
    AccessJob,
    DeleteJob,
    DeriveJob,
    LoadJob,
    ManifestJob,
    RecommendationsJob,
    ShowJob,
    Target,
    TestJob,
    UndoJob,
    UnloadJob,
)
from tray_app.workers.renames import CleanUpJob, CopyJob, RenameJob

if TYPE_CHECKING:
    from tray_app.core.creates.records import Derived, DeriveRequest, Undone, UndoRequest
    from tray_app.core.endpoint import Endpoint
    from tray_app.core.pulls.states import PullItem
    from tray_app.core.records import Manifest, ModelInfo, Snapshot
    from tray_app.ollama.registry import Registry
    from tray_app.workers.pulls.queue import PullQueue
    from tray_app.workers.runner import Job, JobRunner


class Operations(QObject):
    """Turns wishes into jobs and outcomes into signals.

    Signals: outcomes of the verbs; every failure that no outcome record carries is `failed`.
    `list_stale` (server id) after anything that may have changed a server's list.
    Thread: GUI thread.
    """

    details_loaded = Signal(object)  # ModelInfo
    failed = Signal(object)  # Failure
    deleted = Signal(object)  # DeleteOutcome
    derived = Signal(object)  # Derived
    undone = Signal(object)  # Undone
    rename_ended = Signal(object)  # RenameOutcome, of a copy too
    cleaned_up = Signal(object)  # CleanUp
    load_began = Signal(object)  # LoadRequest
    loaded = Signal(object)  # ModelRef
    unloaded = Signal(object)  # ModelRef
    busy_changed = Signal(object)  # BusyModel
    server_tested = Signal(object)  # ServerTest
    access_read = Signal(object)  # AccessFacts
    recommendations_loaded = Signal(object)  # Recommendations
    list_stale = Signal(str)  # server id

    def __init__(
        self,
        runner: JobRunner,
        queue: PullQueue,
        target_of: Callable[[str], Target | None],
        registry: Registry,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._queue = queue
        self._target_of = target_of
        self._registry = registry
        self._asked: dict[Job, tuple[Verb, ModelRef]] = {}
        self.layers = LayerReader(runner, target_of, self)
        self.estimator = Estimator(runner, target_of, registry, queue.is_insecure, self)
        self.layers.layer_index_changed.connect(self.estimator.set_layer_index)
        queue.started.connect(self._on_queue_started)
        queue.item_ended.connect(self._on_queue_item_ended)
        queue.faulted.connect(self.list_stale)  # passed on: one signal, whatever made it stale

    # Verbs.

    @Slot(object)
    def show(self, ref: ModelRef) -> None:
        """Details of a model."""
        target = self._target(Verb.SHOW, ref)
        if target is not None:
            job = ShowJob(target, ref)
            job.succeeded.connect(self._on_show_succeeded)
            self._submit(job, f"show {ref.server_id}", Verb.SHOW, ref)

    @Slot(object)
    def pull(self, request: PullRequest) -> None:
        """Queue a download."""
        self._queue.add(request, self.estimator.manifest_of(request.name))
        self.list_stale.emit(request.server_id)

    @Slot(object)
    def delete(self, request: DeleteRequest) -> None:
        """Delete models; loaded ones are unloaded first, changed ones are left alone."""
        for server_id in dict.fromkeys(ref.server_id for ref in request.refs):
            refs = tuple(ref for ref in request.refs if ref.server_id == server_id)
            target = self._target_of(server_id)
            if target is None:
                error = OllamaError(server_id, "no such server")
                failures = tuple(Failure(Verb.DELETE, ref, error) for ref in refs)
                self._tell_deleted(DeleteOutcome((), failures, asked=request.refs))
                continue
            for ref in refs:
                self.busy_changed.emit(BusyModel(ref, Verb.DELETE))
            job = DeleteJob(target, DeleteRequest(refs, request.loaded, request.refs))
            job.succeeded.connect(self._tell_deleted)
            job.failed.connect(self._on_delete_failed)
            job.cancelled.connect(self._on_delete_cancelled)
            self._runner.submit(job, f"change {server_id}")

    @Slot(object)
    def copy(self, request: CopyRequest) -> None:
        target = self._target(Verb.COPY, request.source)
        if target is not None:
            job = CopyJob(target, request)
            job.succeeded.connect(self._on_rename_succeeded)
            self._submit(job, f"change {request.source.server_id}", Verb.COPY, request.source)

    @Slot(object)
    def derive(self, request: DeriveRequest) -> None:
        """Make a model of an installed one, or edit one that was made here. In a lane of its own:
        a proxy that keeps its end from us delays nothing else."""
        ref = ModelRef(request.base.server_id, request.name, request.replaces)
        target = self._target(Verb.CREATE, ref)
        if target is not None:
            if request.is_edit:
                self.busy_changed.emit(BusyModel(ref, Verb.CREATE))
            job = DeriveJob(target, request)
            job.succeeded.connect(self._on_derive_succeeded)
            self._submit(job, f"derive {ref.server_id}", Verb.CREATE, ref)

    @Slot(object)
    def undo(self, request: UndoRequest) -> None:
        """Make an edited model what it was."""
        ref = request.edited
        target = self._target(Verb.CREATE, ref)
        if target is not None:
            self.busy_changed.emit(BusyModel(ref, Verb.CREATE))
            job = UndoJob(target, request)
            job.succeeded.connect(self._on_undo_succeeded)
            self._submit(job, f"derive {ref.server_id}", Verb.CREATE, ref)

    @Slot(object)
    def rename(self, request: RenameRequest) -> None:
        """Give a model another name on its server."""
        target = self._target(Verb.RENAME, request.source)
        if target is not None:
            self.busy_changed.emit(BusyModel(request.source, Verb.RENAME))
            job = RenameJob(target, request)
            job.succeeded.connect(self._on_rename_succeeded)
            self._submit(job, f"change {request.source.server_id}", Verb.RENAME, request.source)

    @Slot(object)
    def clean_up(self, ref: ModelRef) -> None:
        """Cure the name that a copy on a full disk has left."""
        target = self._target(Verb.COPY, ref)
        if target is not None:
            job = CleanUpJob(target, ref)
            job.succeeded.connect(self._on_clean_up_succeeded)
            self._submit(job, f"change {ref.server_id}", Verb.COPY, ref)

    @Slot(object)
    def load(self, request: LoadRequest) -> None:
        """Load into memory, or change how long a loaded model stays."""
        target = self._target(Verb.LOAD, request.ref)
        if target is not None:
            self.busy_changed.emit(BusyModel(request.ref, Verb.LOAD))
            self.load_began.emit(request)
            job = LoadJob(target, request)
            job.succeeded.connect(self._on_load_succeeded)
            self._submit(job, f"load {request.ref.server_id}", Verb.LOAD, request.ref)

    @Slot(object)
    def stop_load(self, ref: ModelRef) -> None:
        """Close the request: the server gives up the load that waits for no other one. What became
        of it, its list of what is loaded tells."""
        self._runner.cancel_where(
            lambda job: isinstance(job, LoadJob) and job.request.ref.key == ref.key
        )

    @Slot(object)
    def unload(self, ref: ModelRef) -> None:
        target = self._target(Verb.UNLOAD, ref)
        if target is not None:
            self.busy_changed.emit(BusyModel(ref, Verb.UNLOAD))
            job = UnloadJob(target, ref)
            job.succeeded.connect(self._on_unload_succeeded)
            # Not in the lane of deletes: a load under way there must not delay it.
            self._submit(job, f"unload {ref.server_id}", Verb.UNLOAD, ref)

    def test_server(self, draft: ServerDraft) -> None:
        """Try a draft as it stands; only the newest question is answered."""
        self.stop_test()
        job = TestJob(draft)
        job.succeeded.connect(self._on_test_succeeded)
        self._runner.submit(job, "test")

    @Slot()
    def stop_test(self) -> None:
        """Nobody waits for the answer any more."""
        self._runner.cancel_where(_is_test)

    @Slot(object)
    def look_at_access(self, endpoint: Endpoint) -> None:
        """Look what stands on the way to it; in a lane of its own, as its CA file may lie on a
        computer that sleeps."""
        job = AccessJob(endpoint)
        job.succeeded.connect(self._on_access_succeeded)
        self._runner.submit(job, "access")

    def forget_server(self, server_id: str) -> None:
        """The server is another one now: what was known of its models means nothing."""
        self.layers.forget_server(server_id)
        self.estimator.forget_server(server_id)

    def note_snapshot(self, snapshot: Snapshot) -> None:
        """What is installed and loaded now."""
        self.layers.note_snapshot(snapshot)
        self.estimator.note_snapshot(snapshot)

    @Slot(str)
    def recommend(self, server_id: str) -> None:
        """Ask for the server's own suggestions; none is an answer too, a failure is silent."""
        target = self._target_of(server_id)
        if target is not None:
            job = RecommendationsJob(target)
            job.succeeded.connect(self._on_recommend_succeeded)
            self._runner.submit(job, f"show {server_id}")

    # Outcomes.

    def _target(self, verb: Verb, ref: ModelRef) -> Target | None:
        target = self._target_of(ref.server_id)
        if target is None:
            error = OllamaError(ref.server_id, "no such server")
            self.failed.emit(Failure(verb, ref, error))
        return target

    def _submit(self, job: Job, lane: str, verb: Verb, ref: ModelRef) -> None:
        job.failed.connect(self._on_job_failed)
        job.finished.connect(self._on_job_finished)
        self._asked[job] = (verb, ref)
        if self._runner.submit(job, lane) is not job:
            del self._asked[job]  # the same is under way already

    @Slot(object)
    def _on_job_failed(self, error: OllamaError) -> None:
        asked = self._asked.get(self.sender())  # type: ignore[call-overload]
        if asked is not None:
            verb, ref = asked
            self.failed.emit(Failure(verb, ref, error))

    @Slot()
    def _on_job_finished(self) -> None:
        verb, ref = self._asked.pop(self.sender())  # type: ignore[call-overload]
        if verb is not Verb.SHOW:
            self.busy_changed.emit(BusyModel(ref, None))
            self.list_stale.emit(ref.server_id)

    @Slot(object)
    def _on_show_succeeded(self, info: ModelInfo) -> None:
        if info.digest:
            self.layers.add(info)
        self.details_loaded.emit(info)

    @Slot(object)
    def _tell_deleted(self, outcome: DeleteOutcome) -> None:
        refs = (*outcome.deleted, *outcome.gone, *(failure.ref for failure in outcome.failures))
        for ref in refs:
            self.busy_changed.emit(BusyModel(ref, None))
        self.deleted.emit(outcome)
        self.list_stale.emit(refs[0].server_id)

    @Slot(object)
    def _on_delete_failed(self, error: OllamaError) -> None:
        """Nothing was deleted: the server could not even be asked for its list."""
        job = self.sender()
        if isinstance(job, DeleteJob):
            failures = tuple(Failure(Verb.DELETE, ref, error) for ref in job.request.refs)
            self._tell_deleted(DeleteOutcome((), failures, asked=job.request.asked))

    @Slot()
    def _on_delete_cancelled(self) -> None:
        job = self.sender()
        if isinstance(job, DeleteJob):
            for ref in job.request.refs:
                self.busy_changed.emit(BusyModel(ref, None))

    @Slot(object)
    def _on_rename_succeeded(self, outcome: RenameOutcome) -> None:
        self.rename_ended.emit(outcome)

    @Slot(object)
    def _on_clean_up_succeeded(self, is_clean: bool) -> None:
        job = self.sender()
        if isinstance(job, CleanUpJob):
            self.cleaned_up.emit(CleanUp(job.ref, is_clean))

    @Slot(object)
    def _on_derive_succeeded(self, derived: Derived) -> None:
        self.derived.emit(derived)

    @Slot(object)
    def _on_undo_succeeded(self, undone: Undone) -> None:
        self.undone.emit(undone)

    @Slot(object)
    def _on_load_succeeded(self, ref: ModelRef) -> None:
        self.loaded.emit(ref)

    @Slot(object)
    def _on_unload_succeeded(self, ref: ModelRef) -> None:
        self.unloaded.emit(ref)

    @Slot(object)
    def _on_test_succeeded(self, test: ServerTest) -> None:
        self.server_tested.emit(test)

    @Slot(object)
    def _on_access_succeeded(self, facts: AccessFacts) -> None:
        self.access_read.emit(facts)

    @Slot(object)
    def _on_recommend_succeeded(self, recommendations: Recommendations) -> None:
        self.recommendations_loaded.emit(recommendations)

    @Slot(object)
    def _on_queue_started(self, item: PullItem) -> None:
        """Sizes before bytes: one honest bar. The pull does not wait for it."""
        looked_up = self.estimator.manifest_of(item.name)
        if looked_up is not None:
            self._queue.offer_manifest(item.id, looked_up)
        is_insecure = self._queue.is_insecure(item.name)
        job = ManifestJob(self._registry, item.id, item.name, is_insecure=is_insecure)
        job.succeeded.connect(self._on_manifest_succeeded)
        self._runner.submit(job, "registry")

    @Slot(object)
    def _on_manifest_succeeded(self, manifest: Manifest) -> None:
        job = self.sender()
        if isinstance(job, ManifestJob):
            self._queue.offer_manifest(job.item_id, manifest)

    @Slot(object)
    def _on_queue_item_ended(self, item: PullItem) -> None:
        self.list_stale.emit(item.server_id)


def _is_test(job: Job) -> bool:
    return isinstance(job, TestJob)
