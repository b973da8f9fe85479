"""A pull, step by step, as the lines of its stream."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any, Protocol

from tray_app.demo.errors import ApiError
from tray_app.demo.store.downloads import DownloadCancelled
from tray_app.demo.store.naming import DEFAULT_HOST, Ref
from tray_app.demo.store.package import Layer, Package, sha256_digest

if TYPE_CHECKING:
    from tray_app.demo.store.state import DemoState

Event = dict[str, Any]


class Waiter(Protocol):
    """How a request lets time pass."""

    def wait(self, seconds: float) -> None:
        """Wait; raises ClientGone or ServerStopping."""

    def pause(self, seconds: float) -> None:
        """Wait whether or not the client is still there; raises ServerStopping."""


def pull(state: DemoState, ref: Ref, waiter: Waiter) -> Generator[Event, None, None]:
    """Pull a model; the caller sends each event before it asks for the next."""
    ref = state.canonical(ref)
    yield {"status": "pulling manifest"}
    waiter.wait(state.latency_s)
    package = _manifest(state, ref)
    fetched: list[Layer] = []
    for blob in package.blobs:
        if state.has_blob(blob.digest):
            yield _line(blob, blob.size)
        else:
            yield from _fetch(state, blob, waiter)
            fetched.append(blob)
    # From here on the server no longer looks at the client: who leaves now, leaves a model.
    yield {"status": "verifying sha256 digest"}
    if fetched:
        waiter.pause(state.verify_s)
    for blob in fetched:
        if blob.digest in state.damaged:
            state.damaged.discard(blob.digest)
            state.remove_blob(blob.digest)
            got = sha256_digest(b"damaged " + blob.digest.encode())
            text = "digest mismatch, file must be downloaded again"
            raise ApiError(500, f"{text}: want {blob.digest}, got {got}")
    yield {"status": "writing manifest"}
    with state.lock:
        old = state.find(ref)
        state.install(ref, package)
    if old is not None:
        new = {blob.digest for blob in package.blobs}
        unused = [blob for blob in old.package.blobs if blob.digest not in new]
        if unused:
            yield {"status": "removing unused layers"}
            state.prune(unused)
    yield {"status": "success"}


def _manifest(state: DemoState, ref: Ref) -> Package:
    refusal = state.pull_errors.get(ref.key)
    if refusal is not None:
        raise ApiError(500, f"pull model manifest: {refusal}")
    published = state.find_published(ref)
    if published is not None:
        return published.package
    known = {item.ref.host.casefold() for item in state.published()} | {DEFAULT_HOST, "hf.co"}
    if ref.host.casefold() in known:
        raise ApiError(500, "pull model manifest: file does not exist")
    url = f"https://{ref.host}{ref.manifest_path}"
    reason = f"dial tcp: lookup {ref.host.split(':')[0]} on 127.0.0.53:53: no such host"
    raise ApiError(500, f'pull model manifest: Get "{url}": {reason}')


def _fetch(state: DemoState, blob: Layer, waiter: Waiter) -> Generator[Event, None, None]:
    if blob.digest in state.lost:
        raise ApiError(500, "file does not exist")
    free = state.disk_free_bytes
    if free is not None and blob.size - state.line.partial(blob.digest) > free:
        path = state.blob_path(blob.digest)
        raise ApiError(500, f"write {path}-partial: no space left on device")
    try:
        item = state.line.join(blob.digest, blob.size, state.latency_s)
    except DownloadCancelled as error:
        raise ApiError(500, "context canceled") from error
    is_last = False
    try:
        next_tick = state.clock() + state.tick_s
        while True:
            done_in = state.line.remaining_s(item)
            until_tick = next_tick - state.clock()
            waiter.wait(max(0.0005, min(until_tick, done_in)))
            completed = state.line.look(item)
            if item.is_done:
                state.add_blob(blob.digest, blob.size)
                break
            if state.clock() >= next_tick:
                next_tick += state.tick_s
                yield _line(blob, completed)
    finally:
        is_last = state.line.leave(item)
    if is_last and free is not None:
        with state.lock:
            state.disk_free_bytes = max(0, (state.disk_free_bytes or 0) - blob.size)


def _line(blob: Layer, completed: int) -> Event:
    event: Event = {"status": f"pulling {blob.digest[7:19]}", "digest": blob.digest}
    if blob.size:
        event["total"] = blob.size
    if completed:
        event["completed"] = completed
    return event
