"""Manifests, modelfiles and config blobs: what a model consists of on disk, and what it is."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Any

from tray_app.core.decode import (
    MAX_INT,
    MAX_WORD,
    as_object,
    excerpt,
    parse_json,
    words_of,
)
from tray_app.core.errors import BadAnswer
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.lazy_patterns import lazy_pattern
from tray_app.core.records import Layer, LayerKind, Manifest, ModelDetails

_BLOB_FILE = lazy_pattern(r"sha256-([0-9a-f]{64})\Z")
_MEDIA_PREFIX = "application/vnd.ollama.image."
_LAYER_WORDS = frozenset(LayerKind)
MAX_LAYERS = 10_000
"""Of a manifest; most have less than 10, those with a layer for each tensor thousands."""
MAX_FILES = 100
"""Blobs that a modelfile names: weights in parts, projectors, adapters."""


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """The config blob of a manifest: all that is told of a model without its weights."""

    details: ModelDetails = field(default_factory=ModelDetails)
    capabilities: tuple[str, ...] = ()
    requires: str = ""
    is_cloud: bool = False


def modelfile_layers(modelfile: str) -> tuple[Layer, ...]:
    """The blobs that a modelfile names: weights first, further FROM lines are projectors."""
    layers: dict[str, Layer] = {}
    has_weights = False
    for line in modelfile.splitlines():
        if not line.startswith(("FROM ", "ADAPTER ")):
            continue
        blob = _BLOB_FILE.search(line.rstrip(' \t"'))
        if blob is None:
            continue
        if line.startswith("ADAPTER "):
            kind = LayerKind.ADAPTER
        else:
            kind = LayerKind.PROJECTOR if has_weights else LayerKind.MODEL
            has_weights = True
        layers.setdefault(blob[1], Layer(f"sha256:{blob[1]}", kind))
        if len(layers) == MAX_FILES:
            break
    return tuple(layers.values())


def parse_manifest(raw: bytes, pushed_at: datetime | None = None) -> Manifest:
    """Raw bytes of a registry manifest → Manifest; its digest is that of the bytes."""
    obj = as_object(parse_json(raw), "manifest")
    rows = obj.get("layers")
    if not isinstance(rows, list):
        raise BadAnswer("", excerpt(rows), "layers")
    if len(rows) > MAX_LAYERS:
        raise BadAnswer("", f"more than {MAX_LAYERS} layers", "layers")
    layers: dict[str, Layer] = {}
    for index, row in enumerate(rows):
        layer = _layer(row, f"layers[{index}]", is_config=False)
        layers.setdefault(layer.digest, layer)
    config = obj.get("config")
    if config is not None and as_object(config, "config").get("digest"):
        layer = _layer(config, "config", is_config=True)
        layers.setdefault(layer.digest, layer)
    digest, trimmed = manifest_digests(raw)
    is_from_registry = not raw.endswith(b"\n")
    return Manifest(digest, tuple(layers.values()), pushed_at, is_from_registry, trimmed)


def manifest_digests(raw: bytes) -> tuple[str, str]:
    """The digest (bare hex) of a manifest, and that of it without white space at its end, "" when
    there is none. A server gives the one or the other: it hashes what its decoder happened to read.
    """
    trimmed = raw.rstrip(b" \t\r\n")
    digest = hashlib.sha256(raw).hexdigest()
    return digest, "" if len(trimmed) == len(raw) else hashlib.sha256(trimmed).hexdigest()


def parse_config(raw: bytes) -> ModelConfig:
    """A config blob → ModelConfig. What is missing or of a wrong type counts as not told."""
    obj = as_object(parse_json(raw), "config")
    families = words_of(obj.get("model_families"))
    capabilities = words_of(obj.get("capabilities"))
    if "clip" in families and "vision" not in capabilities:
        capabilities = (*capabilities, "vision")
    return ModelConfig(
        ModelDetails(
            format=_word(obj, "model_format"),
            family=_word(obj, "model_family"),
            families=families,
            parameter_size=_word(obj, "model_type"),
            quantization_level=_word(obj, "file_type"),
        ),
        capabilities,
        _word(obj, "requires"),
        bool(_word(obj, "remote_host") or _word(obj, "remote_model")),
    )


def _word(obj: Mapping[str, Any], key: str) -> str:
    value = obj.get(key)
    return value[:MAX_WORD] if isinstance(value, str) else ""


def _layer(row: Any, field: str, is_config: bool) -> Layer:
    obj = as_object(row, field)
    digest, size = obj.get("digest"), obj.get("size")
    if not isinstance(digest, str) or not 0 < len(digest) <= MAX_WORD:
        raise BadAnswer("", excerpt(digest), f"{field}.digest")
    if isinstance(size, bool) or not isinstance(size, int) or not 0 <= size <= MAX_INT:
        raise BadAnswer("", excerpt(size), f"{field}.size")
    if is_config:
        return Layer(digest, LayerKind.CONFIG, size)
    media = obj.get("mediaType")
    word = media.removeprefix(_MEDIA_PREFIX) if isinstance(media, str) else ""
    kind = LayerKind(word) if word in _LAYER_WORDS else LayerKind.OTHER
    return Layer(digest, kind, size)
