"""The uploads of /api/blobs. Only the hash and the first bytes are kept of them."""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import TYPE_CHECKING

from tray_app.demo.errors import ApiError
from tray_app.demo.exchange import JSON, Exchange
from tray_app.demo.gojson import encode, quoted

if TYPE_CHECKING:
    from tray_app.demo.store.state import DemoState

_DIGEST = re.compile(r"sha256[:-][0-9a-fA-F]{64}")
_KEPT_BYTES = 16 * 1024 * 1024


def blob_exists(state: DemoState, exchange: Exchange) -> None:
    """HEAD /api/blobs/:digest."""
    digest = _digest(exchange)
    if not state.has_blob(digest.replace("-", ":")):
        raise ApiError(404, f"blob {quoted(digest)} not found")
    exchange.reply(200)


def receive_blob(state: DemoState, exchange: Exchange) -> None:
    """POST /api/blobs/:digest. Of a blob that is there already nothing is read."""
    try:
        digest = _digest(exchange)
    except ApiError as error:
        exchange.reply_unread(error.status, encode({"error": error.text}), JSON)
        return
    if state.has_blob(digest.replace("-", ":")):
        exchange.reply_unread(200)
        return
    total, start, checksum = 0, bytearray(), hashlib.sha256()
    for part in exchange.body_parts():
        checksum.update(part)
        total += len(part)
        start += part[: max(0, _KEPT_BYTES - len(start))]
        if state.disk_free_bytes is not None and total > state.disk_free_bytes:
            temporary = f"{state.models_dir}/blobs/sha256-{secrets.randbelow(10**10)}"
            text = f"write {temporary}: no space left on device"
            exchange.reply_unread(500, encode({"error": text}), JSON)
            return
    # What came is a good blob, whatever it was said to be.
    got = f"sha256:{checksum.hexdigest()}"
    if not state.has_blob(got):
        state.uploads[got] = bytes(start)
        state.add_blob(got, total)
        state.take_room(total)
    if got != digest:
        text = f"digest mismatch, expected {quoted(digest)}, got {quoted(got)}"
        raise ApiError(400, text)
    exchange.reply(201)


def _digest(exchange: Exchange) -> str:
    text = exchange.path.rpartition("/")[2]
    if not _DIGEST.fullmatch(text):
        raise ApiError(400, "invalid digest format")
    return text
