"""Which layers installed models consist of: from manifests on this disk, or as a server shows.

The window and the terminal learn it here, so that both count the same.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from tray_app.core.errors import BadAnswer, Cancelled, ModelNotFound, OllamaError, ServerFailed
from tray_app.core.records import Manifest, ModelInfo, ModelRecord
from tray_app.core.sharing import LayerIndex
from tray_app.ollama.local_store import LocalStore

if TYPE_CHECKING:
    from tray_app.core.payloads import ModelRef
    from tray_app.ollama.client import OllamaClient

UNSHOWABLE = (ModelNotFound, ServerFailed, BadAnswer)
"""What asking for one model may meet without any harm to the next: it is gone, or damaged."""
PATIENCE_S = 3.0
"""A terminal does not wait longer for the layers of models; what is not known then is "up to"."""


def show_with_layers(client: OllamaClient, store: LocalStore | None, ref: ModelRef) -> ModelInfo:
    """/api/show of `ref`, completed by the manifest on this machine's disk if it is the same."""
    info = client.show(ref.name, digest=ref.digest)
    manifest = store.manifest(ref.name, ref.digest) if store and ref.digest else None
    return info if manifest is None else _with_manifest(info, manifest)


def read_layer_index(
    client: OllamaClient,
    models: Iterable[ModelRecord],
    store: LocalStore | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> LayerIndex:
    """The layers of `models`, all on the client's server, as far as they can be known. `store`
    None = the folders of this computer, where the server is on it.

    Nobody's errand fails for this: what cannot be learned is not known. Raises Cancelled alone.
    """
    if client.endpoint.is_loopback:
        store = store or LocalStore()
    infos: dict[str, ModelInfo] = {}
    end_s = clock() + PATIENCE_S
    unread: dict[str, ModelRecord] = {}
    for model in models:
        if model.is_cloud or not model.digest or model.digest in infos:
            continue
        manifest = store.manifest(model.name, model.digest) if store else None
        if manifest is None:
            unread.setdefault(model.digest, model)
        else:
            bare = ModelInfo(model.server_id, model.name, digest=model.digest)
            infos[model.digest] = _with_manifest(bare, manifest)
    missing = [model for digest, model in unread.items() if digest not in infos]
    if len(infos) + len(missing) < 2:
        return LayerIndex().with_infos(infos.values())  # one alone shares nothing
    for model in missing:
        if clock() > end_s:
            break
        try:
            infos[model.digest] = client.show(model.name, digest=model.digest)
        except UNSHOWABLE:
            continue
        except Cancelled:
            raise
        except OllamaError:
            break  # nor will it show the others
    return LayerIndex().with_infos(infos.values())


def _with_manifest(info: ModelInfo, manifest: Manifest) -> ModelInfo:
    return replace(
        info,
        layers=manifest.layers,
        has_all_layers=True,
        is_from_registry=manifest.is_from_registry,
    )
