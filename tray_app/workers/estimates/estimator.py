"""Estimator: what a pull would mean for each server that is asked about, found out part by part.

The parts are disk, manifest, config and licenses; one that fails takes no other with it. Registries
are asked once for all servers; what only a server's own disk can tell is looked at in a lane of
that server, so that one that hangs delays no other. What it all amounts to is the business of
`core.estimate`. Only the newest question is answered.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from operator import is_
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from tray_app.core.errors import BadName, Cancelled, OllamaError, TimedOut
from tray_app.core.estimate import DiskSpace, Lookup, Missing, PullEstimate, Reason, estimate
from tray_app.core.keeping.measuring import telling
from tray_app.core.keeping.records import Measurement
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.licenses import License, license_name
from tray_app.core.manifests import parse_config
from tray_app.core.memory_fit import GraphicsMemory
from tray_app.core.names import ModelName, canonical
from tray_app.core.records import Layer, LayerKind, Manifest, Snapshot
from tray_app.core.sharing import LayerIndex
from tray_app.ollama.local_store import LocalStore, free_bytes_in, held_layers, main_memory_bytes
from tray_app.workers.runner import Job, JobRunner

if TYPE_CHECKING:
    from tray_app.core.payloads import ModelRef
    from tray_app.ollama.registry import Registry
    from tray_app.workers.jobs import Target

_log = logging.getLogger(__name__)

DEADLINE_S = 15.0
MAX_MANIFESTS = 8
MAX_MEASURED = 500
MAX_CONFIG_BYTES = 256 * 1024
MAX_LICENSE_BYTES = 512 * 1024
MAX_LICENSES = 4
MAX_KNOWN = 200
"""Installed models by which the server's folder is recognized; one that fits is enough."""

TakenOf = Callable[[str, str, str], tuple[Measurement, ...]]
"""By server, manifest and weights."""


class RegistryJob(Job):
    """Looks a name up at its registry. Outcome: Lookup of no server, with all that could be found.

    Signals: `found` (Lookup) each time more is known.
    """

    found = Signal(object)  # Lookup

    def __init__(self, registry: Registry, name: str, *, is_insecure: bool = False) -> None:
        super().__init__()
        self._registry = registry
        self._is_insecure = is_insecure
        self._lookup = Lookup("", name)

    def perform(self) -> Lookup:
        name = ModelName.parse(self._lookup.name)
        self._try("manifest", lambda: self._fetch_manifest(name))
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
            _log.info("%s of %s unknown: %s", part, self._lookup.name, error)
            self._tell(**{f"{part}_reason": error})

    def _tell(self, **parts: object) -> None:
        self._lookup = replace(self._lookup, **parts)  # type: ignore[arg-type]
        self.found.emit(self._lookup)

    def _fetch_manifest(self, name: ModelName) -> None:
        self._tell(
            manifest=self._registry.fetch_manifest(
                name, scope=self.scope, is_insecure=self._is_insecure, wants_push_time=True
            )
        )

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


@dataclass(frozen=True, slots=True)
class _Disk:
    """Where a server keeps its models, as far as this computer sees it."""

    folder: Path | None = None
    space: DiskSpace | None = None
    space_reason: Reason = Missing.PENDING
    main_bytes: int | None = None


class _DiskJob(Job):
    """Finds the folder of a server's models, and what is free there. Outcome: _Disk. `known` are
    (name, digest) pairs of models that are installed there."""

    def __init__(
        self, server_id: str, store: LocalStore, known: tuple[tuple[str, str], ...]
    ) -> None:
        super().__init__()
        self.server_id = server_id
        self._store = store
        self._known = known

    def perform(self) -> _Disk:
        folder = self._store.models_folder(self._known)
        free = free_bytes_in(folder) if folder is not None else None
        space = DiskSpace(str(folder), free) if free is not None else None
        return _Disk(folder, space, Missing.NO_FOLDER, main_memory_bytes())


class _HeldJob(Job):
    """Which layers lie in that folder, whoever uses them. Outcome: frozenset of digests."""

    def __init__(self, server_id: str, folder: Path, layers: tuple[Layer, ...]) -> None:
        super().__init__()
        self.server_id = server_id
        self._folder = folder
        self._layers = layers

    def perform(self) -> frozenset[str]:
        return held_layers(self._folder, self._layers)


_Facts = tuple[object, ...]


