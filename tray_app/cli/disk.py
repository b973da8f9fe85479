"""What this computer's disk tells about layers, for sizes that count shared ones once."""

from __future__ import annotations

from collections.abc import Iterable

from tray_app.cli.server_choice import ServerChoice
from tray_app.core.records import ModelInfo, ModelRecord
from tray_app.core.sharing import LayerIndex
from tray_app.ollama import LocalStore


def read_layer_index(
    target: ServerChoice, models: Iterable[ModelRecord], store: LocalStore | None = None
) -> LayerIndex:
    """All layers of the models whose manifests can be read here; empty for other computers."""
    layer_index = LayerIndex()
    if not target.endpoint.is_loopback:
        return layer_index
    folders = store or LocalStore()
    for model in models:
        manifest = folders.manifest(model.name, model.digest)
        if manifest is not None:
            info = ModelInfo(
                model.server_id,
                model.name,
                digest=model.digest,
                layers=manifest.layers,
                has_all_layers=True,
            )
            layer_index = layer_index.with_info(info)
    return layer_index
