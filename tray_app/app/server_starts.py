"""ServerStarts: brings servers back: starts the Ollama of this computer, wakes one that sleeps.

Whoever is brought back is asked again and again until it answers, or until nobody waits any more.
Nothing here ever stops a server.
"""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from tray_app.core.endpoint import Endpoint, is_local_address
from tray_app.core.errors import OllamaError
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.payloads import LocalOllama, ServerStart, StartKind, StartPhase
from tray_app.core.records import Poll, ServerState, ServerStatus
from tray_app.core.wake import hardware_address
from tray_app.desktop.ollama_start.system import system_ollama_start
from tray_app.ollama.local_store import is_installed
from tray_app.workers.runner import Job, JobRunner
from tray_app.workers.wake import PORT, WakeJob

if TYPE_CHECKING:
    from tray_app.desktop.ollama_start.base import InLane, OllamaStart, StartReport
    from tray_app.settings import Settings
    from tray_app.state.app_state import AppState

_log = logging.getLogger(__name__)

_LANE = "start"
_WAKE_LANE = "wake"  # looks up a name, which may take long
_TICK_MS = 1000
_FIRST_ANSWER_S = 3.0
"""So long a first look may take at whether it answers already."""
_TYPING_S = 180.0
_PORT_TIMEOUT_S = 1.0


class _Work(Job):
    """Something of `desktop` that may block. Outcome: whatever it gives."""

    def __init__(self, work: Callable[[], object]) -> None:
        super().__init__()
        self._work = work

    def perform(self) -> object:
        return self._work()


@dataclass(slots=True)
class _Course:
    """What is not shown of a start: how far it is."""

    asked_s: float
    is_by_person: bool = True
    is_asked: bool = False  # the system, to start it
    begun_s: float | None = None  # the system has done so
    is_polled: bool = False  # the server, which has not answered yet


