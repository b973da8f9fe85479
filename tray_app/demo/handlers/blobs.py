"""The handlers of /api/blobs: uploads, of which only the hash and the first bytes are kept."""

from __future__ import annotations

import hashlib
import re

from tray_app.demo.errors import ApiError
from tray_app.demo.exchange import Exchange
from tray_app.demo.gojson import quoted
from tray_app.demo.store.state import DemoState

_DIGEST = re.compile(r"sha256[:-][0-9a-fA-F]{64}")
_KEPT_BYTES = 16 * 1024 * 1024


def exists(state: DemoState, exchange: Exchange) -> None:
    """HEAD /api/blobs/:digest."""
    digest = _digest(exchange)
    if not state.has_blob(digest):
        raise ApiError(404, f"blob {quoted(digest)} not found")
    exchange.reply(200)


def receive(state: DemoState, exchange: Exchange) -> None:
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


def _digest(exchange: Exchange) -> str:
    text = exchange.path.rpartition("/")[2]
    if not _DIGEST.fullmatch(text):
        raise ApiError(400, "invalid digest format")
    return text.replace("-", ":")
