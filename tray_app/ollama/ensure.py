"""ensure(): a model is here and up to date, or gets pulled. The rule, without a window's queue."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, Protocol

from tray_app.core.errors import (
    Cancelled,
    IncompletePull,
    OllamaError,
    PullFailed,
    PullFailure,
)
from tray_app.core.estimate import is_up_to_date
from tray_app.core.names import ModelName
from tray_app.core.pulls.progress import PullPhase, PullProgress
from tray_app.core.pulls.tracker import PullTracker
from tray_app.core.records import Manifest, ModelRecord
from tray_app.ollama.cancel import CancelScope
from tray_app.ollama.registry import Registry

# A pull that is asked for too soon after a cancel joins the dying one and is told
# "context canceled"; the server needs up to half a minute to let go.
JOINED_PAUSES_S = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)


class Puller(Protocol):
    """What is needed of a client to have a model on its server."""

    scope: CancelScope

    @property
    def registry(self) -> Registry: ...

    def get(self, name: str) -> ModelRecord | None: ...

    def pull(self, name: str, *, is_insecure: bool) -> Generator[dict[str, Any], None, None]: ...


@dataclass(frozen=True, slots=True)
class Ensured:
    """`record` is the installed model now; `was_present` = nothing had to be pulled.
    `is_checked` is False when the registry could not be asked what is current."""

    record: ModelRecord | None
    was_present: bool
    is_checked: bool = True


@dataclass(frozen=True, slots=True)
class InstallState:
    """How a name stands before anything is done: `record` is the installed model (None = not
    installed), `manifest` the registry's version (None = it could not be asked)."""

    record: ModelRecord | None
    manifest: Manifest | None
    is_current: bool


def install_state(client: Puller, name: str, *, is_insecure: bool = False) -> InstallState:
    """Whether `name` is installed in its registry's version. Pulls nothing. Raises BadName."""
    parsed = ModelName.parse(name)
    record = client.get(str(parsed))
    if record is not None and record.is_cloud:
        return InstallState(record, None, is_current=True)
    manifest = _manifest(client, parsed, is_insecure)
    is_current = record is not None and manifest is not None and is_up_to_date(record, manifest)
    return InstallState(record, manifest, is_current)


def ensure(
    client: Puller,
    name: str,
    on_progress: Callable[[PullProgress], None] | None = None,
    *,
    is_insecure: bool = False,
    clock: Callable[[], float] = time.monotonic,
    known: InstallState | None = None,
) -> Ensured:
    """Have `name` on the client's server, in its registry's version.

    `known` is the answer of `install_state`, for who asked already.

    An installed model whose manifest equals the registry's is left alone: a pull would only move
    its date. If the registry cannot be asked from here, the server may still reach it: it pulls.
    Raises BadName, and whatever a pull fails with.
    """
    now = known or install_state(client, name, is_insecure=is_insecure)
    if now.is_current:
        return Ensured(now.record, was_present=True)
    full_name = str(ModelName.parse(name))
    tracker = PullTracker(full_name, now.manifest)
    for pause_s in (*JOINED_PAUSES_S, None):
        try:
            _pull(client, full_name, tracker, on_progress, is_insecure, clock)
            break
        except PullFailed as error:
            if error.kind is not PullFailure.CANCELED_BY_SERVER or pause_s is None:
                raise
            if client.scope.wait(pause_s):
                raise Cancelled(name) from error
    return Ensured(client.get(full_name), was_present=False, is_checked=now.manifest is not None)


def _manifest(client: Puller, name: ModelName, is_insecure: bool) -> Manifest | None:
    try:
        return client.registry.fetch_manifest(name, scope=client.scope, is_insecure=is_insecure)
    except Cancelled:
        raise
    except OllamaError:
        return None  # its own words about it come with the pull


def _pull(
    client: Puller,
    name: str,
    tracker: PullTracker,
    on_progress: Callable[[PullProgress], None] | None,
    is_insecure: bool,
    clock: Callable[[], float],
) -> None:
    tracker.new_attempt(clock())
    lines = client.pull(name, is_insecure=is_insecure)
    try:
        for line in lines:
            error = tracker.feed(line, clock())
            if error is not None:
                raise error
            if on_progress is not None:
                on_progress(tracker.progress(clock()))
    finally:
        lines.close()
    if tracker.phase is not PullPhase.DONE:
        raise IncompletePull(name)