class ServerStarts(QObject):
    """Signals: `failed` (server id) when what a person asked for was in vain.

    Thread: GUI thread. Nothing is asked, and nothing imported that talks to the system, before a
    server on this computer is found away.
    """

    failed = Signal(str)

    def __init__(
        self,
        settings: Settings,
        state: AppState,
        runner: JobRunner,
        refresh: Callable[[str], object],
        parent: QObject | None = None,
        *,
        make: Callable[[InLane, QObject], OllamaStart] = system_ollama_start,
        has_ollama: Callable[[], bool] = is_installed,
        clock: Callable[[], float] = time.monotonic,
        wake_port: int = PORT,
        tick_ms: int = _TICK_MS,
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._state = state
        self._runner = runner
        self._refresh = refresh
        self._make = make
        self._has_ollama = has_ollama
        self._clock = clock
        self._wake_port = wake_port
        self._ollama: OllamaStart | None = None
        self._done: dict[Job, Callable[[object], None]] = {}
        self._courses: dict[str, _Course] = {}
        self._looked_since: dict[str, datetime] = {}
        self._is_followed = False
        self._may_begin = True  # the start with the program, once
        self._begins_with = ""  # its server, until it is known what there is to start
        self._timer = QTimer(self)
        self._timer.setInterval(tick_ms)
        self._timer.setObjectName("server starts")
        self._timer.timeout.connect(self._on_timer_timeout)
        state.status_changed.connect(self._on_state_status_changed)
        state.server_changed.connect(self._on_state_server_changed)
        for server in state.servers:  # it may have answered, or not, before this was built
            status = state.status(server.id)
            if status is not None:
                self._on_state_status_changed(status)

    # What a person asks for.

    @Slot(str)
    def start(self, server_id: str) -> None:
        """Start Ollama, unless it answers; or wait longer for one that was started."""
        self._start(server_id, is_by_person=True)

    def _start(self, server_id: str, *, is_by_person: bool) -> None:
        if not is_local_address(self._address(server_id)):
            return
        now_s, before = self._clock(), self._state.start_of(server_id)
        if before is not None and before.is_waiting:
            return
        if before is not None and before.phase is StartPhase.NO_ANSWER:
            patience_s = now_s - before.began_s + before.kind.usual_s
            self._set(replace(before, phase=StartPhase.WAITING, patience_s=patience_s))
            return
        kind = self._starter().kind
        self._courses[server_id] = _Course(now_s, is_by_person=is_by_person)
        self._set(ServerStart(server_id, kind, StartPhase.WAITING, now_s, kind.usual_s))
        self._poll(server_id)  # what is known of it may be a minute old

    @Slot(str)
    def wake(self, server_id: str) -> None:
        """Send the packet that wakes its computer, and wait for it."""
        entry = next((e for e in self._settings.servers() if e.id == server_id), None)
        mac = hardware_address(entry.mac) if entry is not None else None
        if entry is None or mac is None or self._state.is_online(server_id):
            return
        now_s, kind = self._clock(), StartKind.WAKE
        self._courses[server_id] = _Course(now_s, is_asked=True, begun_s=now_s)
        self._set(ServerStart(server_id, kind, StartPhase.WAITING, now_s, kind.usual_s))
        job = WakeJob(server_id, mac, entry.broadcast, self._wake_port)
        job.failed.connect(self._on_wake_failed)
        self._runner.submit(job, _WAKE_LANE)

    @Slot(str)
    def stop(self, server_id: str) -> None:
        """Wait no longer. What was asked for goes on."""
        self._forget(server_id)
        self._state.end_start(server_id)

    def close(self) -> None:
        """The program ends."""
        self._timer.stop()
        self._courses.clear()
        if self._ollama is not None:
            self._ollama.close()

    # What comes of it.

    @Slot(object)
    def on_polled(self, poll: Poll) -> None:
        """A server was asked."""
        server_id, status = poll.status.server_id, poll.status
        course = self._courses.get(server_id)
        if course is None or status.state is ServerState.CONNECTING:
            return
        course.is_polled = False
        if not course.is_asked and not status.is_online:
            self._begin(server_id, status.state)
        elif status.is_online or self._says_more(server_id, status.state):
            self.stop(server_id)

    def _says_more(self, server_id: str, state: ServerState) -> bool:
        """Whether how it stands now says more than how it was started in vain."""
        start = self._state.start_of(server_id)
        if start is None or start.is_waiting or state is ServerState.NOT_OLLAMA:
            return start is None
        return state not in (ServerState.OFFLINE, ServerState.STARTING)

    def _begin(self, server_id: str, state: ServerState) -> None:
        """It does not answer: have it started."""
        start, course = self._state.start_of(server_id), self._courses[server_id]
        if start is None:
            return
        course.is_asked = True
        if state is ServerState.NOT_OLLAMA:
            self._fail(replace(start, phase=StartPhase.PORT_TAKEN))
        elif state is ServerState.STARTING:
            course.begun_s = self._clock()
        elif state is not ServerState.OFFLINE:
            self.stop(server_id)  # it is there, and has something against us
        elif not self._is_followed:
            self._is_followed = True
            self._starter().start()

    @Slot(object)
    def _on_starter_reported(self, report: StartReport) -> None:
        now_s = self._clock()
        if report.phase is not StartPhase.WAITING:
            self._is_followed = False
        for server_id, course in tuple(self._courses.items()):
            start = self._state.start_of(server_id)
            if start is None or start.kind is StartKind.WAKE or not course.is_asked:
                continue
            start = replace(start, service=report.service, details=report.details)
            if report.phase is StartPhase.WAITING:
                course.begun_s = now_s
                self._set(replace(start, began_s=now_s))
                continue
            begun_s = course.begun_s if course.begun_s is not None else now_s
            ended = replace(
                start,
                phase=report.phase,
                lasted_s=max(now_s - begun_s, 0.1) if report.is_end else 0.0,
                sandbox=self._starter().sandbox,
            )
            if report.is_end:
                self._look_at_port(ended)
            else:
                self._fail(ended)

    def _look_at_port(self, ended: ServerStart) -> None:
        """It has ended at once: perhaps because somebody else is where it wants to be."""

        def done(is_taken: object) -> None:
            if ended.server_id in self._courses:
                phase = StartPhase.PORT_TAKEN if is_taken else ended.phase
                self._fail(replace(ended, phase=phase))

        address = self._address(ended.server_id)
        self._in_lane(lambda: _is_port_taken(address), done)

    @Slot(object)
    def _on_wake_failed(self, error: OllamaError) -> None:
        job = self.sender()
        start = self._state.start_of(job.server_id) if isinstance(job, WakeJob) else None
        if start is not None and start.kind is StartKind.WAKE:
            self._fail(replace(start, phase=StartPhase.FAILED, details=error.context))

    @Slot()
    def _on_timer_timeout(self) -> None:
        """Once a second while somebody is waited for."""
        now_s = self._clock()
        for server_id, course in tuple(self._courses.items()):
            start = self._state.start_of(server_id)
            if start is None or not self._is_asked_often(server_id):
                continue
            if not course.is_asked and now_s - course.asked_s >= _FIRST_ANSWER_S:
                self._begin(server_id, ServerState.OFFLINE)
            elif self._is_too_late(start, course, now_s):
                lasted_s = now_s - start.began_s
                self._fail(replace(start, phase=StartPhase.NO_ANSWER, lasted_s=lasted_s))
                continue
            if not course.is_polled:  # one after the other, however long they take
                self._poll(server_id)
        self._run_timer()

    def _is_too_late(self, start: ServerStart, course: _Course, now_s: float) -> bool:
        has_begun = start.is_waiting and course.begun_s is not None
        return has_begun and now_s - start.began_s >= start.patience_s

    def _poll(self, server_id: str) -> None:
        self._courses[server_id].is_polled = True
        self._refresh(server_id)

    def _set(self, start: ServerStart) -> None:
        self._state.set_start(start)
        self._run_timer()

    def _run_timer(self) -> None:
        """Only while somebody is waited for."""
        if not any(self._is_asked_often(server_id) for server_id in self._courses):
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()

    def _fail(self, start: ServerStart) -> None:
        """It has ended otherwise than with an answer. Should one come, all is well."""
        _log.info("start of %s: %s", start.server_id, start.phase)
        self._set(start)
        course = self._courses.get(start.server_id)
        if course is not None and course.is_by_person:
            self.failed.emit(start.server_id)

    def _is_asked_often(self, server_id: str) -> bool:
        start = self._state.start_of(server_id)
        if start is None or start.phase is not StartPhase.NO_SERVICE:
            return start is not None and start.is_waiting
        # Whoever was told a command is about to type it.
        return self._clock() - start.began_s < _TYPING_S

    def _forget(self, server_id: str) -> None:
        self._courses.pop(server_id, None)
        starts = [self._state.start_of(each) for each in self._courses]
        if self._is_followed and all(s is None or s.kind is StartKind.WAKE for s in starts):
            self._is_followed = False
            self._starter().forget()
        self._run_timer()

    @Slot()
    def _on_state_server_changed(self) -> None:
        for server_id in tuple(self._courses):
            if self._state.start_of(server_id) is None:  # gone, or somewhere else
                self._forget(server_id)

    # What there is to start.

    @Slot(object)
    def _on_state_status_changed(self, status: ServerStatus) -> None:
        is_here = is_local_address(self._address(status.server_id)) and not self._state.is_demo
        is_settled = status.state not in (ServerState.CONNECTING, ServerState.STARTING)
        if self._may_begin and is_settled and status.server_id == self._state.default_server_id:
            self._may_begin = False
            if (
                is_here
                and status.state is ServerState.OFFLINE
                and self._settings.values.start_ollama
            ):
                self._begins_with = status.server_id
        if not is_here or status.state is not ServerState.OFFLINE:
            return
        if self._looked_since.get(status.server_id) != status.since:
            self._looked_since[status.server_id] = status.since
            # In a turn of its own: it loads what talks to the system.
            QTimer.singleShot(0, self, self._look)

    @Slot()
    def _look(self) -> None:
        self._starter().look()

    @Slot(bool)
    def _on_starter_looked(self, can_start: bool) -> None:
        if can_start:
            self._state.set_local_ollama(LocalOllama.STARTABLE)
            server_id, self._begins_with = self._begins_with, ""
            if server_id:
                self._start(server_id, is_by_person=False)
            return
        self._begins_with = ""
        if self._starter().sandbox:
            self._state.set_local_ollama(LocalOllama.HIDDEN)
        else:
            self._in_lane(self._has_ollama, self._on_installed_known)

    def _on_installed_known(self, has_ollama: object) -> None:
        found = LocalOllama.BY_HAND if has_ollama else LocalOllama.ABSENT
        self._state.set_local_ollama(found)

    def _starter(self) -> OllamaStart:
        if self._ollama is None:
            self._ollama = self._make(self._in_lane, self)
            self._ollama.looked.connect(self._on_starter_looked)
            self._ollama.reported.connect(self._on_starter_reported)
        return self._ollama

    def _address(self, server_id: str) -> str:
        known = (server for server in self._state.servers if server.id == server_id)
        return next((server.address for server in known), "elsewhere.invalid")

    def _in_lane(self, work: Callable[[], object], done: Callable[[object], None]) -> None:
        job = _Work(work)
        self._done[job] = done
        job.succeeded.connect(self._on_work_succeeded)
        job.failed.connect(self._on_work_failed)
        self._runner.submit(job, _LANE)

    @Slot(object)
    def _on_work_succeeded(self, outcome: object) -> None:
        self._done.pop(self.sender())(outcome)  # type: ignore[call-overload]

    @Slot(object)
    def _on_work_failed(self, _: object) -> None:
        self._on_work_succeeded(None)


def _is_port_taken(address: str) -> bool:
    """Whether a program listens where the server should."""
    try:
        endpoint = Endpoint.parse(address)
        with socket.create_connection((endpoint.host, endpoint.port), _PORT_TIMEOUT_S):
            return True
    except (OllamaError, OSError):
        return False
