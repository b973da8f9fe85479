"""What a model is made of: weights, layers, config and the manifest that ties them together.

Weights are virtual: a size, a digest made from a seed, and what a GGUF header would tell.
Texts are real, and so are their digests; the manifest's digest is the SHA-256 of its bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

MANIFEST_TYPE = "application/vnd.docker.distribution.manifest.v2+json"
CONFIG_TYPE = "application/vnd.docker.container.image.v1+json"
LAYER_TYPE = "application/vnd.ollama.image."


def sha256_digest(data: bytes) -> str:
    """The digest of a blob, as registries write it."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


@dataclass(frozen=True)
class Weights:
    """A GGUF file of which only the header exists."""

    digest: str
    size: int
    architecture: str
    file_type: str = "Q4_K_M"
    kv: Mapping[str, Any] = field(default_factory=dict)
    """Metadata of the header; a list stands for an array, and only its length is shown."""
    tensors: tuple[tuple[str, str, tuple[int, ...]], ...] = ()
    capabilities: tuple[str, ...] = ("completion",)
    memory_bytes: int = 0
    """What it takes once loaded; 0 lets the server estimate it."""

    @property
    def context_length(self) -> int:
        """The trained context, 0 if the header does not say."""
        return int(self.kv.get(f"{self.architecture}.context_length", 0))

    @property
    def embedding_length(self) -> int:
        """The width of an embedding, 0 if the header does not say."""
        return int(self.kv.get(f"{self.architecture}.embedding_length", 0))


@dataclass(frozen=True)
class Layer:
    """One entry of a manifest; `text` is the blob where it is small and real."""

    kind: str
    digest: str
    size: int
    text: bytes | None = None
    origin: str = ""
    """The manifest's `from`: the model or file that the layer came from."""

    @property
    def media_type(self) -> str:
        """The layer's type as the manifest writes it."""
        return CONFIG_TYPE if self.kind == "config" else LAYER_TYPE + self.kind


def text_layer(kind: str, text: str | bytes) -> Layer:
    """A layer of real bytes."""
    data = text.encode() if isinstance(text, str) else text
    return Layer(kind, sha256_digest(data), len(data), data)


@dataclass(frozen=True)
class Package:
    """A model as a registry or a disk holds it."""

    manifest: bytes
    layers: tuple[Layer, ...]
    config: Layer
    details: Mapping[str, Any]
    """The decoded config."""
    weights: Weights | None
    projector: Weights | None = None

    @cached_property
    def digest(self) -> str:
        """Bare hex of the manifest's bytes, as /api/tags shows it."""
        return hashlib.sha256(_as_read(self.manifest)).hexdigest()

    @property
    def blobs(self) -> tuple[Layer, ...]:
        """Everything a pull fetches, in its order: the layers, then the config, if there is one."""
        return (*self.layers, self.config) if self.config.digest else self.layers

    @cached_property
    def size(self) -> int:
        """The sum that /api/tags shows; a shared layer counts in each model."""
        return sum(blob.size for blob in self.blobs)

    def texts(self, kind: str) -> list[str]:
        """The contents of all layers of one kind."""
        found = [layer.text for layer in self.layers if layer.kind == kind]
        return [text.decode("utf-8", "replace") for text in found if text is not None]

    def text(self, kind: str) -> str:
        """The content of the last layer of a kind, '' if there is none."""
        return next(iter(reversed(self.texts(kind))), "")

    @property
    def parameters(self) -> dict[str, Any]:
        """The default parameters of the model."""
        text = self.text("params")
        return dict(json.loads(text)) if text else {}

    @property
    def messages(self) -> list[dict[str, str]]:
        """The example conversation of the model."""
        text = self.text("messages")
        return list(json.loads(text)) if text else []

    @property
    def capabilities(self) -> tuple[str, ...]:
        """What the model can do; for a cloud stub the config says it."""
        if self.weights is None:
            return tuple(self.details.get("capabilities", ()))
        found = self.weights.capabilities
        return (*found, "vision") if self.projector and "vision" not in found else found

    @property
    def parent(self) -> str:
        """The model or file that the weights came from, '' for a pulled model."""
        return next((layer.origin for layer in self.layers if layer.kind == "model"), "")


def empty_package(manifest: bytes) -> Package:
    """What a server makes of a manifest that names nothing, such as `{}`."""
    return Package(manifest, (), Layer("config", "", 0, b"{}"), {}, None)


def _as_read(manifest: bytes) -> bytes:
    """What Go's decoder reads of a manifest before it knows that it has ended: a buffer full,
    which grows. A new line right behind a full one is not looked at."""
    needed, size = len(manifest.rstrip()), 512
    while size < needed:
        size = 2 * size + 512
    return manifest[:size]


def build_package(
    weights: Weights | None,
    *,
    projector: Weights | None = None,
    template: str = "",
    system: str = "",
    parameters: Mapping[str, Any] | None = None,
    licenses: Sequence[str] = (),
    messages: Sequence[Mapping[str, str]] = (),
    parameter_size: str = "",
    origin: str = "",
    config: Mapping[str, Any] | None = None,
    trailing_newline: bool = False,
) -> Package:
    """Put a model together; `trailing_newline` is how a locally created manifest ends."""
    layers: list[Layer] = []
    if weights is not None:
        layers.append(Layer("model", weights.digest, weights.size, None, origin))
    if projector is not None:
        layers.append(Layer("projector", projector.digest, projector.size))
    texts: list[tuple[str, str]] = [("template", template)]
    texts += [("license", text) for text in licenses]
    texts.append(("system", system))
    if parameters:
        texts.append(("params", json.dumps(parameters, separators=(",", ":"), sort_keys=True)))
    if messages:
        texts.append(("messages", json.dumps(list(messages), separators=(",", ":"))))
    layers += [text_layer(kind, text) for kind, text in texts if text]
    return assemble(
        weights,
        layers,
        projector=projector,
        details={**_details(weights, projector, parameter_size), **(config or {})},
        trailing_newline=trailing_newline,
    )


def assemble(
    weights: Weights | None,
    layers: Sequence[Layer],
    *,
    details: Mapping[str, Any],
    projector: Weights | None = None,
    trailing_newline: bool = False,
) -> Package:
    """Write config and manifest for given layers."""
    full = {
        **details,
        "architecture": "amd64",
        "os": "linux",
        "rootfs": {"type": "layers", "diff_ids": [layer.digest for layer in layers]},
    }
    config = text_layer("config", json.dumps(full, separators=(",", ":")))
    document = {
        "schemaVersion": 2,
        "mediaType": MANIFEST_TYPE,
        "config": _entry(config),
        "layers": [_entry(layer) for layer in layers],
    }
    manifest = json.dumps(document, separators=(",", ":")).encode()
    if trailing_newline:
        manifest += b"\n"
    return Package(manifest, tuple(layers), config, full, weights, projector)


def _details(
    weights: Weights | None, projector: Weights | None, parameter_size: str
) -> dict[str, Any]:
    if weights is None:
        return {}
    families = [weights.architecture, *([projector.architecture] if projector else [])]
    return {
        "model_format": "gguf",
        "model_family": weights.architecture,
        "model_families": families,
        "model_type": parameter_size,
        "file_type": weights.file_type,
    }


def _entry(layer: Layer) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "mediaType": layer.media_type,
        "digest": layer.digest,
        "size": layer.size,
    }
    if layer.origin:
        entry["from"] = layer.origin
    return entry
