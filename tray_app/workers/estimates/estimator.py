"""Estimator and EstimateJob: what a pull would mean, found out part by part within a deadline.

The parts are disk, manifest, config and licenses; one that fails takes no other with it. What
they amount to is the business of `core.estimate`. Only the newest question is answered.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from operator import is_
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from tray_app.core.errors import BadName, Cancelled, OllamaError, TimedOut
from tray_app.core.estimate import DiskSpace, Lookup, Missing, PullEstimate, estimate
from tray_app.core.licenses import License, license_name
from tray_app.core.manifests import parse_config
from tray_app.core.memory_fit import GraphicsMemory
from tray_app.core.names import ModelName, canonical
from tray_app.core.payloads import ModelRef
from tray_app.core.records import Layer, LayerKind, Manifest, ModelRecord, Snapshot
from tray_app.core.sharing import LayerIndex
from tray_app.ollama.local_store import LocalStore, free_bytes_in, held_layers, main_memory_bytes
from tray_app.ollama.registry import Registry
from tray_app.workers.jobs import Target
from tray_app.workers.runner import Job, JobRunner

_log = logging.getLogger(__name__)

DEADLINE_S = 15.0
MAX_MANIFESTS = 8
MAX_MEASURED = 500
MAX_CONFIG_BYTES = 256 * 1024
MAX_LICENSE_BYTES = 512 * 1024
MAX_LICENSES = 4
MAX_KNOWN = 200
"""Installed models by which the server's folder is recognized; one that fits is enough."""


class EstimateJob(Job):
    """Looks a name up for one server. Outcome: Lookup, with all that could be found.

    Signals: `found` (Lookup) each time more is known. `store` is None for a server on another
    computer; `known` are (name, digest) pairs of models that are installed there.
    """

    found = Signal(object)  # Lookup

    def __init__(
        self,
        registry: Registry,
        ref: ModelRef,
        *,
        store: LocalStore | None = None,
        known: tuple[tuple[str, str], ...] = (),
        is_insecure: bool = False,
    ) -> None:
        super().__init__()
        self.ref = ref
        self._registry = registry
        self._store = store
        self._known = known
        self._is_insecure = is_insecure
        self._lookup = Lookup(ref.server_id, ref.name)

    def perform(self) -> Lookup:
        name = ModelName.parse(self.ref.name)
        folder = self._look_at_disk()
        self._try("manifest", lambda: self._fetch_manifest(name, folder))
        if self._lookup.manifest is not None:
            self._try("config", lambda: self._fetch_config(name))
            self._try("licenses", lambda: self._fetch_licenses(name))
        return self._lookup

    def _try(self, part: str, fetch: Callable[[], None]) -> None:
        """Fetch one part; when that fails, the reason stands in its place."""
        try:
            fetch()
        except Cancelled:
            raise
        except OllamaError as error:
            _log.info("%s of %s unknown: %s", part, self.ref.name, error)
            self._tell(**{f"{part}_reason": error})

    def _tell(self, **parts: object) -> None:
        self._lookup = replace(self._lookup, **parts)  # type: ignore[arg-type]
        self.found.emit(self._lookup)

    def _look_at_disk(self) -> Path | None:
        if self._store is None:
            self._tell(space_reason=Missing.REMOTE)
            return None
        folder = self._store.models_folder(self._known)
        free = free_bytes_in(folder) if folder is not None else None
        space = DiskSpace(str(folder), free) if free is not None else None
        self._tell(space=space, space_reason=Missing.NO_FOLDER, main_bytes=main_memory_bytes())
        return folder

    def _fetch_manifest(self, name: ModelName, folder: Path | None) -> None:
        manifest = self._registry.fetch_manifest(
            name, scope=self.scope, is_insecure=self._is_insecure
        )
        held = held_layers(folder, manifest.layers) if folder is not None else frozenset()
        self._tell(manifest=manifest, held=held)

    def _fetch_config(self, name: ModelName) -> None:
        layer = next(iter(self._layers(LayerKind.CONFIG)), None)
        if layer is None:
            self._tell(config_reason=Missing.NONE)
        else:
            raw = self._fetch(name, layer, MAX_CONFIG_BYTES)
            self._tell(config=parse_config(raw))

    def _fetch_licenses(self, name: ModelName) -> None:
        licenses = []
        for layer in self._layers(LayerKind.LICENSE)[:MAX_LICENSES]:
            text = self._fetch(name, layer, MAX_LICENSE_BYTES).decode("utf-8", "replace")
            if text.strip():
                licenses.append(License(license_name(text), text))
        self._tell(licenses=tuple(licenses), licenses_reason=Missing.NONE)

    def _layers(self, kind: LayerKind) -> list[Layer]:
        manifest = self._lookup.manifest
        return [layer for layer in manifest.layers if layer.kind is kind] if manifest else []

    def _fetch(self, name: ModelName, layer: Layer, max_bytes: int) -> bytes:
        return self._registry.fetch_blob(
            name,
            layer.digest,
            max_bytes=max_bytes,
            scope=self.scope,
            is_insecure=self._is_insecure,
        )


_Facts = tuple[Lookup, tuple[ModelRecord, ...], LayerIndex, GraphicsMemory | None, int | None]


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
        self._facts: _Facts | None = None  # what that was made of
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
            known=tuple(islice(((r.name, r.digest) for r in models if r.digest), MAX_KNOWN)),
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
        self._job = self._lookup = self._told = self._facts = None
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
                self._measured.pop((server_id, row.digest), None)
                self._measured[server_id, row.digest] = row.size_bytes
        while len(self._measured) > MAX_MEASURED:
            del self._measured[next(iter(self._measured))]
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
        digest = lookup.manifest.digest if lookup.manifest is not None else ""
        measured = self._measured.get((lookup.server_id, digest))
        facts = (
            lookup,
            snapshot.models if snapshot else (),
            self._layer_index,
            self._graphics.get(lookup.server_id),
            measured,
        )
        # Thousands of models are looked at: not at a poll that changes nothing.
        old = self._facts
        if old is not None and all(map(is_, facts[:3], old)) and facts[3:] == old[3:]:
            return
        self._facts = facts
        made = estimate(*facts[:4], {digest: measured} if measured else None)
        if made != self._told:
            self._told = made
            self.estimated.emit(made)
