"""ensure(): a model is here and up to date, or gets pulled. The rule, without a window's queue."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Generator
from dataclasses import field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol, Self

from tray_app.core.errors import (
    Cancelled,
    IncompletePull,
    ListProblem,
    NotDone,
    OllamaError,
    PullFailed,
    PullFailure,
)
from tray_app.core.estimate import is_up_to_date
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.names import ModelName
from tray_app.core.pulls.policy import Remedy, RetryPolicy
from tray_app.core.pulls.progress import PullPhase, PullProgress
from tray_app.core.pulls.tracker import PullTracker
from tray_app.ollama.cancel import CancelScope

if TYPE_CHECKING:
    from tray_app.core.records import Manifest, ModelRecord
    from tray_app.ollama.registry import Registry

# A pull that is asked for too soon after a cancel joins the dying one and is told
# "context canceled"; the server needs up to half a minute to let go.
JOINED_PAUSES_S = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)


class Listing(Protocol):
    """What is needed of a client to look at its server's list."""

    def get(self, name: str) -> ModelRecord | None: ...


class Puller(Listing, Protocol):
    """What is needed of a client to have a model on its server."""

    scope: CancelScope

    def forked(self, scope: CancelScope) -> Puller: ...

    def close(self) -> None: ...

    @property
    def registry(self) -> Registry: ...

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


@dataclass(frozen=True, slots=True)
class Retry:
    """A pull that failed and is asked for again: why, the how manyth time without a new byte, and
    when (on the clock that was given)."""

    error: OllamaError
    attempt: int
    at_s: float


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to try: what the queue of the window does too. `on_retry` hears of every pause;
    an attempt without a new byte for `stall_s` is ended and asked for again, 0 = never."""

    policy: RetryPolicy = field(default_factory=RetryPolicy)
    stall_s: float = 0.0
    on_retry: Callable[[Retry], None] | None = None


def install_state(client: Puller, name: str, *, is_insecure: bool = False) -> InstallState:
    """Whether `name` is installed in its registry's version. Pulls nothing. Raises BadName."""
    parsed = ModelName.parse(name)
    record = client.get(str(parsed))
    if record is not None and record.is_cloud:
        return InstallState(record, None, is_current=True)
    manifest = _manifest(client, parsed, is_insecure, wants_push_time=record is not None)
    is_current = record is not None and manifest is not None and is_up_to_date(record, manifest)
    return InstallState(record, manifest, is_current)


def pulled(client: Listing, name: str) -> ModelRecord:
    """The row of a model whose pull was called a success. Raises NotDone when there is none, or
    nothing in it: an error of a registry that came as an answer can end so."""
    record = client.get(name)
    if record is None:
        raise NotDone(name)
    if record.size_bytes == 0 and not record.is_cloud:
        raise NotDone(name, problem=ListProblem.EMPTY)
    return record


def ensure(
    client: Puller,
    name: str,
    on_progress: Callable[[PullProgress], None] | None = None,
    *,
    is_insecure: bool = False,
    clock: Callable[[], float] = time.monotonic,
    known: InstallState | None = None,
    patience: Patience | None = None,
) -> Ensured:
    """Have `name` on the client's server, in its registry's version.

    `known` is the answer of `install_state`, for who asked already; without `patience` the first
    fault is the last.

    An installed model whose manifest equals the registry's is left alone: a pull would only move
    its date. If the registry cannot be asked from here, the server may still reach it: it pulls.
    Raises BadName, and whatever a pull fails with; NotDone when the server does not list it then.
    """
    now = known or install_state(client, name, is_insecure=is_insecure)
    if now.is_current:
        return Ensured(now.record, was_present=True)
    full_name = str(ModelName.parse(name))
    tracker = PullTracker(full_name, now.manifest)
    pull = _Pull(client, full_name, tracker, on_progress, is_insecure, clock)
    if patience is None:
        pull.once()
    else:
        _Attempts(pull, patience).work()
    record = pulled(client, full_name)
    return Ensured(record, was_present=False, is_checked=now.manifest is not None)


def _manifest(
    client: Puller, name: ModelName, is_insecure: bool, wants_push_time: bool
) -> Manifest | None:
    try:
        return client.registry.fetch_manifest(
            name, scope=client.scope, is_insecure=is_insecure, wants_push_time=wants_push_time
        )
    except Cancelled:
        raise
    except OllamaError:
        return None  # its own words about it come with the pull


