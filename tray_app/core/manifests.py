"""Manifests and modelfiles → layers: what a model consists of on disk."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from typing import Any

from tray_app.core.decode import as_object, parse_json
from tray_app.core.errors import BadAnswer
from tray_app.core.records import Layer, LayerKind, Manifest

_FROM_LINE = re.compile(r"^(FROM|ADAPTER)\s+.*?sha256-([0-9a-f]{64})\s*\"?$", re.MULTILINE)
_MAX_INT = 2**63 - 1
_MEDIA_PREFIX = "application/vnd.ollama.image."
_LAYER_WORDS = frozenset(LayerKind)


def modelfile_layers(modelfile: str) -> tuple[Layer, ...]:
    """The blobs that a modelfile names: weights first, further FROM lines are projectors."""
    layers: dict[str, Layer] = {}
    for word, digest in _FROM_LINE.findall(modelfile):
        if word == "ADAPTER":
            kind = LayerKind.ADAPTER
        else:
            kind = LayerKind.PROJECTOR if layers else LayerKind.MODEL
        layers.setdefault(digest, Layer(f"sha256:{digest}", kind))
    return tuple(layers.values())


def parse_manifest(raw: bytes, pushed_at: datetime | None = None) -> Manifest:
    """Raw bytes of a registry manifest → Manifest; its digest is that of the bytes."""
    obj = as_object(parse_json(raw), "manifest")
    rows = obj.get("layers")
    if not isinstance(rows, list):
        raise BadAnswer("", repr(rows)[:120], "layers")
    layers: dict[str, Layer] = {}
    for index, row in enumerate([*rows, obj.get("config")]):
        is_config = index == len(rows)
        if is_config and row is None:
            continue
        layer = _layer(row, "config" if is_config else f"layers[{index}]", is_config)
        layers.setdefault(layer.digest, layer)
    return Manifest(hashlib.sha256(raw).hexdigest(), tuple(layers.values()), pushed_at)


def _layer(row: Any, field: str, is_config: bool) -> Layer:
    obj = as_object(row, field)
    digest, size = obj.get("digest"), obj.get("size")
    if not isinstance(digest, str) or not digest:
        raise BadAnswer("", repr(digest)[:120], f"{field}.digest")
    if isinstance(size, bool) or not isinstance(size, int) or not 0 <= size <= _MAX_INT:
        raise BadAnswer("", repr(size)[:120], f"{field}.size")
    if is_config:
        return Layer(digest, LayerKind.CONFIG, size)
    media = obj.get("mediaType")
    word = media.removeprefix(_MEDIA_PREFIX) if isinstance(media, str) else ""
    kind = LayerKind(word) if word in _LAYER_WORDS else LayerKind.OTHER
    return Layer(digest, kind, size)
