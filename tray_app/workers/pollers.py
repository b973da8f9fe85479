"""Pollers: owner of the poller threads, one per server, seen from the GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QDeadlineTimer, QObject, QThread, Signal, Slot

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.workers.poller import ModelPoller

if TYPE_CHECKING:
    from tray_app.core.endpoint import Endpoint
    from tray_app.core.records import Poll


class _Remote(QObject):
    """Carries calls over to one poller's thread: queued signals to its slots."""

    refresh = Signal()
    visible = Signal(bool)
    pace = Signal(object)  # float
    endpoint = Signal(object)  # Endpoint

    def __init__(self, poller: ModelPoller, parent: QObject) -> None:
        super().__init__(parent)
        self.refresh.connect(poller.refresh)
        self.visible.connect(poller.set_visible)
        self.pace.connect(poller.set_visible_pace)
        self.endpoint.connect(poller.set_endpoint)


@dataclass(frozen=True, slots=True)
class _Line:
    thread: QThread
    poller: ModelPoller
    remote: _Remote
    endpoint: Endpoint


class Pollers(QObject):
    """Starts, steers and ends pollers.

    Signals: those of all pollers, received and sent on in the GUI thread, but for what comes late
    from servers that are polled no more, or from an address that a server had before.
    Thread: GUI thread.
    """

    polled = Signal(object)  # Poll
    woke = Signal()

    def __init__(
        self,
        parent: QObject | None = None,
        make: Callable[[str, Endpoint], ModelPoller] = ModelPoller,
    ) -> None:
        super().__init__(parent)
        self._make = make
        self._is_visible = False
        self._is_held = False
        self._pace_s: float | None = None
        self._lines: dict[str, _Line] = {}
        self._ended: list[_Line] = []  # told to end; their threads are joined with the others

    def start(self, server_id: str, endpoint: Endpoint) -> None:
        """Poll this server from now on; with a new endpoint if it is polled already."""
        line = self._lines.get(server_id)
        if line is not None:
            self._lines[server_id] = replace(line, endpoint=endpoint)
            line.remote.endpoint.emit(endpoint)
            return
        poller = self._make(server_id, endpoint)
        # Not in its thread yet, so that it may be told directly.
        if self._pace_s is not None:
            poller.set_visible_pace(self._pace_s)
        poller.start_visible(self._is_visible)
        thread = QThread(self)
        thread.setObjectName(f"poller {server_id}")
        poller.moveToThread(thread)
        poller.polled.connect(self._on_poller_polled)
        poller.woke.connect(self._on_woke)
        thread.started.connect(poller.start)
        thread.finished.connect(poller.stop)
        self._lines[server_id] = _Line(thread, poller, _Remote(poller, self), endpoint)
        if not self._is_held:
            thread.start()

    def hold(self) -> None:
        """Start no thread until `release`. The first poll imports requests, which keeps a window
        waiting that is being built."""
        self._is_held = True

    @Slot()
    def release(self) -> None:
        """Let those poll that were held."""
        if self._is_held:
            self._is_held = False
            for line in self._lines.values():
                line.thread.start()

    def stop(self, server_id: str) -> None:
        """Poll this server no more."""
        line = self._lines.pop(server_id, None)
        if line is not None:
            line.poller.cancel()
            line.thread.quit()
            self._ended.append(line)

    @Slot(str)
    def refresh(self, server_id: str) -> None:
        """Poll this server at once."""
        if server_id in self._lines:
            self._lines[server_id].remote.refresh.emit()

    @Slot()
    def refresh_all(self) -> None:
        for line in self._lines.values():
            line.remote.refresh.emit()

    @Slot(bool)
    def set_visible(self, is_visible: bool) -> None:
        """Whether somebody looks; pollers that come later know it, too."""
        self._is_visible = is_visible
        for line in self._lines.values():
            line.remote.visible.emit(is_visible)

    def set_visible_pace(self, pace_s: float) -> None:
        self._pace_s = pace_s
        for line in self._lines.values():
            line.remote.pace.emit(pace_s)

    def close(self) -> None:
        """End every request and tell the threads to end; does not wait."""
        self._is_held = False
        for line in self._lines.values():
            line.poller.cancel()
            line.thread.quit()

    def wait(self, deadline: QDeadlineTimer) -> bool:
        """After `close`: True when every thread has ended before `deadline`."""
        lines = (*self._lines.values(), *self._ended)
        return all(line.thread.wait(deadline) for line in lines)

    @Slot(object)
    def _on_poller_polled(self, poll: Poll) -> None:
        line = self._lines.get(poll.status.server_id)
        if line is not None and poll.asked in (None, line.endpoint):
            self.polled.emit(poll)

    @Slot()
    def _on_woke(self) -> None:
        self.woke.emit()
