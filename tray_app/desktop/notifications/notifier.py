"""Notifier: tells on the desktop what became of downloads and of the server, when nobody looks.

When something is told is decided here and in `rules`; the words are in `tray_app.text`;
how it reaches the screen is the business of the backends, tried in order until one takes it.
"""

import logging
import sys
import time
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QTimer, Slot

from tray_app import text
from tray_app.commands import Commands
from tray_app.core.pulls.states import PullItem, PullState
from tray_app.core.records import ServerState, ServerStatus
from tray_app.desktop.notifications.balloons import Balloons, QtNotifications
from tray_app.desktop.notifications.notice import Notice, NoticeBackend, NoticeKind
from tray_app.desktop.notifications.rules import WINDOW_S, Batch, PullNoticeRules
from tray_app.settings import Settings
from tray_app.state import AppState

_log = logging.getLogger(__name__)

BackendMaker = Callable[[], NoticeBackend]


def system_backends(balloons: Balloons) -> tuple[BackendMaker, ...]:
    """What this system offers, best first; made when first needed."""

    def dbus() -> NoticeBackend:
        from tray_app.desktop.notifications.dbus import DbusNotifications

        return DbusNotifications()

    def qt() -> NoticeBackend:
        return QtNotifications(balloons)

    return (dbus, qt) if sys.platform == "linux" else (qt,)


class Notifier(QObject):
    """A click on a notice is the command to show its download. Thread: the GUI thread."""

    def __init__(
        self,
        settings: Settings,
        state: AppState,
        commands: Commands,
        makers: Sequence[BackendMaker],
        parent: QObject | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._state = state
        self._commands = commands
        self._clock = clock
        self._makers = tuple(makers)
        self._backends: list[NoticeBackend] = []
        self._rules = PullNoticeRules()
        self._is_window_active = False
        self._lost: ServerStatus | None = None  # gone, and not told yet
        self._lost_s = 0.0
        self._was_online = False
        self._is_loss_told = False
        self._told_s: dict[NoticeKind, float] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setObjectName("notifier")
        self._timer.timeout.connect(self.check)
        state.status_changed.connect(self._on_state_status_changed)
        state.pull_summary_changed.connect(self.check)

    @Slot(bool)
    def set_window_active(self, is_active: bool) -> None:
        """While a person looks at the window nothing is told, and what waited has been seen."""
        self._is_window_active = is_active
        if is_active:
            self._rules.drop()
            self.check()

    @Slot(object)
    def pull_ended(self, item: PullItem) -> None:
        """A download came to its end; a canceled one is no news."""
        values = self._settings.values
        is_wanted = {
            PullState.DONE: values.notify_finished,
            PullState.FAILED: values.notify_failed,
        }.get(item.state, False)
        if is_wanted and not self._is_window_active:
            self._rules.add(item, self._clock())
            # The summary that counts this end may still be on its way.
            self._timer.start(0)

    @Slot(object)
    def _on_state_status_changed(self, status: ServerStatus) -> None:
        """The server came or went."""
        if status.is_online:
            self._was_online = True
            self._lost = None
            if self._is_loss_told:
                self._is_loss_told = False
                self._tell_server(NoticeKind.BACK, status)
        elif status.state is ServerState.OFFLINE and self._was_online:
            self._was_online = False
            if self._settings.values.notify_offline:
                self._lost, self._lost_s = status, self._clock()
        self.check()

    @Slot()
    def show_test(self) -> None:
        """A person wants to see what a notification looks like, whatever the rules."""
        title, body = text.notice_test()
        self._tell(Notice(NoticeKind.TEST, title, body, slot="test"))

    @Slot()
    def check(self) -> None:
        """Tell what is due now, and come again when the next is."""
        now_s = self._clock()
        summary = self._state.pull_summary
        self._rules.is_queue_empty = not (summary.active or summary.waiting)
        self._rules.is_combining = self._settings.values.notify_combine
        for batch in self._rules.take(now_s):
            self._tell(self._notice(batch))
        self._check_server(now_s)
        due = [due_s for due_s in (self._rules.due_s, self._server_due_s()) if due_s is not None]
        if due:
            self._timer.start(max(1, round((min(due) - now_s) * 1000)))
        else:
            self._timer.stop()

    def close(self) -> None:
        """Tell nothing more."""
        self._timer.stop()
        self._rules.drop()
        self._lost = None
        for backend in self._backends:
            backend.close()

    def _server_due_s(self) -> float | None:
        """At once when a download waits for it; else it may only restart."""
        if self._lost is None:
            return None
        is_urgent = bool(self._state.pull_summary.waits_for_server)
        due_s = self._lost_s if is_urgent else self._lost_s + WINDOW_S
        told_s = self._told_s.get(NoticeKind.OFFLINE)
        return due_s if told_s is None else max(due_s, told_s + WINDOW_S)

    def _check_server(self, now_s: float) -> None:
        due_s = self._server_due_s()
        if self._lost is not None and due_s is not None and now_s >= due_s:
            lost, self._lost = self._lost, None
            self._tell_server(NoticeKind.OFFLINE, lost)

    def _tell_server(self, kind: NoticeKind, status: ServerStatus) -> None:
        if self._is_window_active:
            return
        write = text.notice_offline if kind is NoticeKind.OFFLINE else text.notice_back
        server = self._state.server
        label = text.server_name(server.label, server.address)
        title, body = write(label, status, self._state.pull_summary.waits_for_server)
        self._is_loss_told = kind is NoticeKind.OFFLINE
        self._told_s[kind] = self._clock()
        self._tell(Notice(kind, title, body, slot=f"server {status.server_id}"))

    def _tell(self, notice: Notice) -> None:
        _log.info("notice: %s", notice.title)
        self._try(notice, 0)

    def _try(self, notice: Notice, number: int) -> None:
        if number >= len(self._makers):
            _log.info("nothing on this desktop shows notifications")
            return
        while len(self._backends) <= number:
            backend = self._makers[len(self._backends)]()
            backend.clicked.connect(self._commands.pull_show_requested)
            next_number = len(self._backends) + 1
            backend.failed.connect(lambda failed, n=next_number: self._try(failed, n))
            self._backends.append(backend)
        self._backends[number].show(notice)

    def _notice(self, batch: Batch) -> Notice:
        items = batch.failed + batch.done
        server = self._server_of(items)
        if batch.failed:
            title, body = text.notice_failed(batch.failed, batch.done, server)
        else:
            title, body = text.notice_finished(batch.done, server)
        # One notice per download: a second failure takes the place of the first.
        slot = f"pull {items[0].id}" if len(items) == 1 else ""
        return Notice(batch.kind, title, body, items[0].id, slot)

    def _server_of(self, items: Sequence[PullItem]) -> str:
        """The server's name, where there are several and the items are of one."""
        ids = {item.server_id for item in items}
        if len(self._settings.servers()) < 2 or len(ids) != 1:
            return ""
        entry = self._settings.server(ids.pop())
        return text.server_name(entry.label, entry.address)
