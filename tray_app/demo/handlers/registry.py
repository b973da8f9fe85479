"""The registry behind the demo server: manifests and small blobs under /v2/."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from tray_app.demo.exchange import BARE_TEXT, JSON, Exchange
from tray_app.demo.gojson import encode
from tray_app.demo.store.package import MANIFEST_TYPE, Layer

if TYPE_CHECKING:
    from tray_app.demo.store.state import DemoState, Published

PATH = re.compile(
    r"/v2/(?P<model>[^/]+/[^/]+)/(?:manifests/(?P<tag>[^/]+)|blobs/(?P<digest>sha256:[0-9a-f]{64}))"
)


def serve(state: DemoState, exchange: Exchange) -> None:
    """GET and HEAD of anything under /v2/."""
    match = PATH.fullmatch(exchange.path)
    if match is None:
        exchange.reply_json(200, {})
    elif match["tag"]:
        _manifest(state, exchange, f"{match['model']}:{match['tag']}")
    else:
        _blob(state, exchange, match["digest"])


def _manifest(state: DemoState, exchange: Exchange, name: str) -> None:
    found = _find(state, name)
    if found is None:
        error = {"code": "MANIFEST_UNKNOWN", "message": "manifest unknown"}
        exchange.reply(404, encode({"errors": [error]}), JSON)
        return
    manifest = found.package.manifest
    headers: tuple[tuple[str, str], ...] = ()
    if exchange.method == "HEAD":  # they come with nothing else
        headers = (
            ("ollama-content-digest", hashlib.sha256(manifest).hexdigest()),
            ("ollama-push-time", str(found.pushed_s)),
        )
    exchange.reply(200, manifest, MANIFEST_TYPE, headers, length=len(manifest))


def _find(state: DemoState, name: str) -> Published | None:
    # One address stands for all registries, so the host is not looked at; the default one wins.
    wanted = f"/{name}".casefold()
    matches = [item for item in state.published() if item.ref.key.endswith(wanted)]
    return min(matches, key=lambda item: len(item.ref.display), default=None)


def _blob(state: DemoState, exchange: Exchange, digest: str) -> None:
    layer = _find_layer(state, digest)
    if layer is None:
        error = {"code": "BLOB_UNKNOWN", "message": "blob unknown to registry", "detail": {}}
        exchange.reply(404, encode({"errors": [error]}), JSON)
        return
    headers = (("Docker-Content-Digest", digest),)
    kind = "application/octet-stream"
    if layer.text is not None:
        exchange.reply(200, layer.text, kind, headers, length=layer.size)
    elif exchange.method == "HEAD":
        exchange.reply(200, b"", kind, headers, length=layer.size)
    else:
        exchange.reply(501, b"weights are virtual here", BARE_TEXT)


def _find_layer(state: DemoState, digest: str) -> Layer | None:
    for item in state.published():
        for layer in item.package.blobs:
            if layer.digest == digest:
                return layer
    return None
