"""Estimator: answers what a pull would mean; the newest question only, within a deadline."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from tray_app.core.errors import BadName, OllamaError, TimedOut
from tray_app.core.estimate import Lookup, PullEstimate, estimate
from tray_app.core.memory_fit import GraphicsMemory
from tray_app.core.names import ModelName, canonical
from tray_app.core.payloads import ModelRef
from tray_app.core.records import Manifest, Snapshot
from tray_app.core.sharing import LayerIndex
from tray_app.ollama.registry import Registry
from tray_app.workers.estimate_job import EstimateJob
from tray_app.workers.jobs import Target
from tray_app.workers.runner import JobRunner

DEADLINE_S = 15.0
MAX_MANIFESTS = 8


class Estimator(QObject):
    """Keeps what servers have shown, and puts it together with what a lookup finds.

    Signals: `estimated`, again each time more is known, until `cancel` or the next question.
    Thread: GUI thread; the asking happens in the lane "estimate".
    """

    estimated = Signal(object)  # PullEstimate

    def __init__(
        self,
        runner: JobRunner,
        target_of: Callable[[str], Target | None],
        registry: Registry,
        is_insecure: Callable[[str], bool],
        parent: QObject | None = None,
        *,
        deadline_s: float = DEADLINE_S,
    ) -> None:
        super().__init__(parent)
        self._runner = runner
        self._target_of = target_of
        self._registry = registry
        self._is_insecure = is_insecure
        self._layer_index = LayerIndex()
        self._snapshots: dict[str, Snapshot] = {}
        self._graphics: dict[str, GraphicsMemory] = {}
        self._measured: dict[tuple[str, str], int] = {}
        self._manifests: dict[str, Manifest] = {}
        self._job: EstimateJob | None = None
        self._lookup: Lookup | None = None
        self._told: PullEstimate | None = None
        self._deadline = QTimer(self)
        self._deadline.setSingleShot(True)
        self._deadline.setInterval(round(deadline_s * 1000))
        self._deadline.timeout.connect(self._on_deadline_timeout)

    # Questions.

    @Slot(object)
    def ask(self, ref: ModelRef) -> None:
        """What pulling `ref` would mean. An older question is not answered any more."""
        self.cancel()
        try:
            name = str(ModelName.parse(ref.name))
        except BadName as error:
            self._take(Lookup(ref.server_id, ref.name, manifest_reason=error))
            return
        target = self._target_of(ref.server_id)
        snapshot = self._snapshots.get(ref.server_id)
        models = snapshot.models if snapshot else ()
        job = EstimateJob(
            self._registry,
            ModelRef(ref.server_id, name),
            store=target.store if target else None,
            known=tuple((row.name, row.digest) for row in models if row.digest),
            is_insecure=self._is_insecure(name),
        )
        job.found.connect(self._on_job_found)
        job.succeeded.connect(self._on_job_succeeded)
        job.failed.connect(self._on_job_failed)
        self._job = job
        self._deadline.start()
        self._runner.submit(job, "estimate")

    @Slot()
    def cancel(self) -> None:
        """Nobody waits for the answer any more."""
        if self._job is not None:
            self._job.cancel()
        self._job = self._lookup = self._told = None
        self._deadline.stop()

    def manifest_of(self, name: str) -> Manifest | None:
        """The manifest of `name`, if it was among the last ones that were looked up."""
        return self._manifests.get(canonical(name))

    # What the world tells.

    def note_snapshot(self, snapshot: Snapshot) -> None:
        """What is installed and loaded on a server."""
        server_id = snapshot.server_id
        self._snapshots[server_id] = snapshot
        known = self._graphics.get(server_id, GraphicsMemory())
        self._graphics[server_id] = known.observe(snapshot.running)
        for row in snapshot.running or ():
            if row.digest and row.size_bytes:
                self._measured[server_id, row.digest] = row.size_bytes
        self._tell()

    @Slot(object)
    def set_layer_index(self, layer_index: LayerIndex) -> None:
        """Which models consist of what."""
        self._layer_index = layer_index
        self._tell()

    def forget_server(self, server_id: str) -> None:
        """The server is another one now."""
        self._snapshots.pop(server_id, None)
        self._graphics.pop(server_id, None)
        self._measured = {k: size for k, size in self._measured.items() if k[0] != server_id}

    # Answers.

    @Slot(object)
    def _on_job_found(self, lookup: Lookup) -> None:
        if self.sender() is self._job:
            self._take(lookup)

    @Slot(object)
    def _on_job_succeeded(self, lookup: Lookup) -> None:
        if self.sender() is self._job:
            self._end(lookup.ended())

    @Slot(object)
    def _on_job_failed(self, error: OllamaError) -> None:
        job = self._job
        if job is not None and self.sender() is job:
            self._end((self._lookup or Lookup(job.ref.server_id, job.ref.name)).ended(error))

    @Slot()
    def _on_deadline_timeout(self) -> None:
        job = self._job
        if job is not None:
            lookup = self._lookup or Lookup(job.ref.server_id, job.ref.name)
            job.cancel()
            self._end(lookup.ended(TimedOut(job.ref.name)))

    def _end(self, lookup: Lookup) -> None:
        self._job = None
        self._deadline.stop()
        self._take(lookup)

    def _take(self, lookup: Lookup) -> None:
        self._lookup = lookup
        if lookup.manifest is not None:
            key = canonical(lookup.name)
            self._manifests.pop(key, None)
            self._manifests[key] = lookup.manifest
            while len(self._manifests) > MAX_MANIFESTS:
                del self._manifests[next(iter(self._manifests))]
        self._tell()

    def _tell(self) -> None:
        """Say what is known now, unless it was said already."""
        lookup = self._lookup
        if lookup is None:
            return
        snapshot = self._snapshots.get(lookup.server_id)
        made = estimate(
            lookup,
            snapshot.models if snapshot else (),
            self._layer_index,
            self._graphics.get(lookup.server_id),
            {d: size for (server, d), size in self._measured.items() if server == lookup.server_id},
        )
        if made != self._told:
            self._told = made
            self.estimated.emit(made)
