"""ModelPoller: keeps one server's list fresh. Pace, back-off, waking from sleep.

The one poller of a server lives in its own QThread; it never overlaps its own polls, because its
timer is single-shot and armed again after each answer.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import compress
from operator import attrgetter, is_not, not_

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from tray_app.core.endpoint import Endpoint
from tray_app.core.errors import (
    BadAnswer,
    Cancelled,
    Forbidden,
    Moved,
    NotOllama,
    OllamaError,
    ProxyFailed,
    ServerFailed,
    Starting,
    TimedOut,
    TlsFailed,
    Unauthorized,
    Unreachable,
)
from tray_app.core.records import ModelRecord, News, Poll, ServerState, ServerStatus, Snapshot
from tray_app.ollama.cancel import CancelScope
from tray_app.ollama.client import ClientFactory, OllamaClient, open_client

log = logging.getLogger(__name__)
_name = attrgetter("name")

HIDDEN_PACE_S = 15.0
BACKOFF_S = (2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
STARTING_PACE_S = 2.0
STARTING_POLLS = 15
"""So many unanswered polls in a row may be a start, which takes a minute and more; who says nothing
for longer is asked more and more rarely."""
SLEPT_S = 30.0
MAX_PAUSE_S = 600.0
"""So long a server is left alone that asks to wait; what it answers says nothing about longer."""
GRACE_S = 10.0
_SPEAKS = (200, 429)  # what is in front of Ollama answers itself, and does not say it is away
MAX_ROWS = 20_000
"""Models of one poll that are passed on: who shows them now and then looks at each in the GUI
thread, which must not take long."""

MAX_NEW_ROWS = 4_000
"""So many new models are told at a time: who shows them has an event loop to go on with."""
MORE_MS = 150


def state_of(error: OllamaError) -> ServerState:
    """Which state a failed poll means."""
    if isinstance(error, Starting):
        return ServerState.STARTING
    if isinstance(error, (Unauthorized, Forbidden, TlsFailed, Moved)):
        return ServerState.REFUSED
    if isinstance(error, NotOllama):
        return ServerState.NOT_OLLAMA
    if isinstance(error, BadAnswer | ServerFailed):
        return ServerState.FAILING
    if isinstance(error, ProxyFailed) and (error.is_refusal or error.status in _SPEAKS):
        return ServerState.FAILING
    return ServerState.OFFLINE


class _Told:
    """The list that was told last. Of thousands all is asked in C."""

    def __init__(self) -> None:
        self.models: tuple[ModelRecord, ...] = ()
        self._by_name: dict[str, ModelRecord] = {}

    def new_names(self, models: tuple[ModelRecord, ...]) -> list[str]:
        """The names that were not told, in their order."""
        if models is self.models:
            return []
        names = list(map(_name, models))
        return list(compress(names, map(not_, map(self._by_name.__contains__, names))))

    def take(self, models: tuple[ModelRecord, ...]) -> News | None:
        """This is told now; how it differs from the one before, if there was any. What has not
        changed has to be the same object: the client hands it out again."""
        since, self.models = self.models, models
        if models is since:
            return None
        known, names = self._by_name, list(map(_name, models))
        changed = tuple(compress(models, map(is_not, models, map(known.get, names))))
        added = sum(model.name not in known for model in changed)
        gone: frozenset[str] = frozenset()
        if len(known) + added != len(models):
            gone = frozenset(known.keys() - set(names))
            for name in gone:
                del known[name]
        known.update((model.name, model) for model in changed)
        return News(since, changed, gone) if since else None


class ModelPoller(QObject):
    """Polls /api/tags and /api/ps of one server.

    Signals: `polled` after every poll, and when polling begins; status and answer together, so
    that nobody sees a half. Thousands of new models come in parts, one soon after the other.
    Thread: moved to a QThread of its own; call the slots through signals (or before it is
    started). `cancel` alone may be called from any thread.
    """

    polled = Signal(object)  # Poll
    woke = Signal()  # the computer slept; faults in the next seconds are no news

    def __init__(
        self,
        server_id: str,
        endpoint: Endpoint,
        *,
        visible_pace_s: float = 2.0,
        client_factory: ClientFactory = open_client,
        clock: Callable[[], float] = time.monotonic,
        backoff_s: tuple[float, ...] = BACKOFF_S,
    ) -> None:
        super().__init__()
        self._server_id = server_id
        self._endpoint = endpoint
        self._visible_pace_s = visible_pace_s
        self._client_factory = client_factory
        self._clock = clock
        self._backoff_s = backoff_s
        self._scope = CancelScope()
        self._client: OllamaClient | None = None
        self._is_visible = False
        self._is_stopped = False
        self._faults = 0
        self._silences = 0
        self._cut: tuple[tuple[ModelRecord, ...], tuple[ModelRecord, ...]] = ((), ())
        self._whole: Snapshot | None = None  # of which a part was told
        self._told = _Told()
        self._may_be_starting = True  # false once it has answered, until it is gone again
        self._due_s: float | None = None
        self._awake_since_s = clock() - GRACE_S
        now = datetime.now(UTC)
        self._status = ServerStatus(server_id, ServerState.CONNECTING, since=now)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._on_timer_timeout)
        self._more = QTimer(self)
        self._more.setSingleShot(True)
        self._more.setInterval(MORE_MS)
        self._more.timeout.connect(self._on_more_timeout)

    @Slot()
    def start(self) -> None:
        """Poll at once, then at the pace."""
        self.polled.emit(Poll(self._status, asked=self._endpoint))
        self._poll()

    @Slot()
    def refresh(self) -> None:
        """A person wants to know now: poll at once, and begin the back-off anew. Several who ask
        meanwhile, such as downloads that begin, are told by one poll."""
        self._faults = self._silences = 0
        self._arm(0.0)

    def start_visible(self, is_visible: bool) -> None:
        """How it is when polling begins; before it has a thread."""
        self._is_visible = is_visible

    @Slot(bool)
    def set_visible(self, is_visible: bool) -> None:
        """Window visible: the quick pace, and a poll at once when it has just appeared."""
        if is_visible == self._is_visible:
            return
        self._is_visible = is_visible
        if is_visible:
            self.refresh()

    @Slot(object)
    def set_visible_pace(self, pace: object) -> None:
        """Seconds between polls while the window is visible (a number; object as Qt's int and
        float conversions are lossy)."""
        if isinstance(pace, (int, float)) and pace > 0:
            self._visible_pace_s = float(pace)
            if self._status.is_online:
                self._arm(self._pace_s())

    @Slot(object)
    def set_endpoint(self, endpoint: object) -> None:
        """Another address for the same server: everything begins anew."""
        if isinstance(endpoint, Endpoint):
            self._endpoint = endpoint
            self._close_client()
            self._faults = self._silences = 0
            self._whole, self._told = None, _Told()
            self._status = ServerStatus(
                self._server_id, ServerState.CONNECTING, since=datetime.now(UTC)
            )
            self.polled.emit(Poll(self._status, asked=self._endpoint))
            self._poll()

    @Slot()
    def stop(self) -> None:
        """Stop polling for good, in the poller's own thread."""
        self._is_stopped = True
        self._timer.stop()
        self._more.stop()
        self._close_client()

    def cancel(self) -> None:
        """From any thread: end a request under way and let no further one begin."""
        self._is_stopped = True
        self._scope.cancel()

    @Slot()
    def _on_timer_timeout(self) -> None:
        late_s = 0.0 if self._due_s is None else self._clock() - self._due_s
        if late_s >= SLEPT_S:
            log.info("woke after %.0f s", late_s)
            self._awake_since_s = self._clock()
            self._faults = self._silences = 0
            self._close_client()  # its connections are dead
            self.woke.emit()
        self._poll()

    def _poll(self) -> None:
        self._timer.stop()
        self._more.stop()  # a newer answer has all of it
        if self._is_stopped:
            return
        try:
            snapshot = self._ask()
        except Cancelled:
            return
        except OllamaError as error:
            self._on_fault(error)
            return
        self._faults = self._silences = 0
        self._may_be_starting = False
        self._on_answer(snapshot)
        self._arm(self._pace_s())

    def _ask(self) -> Snapshot:
        if self._client is None:
            self._client = self._client_factory(self._endpoint, self._server_id, self._scope)
        try:
            return self._first_of(self._client.snapshot())
        except OllamaError:
            raise
        except Exception as error:
            log.exception("poll broke")
            raise OllamaError(self._endpoint.display, repr(error)) from error

    def _first_of(self, snapshot: Snapshot) -> Snapshot:
        """As many models as may be shown: of an equal list the very same ones again."""
        listed = snapshot.models
        if len(listed) <= MAX_ROWS:
            self._cut = ((), ())
            return snapshot
        if self._cut[0] is not listed:
            self._cut = (listed, listed[:MAX_ROWS])
        return replace(snapshot, models=self._cut[1], left_out=len(listed) - MAX_ROWS)

    def _on_answer(self, snapshot: Snapshot) -> None:
        for problem in snapshot.problems[:5]:
            log.info("%s: %s", self._endpoint.display, problem)
        status = replace(
            self._status,
            state=ServerState.ONLINE,
            version=snapshot.version,
            error=None,
            last_answer_at=snapshot.taken_at,
            retry_s=None,
        )
        if not self._status.is_online:
            status = replace(status, since=snapshot.taken_at)
        self._status = status
        self._tell(snapshot, is_whole=self._whole is not None)

    def _tell(self, snapshot: Snapshot, *, is_whole: bool = False) -> None:
        """Tell an answer, or a part of it and the rest in a moment."""
        part, self._whole = snapshot, None
        if not is_whole and len(snapshot.models) > MAX_NEW_ROWS:
            later = self._told.new_names(snapshot.models)[MAX_NEW_ROWS:]
            if later:
                held = frozenset(later)
                models = tuple(model for model in snapshot.models if model.name not in held)
                part = replace(snapshot, models=models, left_out=snapshot.left_out + len(held))
                self._whole = snapshot
                self._more.start()
        news = self._told.take(part.models)
        if news is not None:
            part = replace(part, news=news)
        self.polled.emit(Poll(self._status, part, self._endpoint))

    @Slot()
    def _on_more_timeout(self) -> None:
        if self._whole is not None and not self._is_stopped:
            self._tell(self._whole)

    def _on_fault(self, error: OllamaError) -> None:
        self._close_client()
        if isinstance(error, Unreachable):
            self._may_be_starting = True
        elif isinstance(error, Starting) and not self._may_be_starting:
            error = TimedOut(error.reference, error.context)
        state = state_of(error)
        if state is ServerState.STARTING and self._silences < STARTING_POLLS:
            pause_s = STARTING_PACE_S
            self._silences += 1
        else:
            pause_s = self._backoff_s[min(self._faults, len(self._backoff_s) - 1)]
            pause_s = max(pause_s, min(error.wait_s, MAX_PAUSE_S))
            self._faults += 1
            self._silences = self._silences if state is ServerState.STARTING else 0
        is_grace = self._clock() - self._awake_since_s < GRACE_S
        if is_grace and self._status.is_online and state is ServerState.OFFLINE:
            self._arm(min(pause_s, 2.0))  # the network comes back a moment after the computer
            return
        since = self._status.since if state is self._status.state else datetime.now(UTC)
        self._status = replace(
            self._status,
            state=state,
            error=error,
            since=since,
            retry_s=self._clock() + pause_s,
        )
        self._arm(pause_s)
        self.polled.emit(Poll(self._status, asked=self._endpoint))

    def _pace_s(self) -> float:
        return self._visible_pace_s if self._is_visible else HIDDEN_PACE_S

    def _arm(self, pause_s: float) -> None:
        if not self._is_stopped:
            self._due_s = self._clock() + pause_s
            self._timer.start(int(pause_s * 1000))

    def _close_client(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None
