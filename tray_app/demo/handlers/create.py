"""Making a model on the server, step by step: from uploaded files, or from a model with other
settings."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from tray_app.demo.errors import ApiError
from tray_app.demo.gojson import encode, human_number
from tray_app.demo.handlers.deriving import from_model
from tray_app.demo.handlers.files import Found, from_files, refuse_early
from tray_app.demo.store.naming import InvalidName, Ref, parse
from tray_app.demo.store.package import Layer, Package, Weights, assemble, text_layer

if TYPE_CHECKING:
    from tray_app.demo.handlers.binding import Body
    from tray_app.demo.handlers.pull import Event, Waiter
    from tray_app.demo.store.state import DemoState


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
        adapters = body.mapping("adapters")
        if len(adapters) > 1:
            raise ApiError(400, "only one adapter is currently supported")
        package, is_stub = yield from from_model(state, body, waiter)
        if is_stub:
            state.install(ref, package)
            yield {"status": "success"}
            return
        if adapters:
            added = yield from from_files(state, adapters, "", waiter)
            package = replace(package, layers=(*package.layers, *added[2]))
    elif body.get("files") is not None:
        files = body.mapping("files")
        refuse_early(state, files)
        found = yield from from_files(state, files, body.text("quantize"), waiter)
        package = _assembled(found)
    else:
        raise ApiError(400, "neither 'from' or 'files' was specified")
    layers = _layers(package, body)
    for layer in layers:
        is_there = state.has_blob(layer.digest) and layer.digest not in state.made_blobs
        verb = "using existing" if is_there else "creating new"
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
        state.made_blobs.difference_update(layer.digest for layer in layers)
        if old is not None:
            state.prune(old.package.blobs)
    yield {"status": "success"}


def _assembled(found: Found) -> Package:
    weights, projector, layers = found
    if weights is None and projector is not None:  # listed all the same; it can only see
        weights, projector = replace(projector, capabilities=("vision",)), None
    package = assemble(weights, layers, details=_details(weights, None), projector=projector)
    return replace(package, details=_details(weights, package))


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
