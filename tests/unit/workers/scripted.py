"""A server without a network: every pull does what the test says, line by line.

`World.open_client` is a `client_factory` of the queue. A pull blocks in its lane's thread until it
is given a line, a fault or its end, or until the queue cancels it.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from tray_app.core.endpoint import Endpoint
from tray_app.core.errors import Cancelled, OllamaError, Unreachable, UnreachableKind
from tray_app.core.names import canonical
from tray_app.core.records import ModelDetails, ModelRecord, Snapshot
from tray_app.ollama.cancel import CancelScope

SIZE = 1000
SERVER = "local"
Act = dict[str, Any] | OllamaError | None
"""A line, a fault, or None for the end of the stream."""
ENDING = (
    {"status": "verifying sha256 digest"},
    {"status": "writing manifest"},
    {"status": "success"},
)


class Attempt:
    """One pull under way."""

    def __init__(self, name: str, scope: CancelScope, wake: threading.Condition) -> None:
        self.name = name
        self.scope = scope
        self.acts: deque[Act] = deque()
        self.is_waiting = False
        self.is_verifying = False
        self.is_over = False
        self.may_go = False
        self._wake = wake

    def next_act(self) -> Act:
        """Block until there is one. Raises Cancelled, but not before `may_go`: an attempt takes
        a moment to end."""
        with self.scope.waking(self._ring), self._wake:
            while not (self.acts or self.scope.is_cancelled) or not self._may_end():
                self.is_waiting = True
                self._wake.wait()
            self.is_waiting = False
            if self.scope.is_cancelled:
                raise Cancelled(self.name)
            return self.acts.popleft()

    def _may_end(self) -> bool:
        return self.may_go or not self.scope.is_cancelled

    def _ring(self) -> None:
        with self._wake:
            self._wake.notify_all()


class World:
    """What the server holds, and the pulls that are under way. Thread: any."""

    def __init__(self) -> None:
        self.wake = threading.Condition(threading.RLock())
        self.open: list[Attempt] = []
        self.installed: dict[str, str] = {}
        self.reached: dict[str, int] = {}
        self.wrongs: list[str] = []
        self.asked = 0
        self.is_up = True
        self.is_kind = False
        """Every pull runs to its good end by itself."""
        self._installs = 0

    def open_client(self, _endpoint: Endpoint, _server_id: str, scope: CancelScope) -> Any:
        return ScriptedClient(self, scope)

    def begin(self, name: str, scope: CancelScope) -> Attempt:
        with self.wake:
            if scope.is_cancelled:
                raise Cancelled(name)
            if not self.is_up:
                raise Unreachable(name, "", UnreachableKind.REFUSED)
            if any(canonical(other.name) == canonical(name) for other in self.open):
                self.wrongs.append(f"{name} is asked for twice at once")
                self.let_go()
            self.asked += 1
            attempt = Attempt(name, scope, self.wake)
            self.open.append(attempt)
            if self.is_kind:
                self.finish(attempt)
            return attempt

    def end(self, attempt: Attempt) -> None:
        with self.wake:
            if attempt.is_over:
                return
            attempt.is_over = True
            self.open.remove(attempt)
            if attempt.is_verifying:  # the server goes on with that whoever leaves
                self.install(attempt.name)

    def install(self, name: str) -> None:
        self._installs += 1
        self.installed[canonical(name)] = f"{self._installs:064x}"

    # What the test does to a pull.

    def give(self, attempt: Attempt, *acts: Act) -> None:
        with self.wake:
            attempt.acts.extend(acts)
            self.wake.notify_all()

    def give_bytes(self, attempt: Attempt, count: int) -> None:
        """A line with `count` more bytes (less, when negative) than the last one had."""
        digest = self.digest(attempt.name)
        reached = min(SIZE, max(0, self.reached.get(digest, 0) + count))
        self.reached[digest] = reached
        line = {"status": "pulling x", "digest": digest, "total": SIZE, "completed": reached}
        self.give(attempt, line)

    def verify(self, attempt: Attempt) -> None:
        attempt.is_verifying = True
        self.give(attempt, ENDING[0])

    def succeed(self, attempt: Attempt) -> None:
        attempt.is_verifying = True
        self.give(attempt, *ENDING)

    def finish(self, attempt: Attempt) -> None:
        self.give(attempt, {"status": "pulling manifest"})
        self.give_bytes(attempt, SIZE)
        self.succeed(attempt)

    def be_kind(self) -> None:
        """From now on everything works, also what is under way."""
        with self.wake:
            self.is_up = self.is_kind = True
            for attempt in list(self.open):
                self.finish(attempt)

    def die(self) -> list[Attempt]:
        """Nobody answers until `is_up` is set again. Whom to `lose`, in the order of names."""
        with self.wake:
            self.is_up = False
            return sorted(self.open, key=lambda attempt: attempt.name)

    def lose(self, attempt: Attempt) -> None:
        """Break its connection."""
        with self.wake:
            attempt.is_verifying = False
            attempt.acts.clear()
            self.give(attempt, Unreachable(attempt.name, "", UnreachableKind.LOST))

    def is_read(self, attempt: Attempt) -> bool:
        """Whether it has read all and waits for more."""
        with self.wake:
            return attempt.is_waiting and not attempt.acts and not attempt.is_over

    @staticmethod
    def digest(name: str) -> str:
        return "sha256:" + canonical(name).encode().hex().rjust(64, "0")[-64:]

    def is_quiet(self) -> bool:
        """Whether every pull waits for its next act, or for its leave to end."""
        with self.wake:
            return all(
                attempt.is_waiting and (attempt.scope.is_cancelled or not attempt.acts)
                for attempt in self.open
            )

    def let_go(self) -> bool:
        """Let the cancelled ones end. Whether there was one."""
        with self.wake:
            ending = [attempt for attempt in self.open if attempt.scope.is_cancelled]
            for attempt in ending:
                attempt.may_go = True
            self.wake.notify_all()
            return bool(ending)

    def snapshot(self) -> Snapshot:
        moment = datetime(2026, 1, 1, tzinfo=UTC)
        with self.wake:
            models = tuple(
                ModelRecord(SERVER, name, digest, SIZE, moment, ModelDetails())
                for name, digest in self.installed.items()
            )
        return Snapshot(SERVER, models, (), "1.0", moment, 0.0)


class ScriptedClient:
    """The part of OllamaClient that a pull uses."""

    def __init__(self, world: World, scope: CancelScope) -> None:
        self._world = world
        self._scope = scope
        self._attempt: Attempt | None = None

    def pull(self, name: str, *, is_insecure: bool = False) -> Iterator[dict[str, Any]]:
        attempt = self._attempt = self._world.begin(name, self._scope)
        while True:
            act = attempt.next_act()
            if act is None:
                return
            if isinstance(act, OllamaError):
                raise act
            yield act

    def get(self, name: str) -> ModelRecord | None:
        """The row of the list, for who has just heard of a success."""
        if self._attempt is not None:
            self._world.end(self._attempt)
        rows = self._world.snapshot().models
        return next((row for row in rows if canonical(row.name) == canonical(name)), None)

    def close(self) -> None:
        if self._attempt is not None:
            self._world.end(self._attempt)
