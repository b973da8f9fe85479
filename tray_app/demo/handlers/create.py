"""Making a model on the server: the uploads of /api/blobs, and a create step by step.

A create is made from an uploaded GGUF file, or from a model with other settings. Of uploads only
the hash and the first bytes are kept.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Generator
from pathlib import PurePosixPath
from typing import Any

from tray_app.demo.errors import ApiError
from tray_app.demo.exchange import Exchange
from tray_app.demo.gojson import encode, human_number, quoted
from tray_app.demo.handlers.binding import Body
from tray_app.demo.handlers.deriving import from_model
from tray_app.demo.handlers.pull import Event, Waiter
from tray_app.demo.store.gguf import NotGguf, read_header
from tray_app.demo.store.naming import InvalidName, Ref, parse
from tray_app.demo.store.package import Layer, Package, Weights, assemble, text_layer
from tray_app.demo.store.state import DemoState

_DIGEST = re.compile(r"sha256[:-][0-9a-fA-F]{64}")
_KEPT_BYTES = 16 * 1024 * 1024


def blob_exists(state: DemoState, exchange: Exchange) -> None:
    """HEAD /api/blobs/:digest."""
    digest = _digest(exchange)
    if not state.has_blob(digest):
        raise ApiError(404, f"blob {quoted(digest)} not found")
    exchange.reply(200)


def receive_blob(state: DemoState, exchange: Exchange) -> None:
    """POST /api/blobs/:digest."""
    total, start, checksum = 0, bytearray(), hashlib.sha256()
    for part in exchange.body_parts():
        checksum.update(part)
        total += len(part)
        start += part[: max(0, _KEPT_BYTES - len(start))]
    digest = _digest(exchange)
    if state.has_blob(digest):
        exchange.reply(200)
        return
    got = f"sha256:{checksum.hexdigest()}"
    if got != digest:
        text = f"digest mismatch, expected {quoted(digest)}, got {quoted(got)}"
        raise ApiError(400, text)
    state.uploads[digest] = bytes(start)
    state.add_blob(digest, total)
    exchange.reply(201)


def target(state: DemoState, body: Body) -> Ref:
    """What is to be created; ApiError for what is refused before anything begins."""
    for path, digest in body.mapping("files").items():
        if path.startswith("/") or ".." in PurePosixPath(path).parts or not path:
            raise ApiError(400, "file path must be relative")
        if not digest:
            raise ApiError(400, "invalid digest format")
    try:
        return state.canonical(parse(body.model))
    except InvalidName as error:
        raise ApiError(400, "invalid model name") from error


def create(state: DemoState, ref: Ref, body: Body, waiter: Waiter) -> Generator[Event, None, None]:
    """Create a model; the caller sends each event before it asks for the next."""
    base = body.text("from")
    if base:
        package, is_stub = yield from from_model(state, body, waiter)
        if is_stub:
            state.install(ref, package)
            yield {"status": "success"}
            return
    elif body.get("files") is not None:
        package = yield from _from_files(state, body.mapping("files"))
    else:
        raise ApiError(400, "neither 'from' or 'files' was specified")
    layers = _layers(package, body)
    for layer in layers:
        verb = "using existing" if state.has_blob(layer.digest) else "creating new"
        yield {"status": f"{verb} layer {layer.digest}"}
    yield {"status": "writing manifest"}
    made = assemble(
        package.weights,
        layers,
        details=_details(package.weights, package),
        projector=package.projector,
        trailing_newline=True,
    )
    with state.lock:
        old = state.find(ref)
        state.install(ref, made)
        if old is not None:
            state.prune(old.package.blobs)
    yield {"status": "success"}


def _digest(exchange: Exchange) -> str:
    text = exchange.path.rpartition("/")[2]
    if not _DIGEST.fullmatch(text):
        raise ApiError(400, "invalid digest format")
    return text.replace("-", ":")


def _from_files(state: DemoState, files: dict[str, Any]) -> Generator[Event, None, Package]:
    if not files:
        raise ApiError(400, "no files provided to convert")
    weights: Weights | None = None
    layers: list[Layer] = []
    for path, digest in files.items():
        yield {"status": "parsing GGUF"}
        if not state.has_blob(digest):
            raise ApiError(500, f"open {state.blob_path(digest)}: no such file or directory")
        size = state.blob_size(digest)
        try:
            weights = read_header(state.uploads.get(digest, b""), digest, size)
        except NotGguf as error:
            raise ApiError(400, "supplied file was not in GGUF format") from error
        layers.append(Layer("model", digest, size, None, path))
    return assemble(weights, layers, details=_details(weights, None))


def _layers(package: Package, body: Body) -> list[Layer]:
    layers = list(package.layers)
    for kind in ("template", "system"):
        text = body.text(kind)
        if text:
            layers = [layer for layer in layers if layer.kind != kind]
            layers.append(text_layer(kind, text))
    licenses = body.get("license") or []
    for text in [licenses] if isinstance(licenses, str) else licenses:
        layers.append(text_layer("license", str(text)))
    parameters = body.mapping("parameters")
    if parameters or package.parameters:
        merged = {**package.parameters, **parameters}
        layers = [layer for layer in layers if layer.kind != "params"]
        layers.append(text_layer("params", encode(dict(sorted(merged.items()))) + b"\n"))
    messages = body.get("messages")
    if messages:
        layers = [layer for layer in layers if layer.kind != "messages"]
        layers.append(text_layer("messages", encode(messages) + b"\n"))
    return layers


def _details(weights: Weights | None, base: Package | None) -> dict[str, Any]:
    if weights is None:
        return dict(base.details) if base else {}
    count = int(weights.kv.get("general.parameter_count", 0))
    families = [weights.architecture]
    if base is not None and base.projector is not None:
        families.append(base.projector.architecture)
    return {
        "model_format": "gguf",
        "model_family": weights.architecture,
        "model_families": families,
        "model_type": human_number(count),
        "file_type": weights.file_type,
    }