@dataclass(frozen=True, slots=True)
class _Pull:
    """What one attempt needs."""

    client: Puller
    name: str
    tracker: PullTracker
    on_progress: Callable[[PullProgress], None] | None
    is_insecure: bool
    clock: Callable[[], float]

    def once(self) -> None:
        """One attempt; one that joined a dying pull is asked for again."""
        for pause_s in (*JOINED_PAUSES_S, None):
            try:
                self._stream(self.client)
                return
            except PullFailed as error:
                if error.kind is not PullFailure.CANCELED_BY_SERVER or pause_s is None:
                    raise
                if self.client.scope.wait(pause_s):
                    raise Cancelled(self.name) from error

    def watched(self, stall_s: float) -> None:
        """`once`, ended as a stall when no new byte comes for `stall_s`. The server sends
        identical lines then, or none at all."""
        scope = CancelScope()
        client = self.client.forked(scope)
        watch = _StallWatch(self.tracker, self.clock, stall_s, scope)
        try:
            with self.client.scope.waking(scope.cancel), watch:
                replace(self, client=client).once()
        except Cancelled as error:
            if not watch.has_ended_it or self.client.scope.is_cancelled:
                raise
            raise PullFailed(self.name, "", PullFailure.STALLED) from error
        finally:
            client.close()

    def _stream(self, client: Puller) -> None:
        self.tracker.new_attempt(self.clock())
        lines = client.pull(self.name, is_insecure=self.is_insecure)
        try:
            for line in lines:
                error = self.tracker.feed(line, self.clock(), datetime.now(UTC))
                if error is not None:
                    raise error
                if self.on_progress is not None:
                    self.on_progress(self.tracker.progress(self.clock()))
        finally:
            lines.close()
        if self.tracker.phase is not PullPhase.DONE:
            raise IncompletePull(self.name)


class _Attempts:
    """One pull, as often as its faults are passing ones."""

    def __init__(self, pull: _Pull, patience: Patience) -> None:
        self._pull = pull
        self._patience = patience
        self._attempt = 0
        self._mismatches = 0
        self._reached = 0

    def work(self) -> None:
        """Raises the error that ends it."""
        while True:
            try:
                self._pull.watched(self._patience.stall_s)
                return
            except Cancelled:
                raise
            except OllamaError as error:
                if not self._is_worth_it(error):
                    raise
                self._wait(error)

    def _is_worth_it(self, error: OllamaError) -> bool:
        new_bytes = self._pull.tracker.new_bytes
        self._attempt = 1 if new_bytes > self._reached else self._attempt + 1
        self._reached = max(new_bytes, self._reached)
        if isinstance(error, PullFailed) and error.kind is PullFailure.DIGEST_MISMATCH:
            self._mismatches += 1
        policy = self._patience.policy
        remedy = policy.remedy(error, self._attempt, self._mismatches)
        # A server that is away is not waited for for ever: somebody sits before the terminal.
        is_away = remedy in (Remedy.HOLD, Remedy.RESTART) and policy.is_retrying
        return remedy is Remedy.RETRY or (is_away and self._attempt < policy.max_attempts)

    def _wait(self, error: OllamaError) -> None:
        pause_s = self._patience.policy.pause_s(self._attempt, random.random(), error)
        if self._patience.on_retry is not None:
            self._patience.on_retry(Retry(error, self._attempt, self._pull.clock() + pause_s))
        if self._pull.client.scope.wait(pause_s):
            raise Cancelled(self._pull.name) from error


class _StallWatch:
    """While its block runs: cancels `scope` when `tracker` has not got on for `stall_s`."""

    def __init__(
        self, tracker: PullTracker, clock: Callable[[], float], stall_s: float, scope: CancelScope
    ) -> None:
        self._tracker = tracker
        self._clock = clock
        self._stall_s = stall_s
        self._scope = scope
        self._began_s = clock()
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="stall-watch", daemon=True)
        self.has_ended_it = False

    def __enter__(self) -> Self:
        if self._stall_s:
            self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._is_over.set()
        if self._stall_s:
            self._thread.join()

    def _run(self) -> None:
        while not self._is_over.wait(min(0.5, self._stall_s / 10)):
            is_open = self._tracker.phase in (PullPhase.MANIFEST, PullPhase.DOWNLOAD)
            last_s = max(self._began_s, self._tracker.last_byte_s)
            if is_open and self._clock() - last_s >= self._stall_s:
                self.has_ended_it = True
                self._scope.cancel()
                return
