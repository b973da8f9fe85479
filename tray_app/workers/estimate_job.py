"""EstimateJob: finds out what a pull would mean, part by part: disk, manifest, config, licence.

What the parts amount to is `core.estimate`'s business. A part that fails takes no other with it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Signal

from tray_app.core.errors import Cancelled, OllamaError
from tray_app.core.estimate import DiskSpace, Lookup, Missing
from tray_app.core.licenses import License, license_name
from tray_app.core.manifests import parse_config
from tray_app.core.names import ModelName
from tray_app.core.payloads import ModelRef
from tray_app.core.records import Layer, LayerKind
from tray_app.ollama.local_store import LocalStore
from tray_app.ollama.registry import Registry
from tray_app.ollama.this_computer import free_bytes_in, held_layers, main_memory_bytes
from tray_app.workers.runner import Job

log = logging.getLogger(__name__)

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
        self._known = known[:MAX_KNOWN]
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
            log.info("%s of %s unknown: %s", part, self.ref.name, error)
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