@dataclass(slots=True)
class _Asked:
    """A server that is asked about: what its disk has told, and what has been told of it.

    `job` is the look that is under way. `is_seen`: what lies in its folder is known, or will not
    be; before, no size is told, as it would soon be another.
    """

    disk: _Disk
    held: frozenset[str] = frozenset()
    is_seen: bool = False
    job: Job | None = None
    told: PullEstimate | None = None
    facts: _Facts | None = None  # what that was made of


class Estimator(QObject):
    """Keeps what servers have shown, and puts it together with what a lookup finds.

    Signals: `estimated` for each server that is asked about, again each time more is known, until
    `cancel` or the next question.
    Thread: GUI thread; the asking happens in the lane "estimate" and in one for each server that
    keeps its models where this computer can look.
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
        self._taken_of: TakenOf | None = None
        self._manifests: dict[str, Manifest] = {}
        # The question: the name, for which servers, what its registry has told, who asks it.
        self._lookup: Lookup | None = None
        self._asked: dict[str, _Asked] = {}
        self._job: RegistryJob | None = None
        self._deadline = QTimer(self)
        self._deadline.setSingleShot(True)
        self._deadline.setInterval(round(deadline_s * 1000))
        self._deadline.timeout.connect(self._on_deadline_timeout)

    # Questions.

    @Slot(object)
    def ask(self, ref: ModelRef) -> None:
        """What pulling `ref` would mean. The same name for another server belongs to the question
        of now; any other question ends that one."""
        try:
            name = str(ModelName.parse(ref.name))
        except BadName as error:
            self.cancel()
            self._lookup = Lookup("", ref.name, manifest_reason=error)
            self._asked[ref.server_id] = _Asked(_Disk(), is_seen=True)
            self._tell(ref.server_id)
            return
        is_same = self._lookup is not None and self._lookup.name == name
        if not is_same or ref.server_id in self._asked:
            self.cancel()
            self._ask_registry(name)
        self._look_at_disk(ref.server_id)
        self._tell(ref.server_id)

    @Slot()
    def cancel(self) -> None:
        """Nobody waits for the answer any more."""
        self._stop()
        self._lookup = None
        self._asked = {}

    def manifest_of(self, name: str) -> Manifest | None:
        """The manifest of `name`, if it was among the last ones that were looked up."""
        return self._manifests.get(canonical(name))

    def _ask_registry(self, name: str) -> None:
        job = RegistryJob(self._registry, name, is_insecure=self._is_insecure(name))
        job.found.connect(self._on_job_found)
        job.succeeded.connect(self._on_job_succeeded)
        job.failed.connect(self._on_job_failed)
        self._job = job
        self._lookup = Lookup("", name)
        self._deadline.start()
        self._runner.submit(job, "estimate")

    def _look_at_disk(self, server_id: str) -> None:
        target = self._target_of(server_id)
        store = target.store if target is not None else None
        if store is None:
            self._asked[server_id] = _Asked(_Disk(space_reason=Missing.REMOTE), is_seen=True)
            return
        snapshot = self._snapshots.get(server_id)
        models = snapshot.models if snapshot else ()
        known = islice(((row.name, row.digest) for row in models if row.digest), MAX_KNOWN)
        asked = self._asked[server_id] = _Asked(_Disk())
        job = _DiskJob(server_id, store, tuple(known))
        job.succeeded.connect(self._on_disk_succeeded)
        self._look(asked, server_id, job)

    def _look(self, asked: _Asked, server_id: str, job: Job) -> None:
        asked.job = job
        job.failed.connect(self._on_look_failed)
        self._deadline.start()
        self._runner.submit(job, f"estimate {server_id}")

    def _look_for_layers(self, server_id: str) -> None:
        """Once it is known where to look, and for what."""
        asked, lookup = self._asked[server_id], self._lookup
        if asked.is_seen or asked.job is not None or lookup is None:
            return
        if asked.disk.folder is None:
            asked.is_seen = True
        elif lookup.manifest is not None:
            job = _HeldJob(server_id, asked.disk.folder, lookup.manifest.layers)
            job.succeeded.connect(self._on_held_succeeded)
            self._look(asked, server_id, job)

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
        self._tell(server_id)

    def set_taken(self, taken_of: TakenOf) -> None:
        """Who tells what models took in memory, in earlier runs of the program too."""
        self._taken_of = taken_of
        self._tell_all()

    @Slot(object)
    def set_layer_index(self, layer_index: LayerIndex) -> None:
        """Which models consist of what."""
        self._layer_index = layer_index
        self._tell_all()

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
            self._job = None
            self._take(lookup.ended())

    @Slot(object)
    def _on_job_failed(self, error: OllamaError) -> None:
        if self._lookup is not None and self.sender() is self._job:
            self._job = None
            self._take(self._lookup.ended(error))

    @Slot(object)
    def _on_disk_succeeded(self, disk: _Disk) -> None:
        asked = self._asked_of_sender()
        if asked is not None:
            asked.disk = disk
            self._go_on()

    @Slot(object)
    def _on_held_succeeded(self, held: frozenset[str]) -> None:
        asked = self._asked_of_sender()
        if asked is not None:
            asked.held, asked.is_seen = held, True
            self._go_on()

    @Slot(object)
    def _on_look_failed(self, error: OllamaError) -> None:
        asked = self._asked_of_sender()
        if asked is not None:
            self._give_up(asked, error)
            self._go_on()

    def _asked_of_sender(self) -> _Asked | None:
        """The server whose look has ended; None for one that nobody waits for any more."""
        job = self.sender()
        asked = next((each for each in self._asked.values() if each.job is job), None)
        if asked is not None:
            asked.job = None
        return asked

    @Slot()
    def _on_deadline_timeout(self) -> None:
        lookup = self._lookup
        if lookup is None:
            return
        self._stop()
        late = TimedOut(lookup.name)
        for asked in self._asked.values():
            self._give_up(asked, late)
        self._take(lookup.ended(late))

    def _give_up(self, asked: _Asked, error: OllamaError) -> None:
        asked.job, asked.is_seen = None, True
        if asked.disk.space_reason is Missing.PENDING:
            asked.disk = replace(asked.disk, space_reason=error)

    def _stop(self) -> None:
        """End what is under way."""
        for job in (self._job, *(asked.job for asked in self._asked.values())):
            if job is not None:
                job.cancel()
        self._job = None
        for asked in self._asked.values():
            asked.job = None
        self._deadline.stop()

    def _take(self, lookup: Lookup) -> None:
        """What the registry has told by now."""
        self._lookup = lookup
        if lookup.manifest is not None:
            key = canonical(lookup.name)
            self._manifests.pop(key, None)
            self._manifests[key] = lookup.manifest
            while len(self._manifests) > MAX_MANIFESTS:
                del self._manifests[next(iter(self._manifests))]
        self._go_on()

    def _go_on(self) -> None:
        for server_id in self._asked:
            self._look_for_layers(server_id)
        if self._job is None and all(each.job is None for each in self._asked.values()):
            self._deadline.stop()
        self._tell_all()

    def _tell_all(self) -> None:
        for server_id in tuple(self._asked):
            self._tell(server_id)

    def _tell(self, server_id: str) -> None:
        """Say what is known now of a server, unless it was said already."""
        asked = self._asked.get(server_id)
        if asked is None or self._lookup is None:
            return
        snapshot = self._snapshots.get(server_id)
        models = snapshot.models if snapshot else ()
        graphics = self._graphics.get(server_id)
        manifest = self._lookup.manifest
        measured = self._measured.get((server_id, manifest.digest)) if manifest else None
        taken = self._taken(server_id, manifest) if manifest else None
        sources = (self._lookup, asked.disk, asked.held, asked.is_seen, models, self._layer_index)
        facts = (*sources, graphics, measured, taken)
        # Thousands of models are looked at: not at a poll that changes nothing.
        old = asked.facts
        many = len(sources)
        if old is not None and all(map(is_, sources, old)) and facts[many:] == old[many:]:
            return
        asked.facts = facts
        lookup = _joined(self._lookup, server_id, asked)
        known = {manifest.digest: measured} if manifest and measured else None
        made = estimate(lookup, models, self._layer_index, graphics, known, taken)
        if made != asked.told:
            asked.told = made
            self.estimated.emit(made)

    def _taken(self, server_id: str, manifest: Manifest) -> Measurement | None:
        if self._taken_of is None:
            return None
        layers = manifest.layers
        weights = next((each.digest for each in layers if each.kind is LayerKind.MODEL), "")
        return telling(self._taken_of(server_id, manifest.digest, weights))


def _joined(lookup: Lookup, server_id: str, asked: _Asked) -> Lookup:
    """What the registry and the disk of a server have told, as far as it may be told."""
    disk = asked.disk
    joined = replace(
        lookup,
        server_id=server_id,
        space=disk.space,
        space_reason=disk.space_reason,
        held=asked.held,
        main_bytes=disk.main_bytes,
    )
    if asked.is_seen or lookup.manifest is None:
        return joined
    return replace(joined, manifest=None, manifest_reason=Missing.PENDING)
