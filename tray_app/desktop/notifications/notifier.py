"""Notifier: tells on the desktop what became of downloads and of servers, when nobody looks.

When something is told is decided here, in `rules` and in `server_rules`; the words are in
`tray_app.text`; how it reaches the screen is the business of the backends, tried in order until
one takes it.
"""

import logging
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtGui import QGuiApplication

from tray_app import text
from tray_app.commands import Commands
from tray_app.core.creates.records import CreateItem, CreateState
from tray_app.core.errors import Changed
from tray_app.core.keeping.records import KeepNews, KeepNote
from tray_app.core.payloads import ServerStart, StartKind, StartPhase
from tray_app.core.pulls.states import Hold, PullItem, PullState
from tray_app.core.records import ServerStatus
from tray_app.core.sign_in import SecretState
from tray_app.core.updates.facts import BackupNote, UpdatesFound
from tray_app.desktop.notifications.balloons import Balloons, QtNotifications
from tray_app.desktop.notifications.notice import (
    TO_MEMORY,
    TO_UPDATES,
    Notice,
    NoticeBackend,
    NoticeKind,
)
from tray_app.desktop.notifications.rules import Batch, PullNoticeRules
from tray_app.desktop.notifications.server_rules import TOGETHER_S, ServerNoticeRules
from tray_app.environment import sandbox
from tray_app.settings import Settings
from tray_app.state.app_state import AppState

_log = logging.getLogger(__name__)

BackendMaker = Callable[[], NoticeBackend]


def system_backends(balloons: Balloons) -> tuple[BackendMaker, ...]:
    """What this system offers, best first; made when first needed."""

    def dbus() -> NoticeBackend:
        from tray_app.desktop.notifications.dbus import DbusNotifications

        return DbusNotifications()

    def portal() -> NoticeBackend:
        from tray_app.desktop.notifications.portal import PortalNotifications

        return PortalNotifications()

    def qt() -> NoticeBackend:
        return QtNotifications(balloons)

    if sandbox() == "Flatpak":
        return (portal,)  # Qt asks the daemon, which cannot be reached from there
    return (dbus, qt) if sys.platform == "linux" else (qt,)


class Notifier(QObject):
    """A click on a notice is the command to show what it is about. Thread: the GUI thread."""

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
        self._server_rules = ServerNoticeRules()
        self._wakes: dict[str, ServerStart] = {}
        self._locked_s: float | None = None  # since when the keyring keeps servers waiting
        self._is_lock_told = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setObjectName("notifier")
        self._timer.timeout.connect(self.check)
        state.status_changed.connect(self._on_state_status_changed)
        state.server_changed.connect(self._on_state_server_changed)
        state.start_changed.connect(self._on_state_start_changed)
        state.pull_summary_changed.connect(self.check)
        state.updates_found.connect(self._on_state_updates_found)
        state.old_version_going.connect(self._on_state_old_version_going)
        state.creates.ended.connect(self._on_creates_ended)
        state.keeping.told.connect(self._on_keeping_told)

    @Slot(bool)
    def set_window_active(self, is_active: bool) -> None:
        """While a person looks at the window nothing is told, and what waited has been seen."""
        self._is_window_active = is_active
        if is_active:
            self._rules.drop()
            self.check()

    @Slot(object)
    def pull_ended(self, item: PullItem) -> None:
        """A download came to its end; a canceled one is no news, nor is one without work."""
        if item.update is not None and item.update.was_current:
            return
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
    def _on_creates_ended(self, item: CreateItem) -> None:
        """Each for itself: there are few, and each has taken minutes."""
        from tray_app.text.creating import notice_create_failed, notice_created

        values = self._settings.values
        if item.state is CreateState.DONE:
            is_of_several = len(self._state.servers) > 1
            label = self._label(item.server_id) if is_of_several else ""
            words, kind = notice_created(item, label), NoticeKind.FINISHED
            is_wanted = values.notify_finished
        elif item.state is CreateState.FAILED:
            words, kind = (
                notice_create_failed(item, self._label(item.server_id)),
                NoticeKind.FAILED,
            )
            is_wanted = values.notify_failed
        else:
            return
        if is_wanted and not self._is_seen:
            self._tell(Notice(kind, words.title, words.body, item.id, f"create {item.id}"))

    @Slot(object)
    def _on_state_updates_found(self, found: UpdatesFound) -> None:
        """A check has found newer versions of which nobody was told."""
        if self._settings.values.notify_updates and not self._is_seen:
            words = text.notice_updates(found.verdicts)
            notice = Notice(NoticeKind.UPDATES, words.title, words.body, TO_UPDATES, "updates")
            self._tell(notice)

    @Slot(object)
    def _on_state_old_version_going(self, note: BackupNote) -> None:
        if self._settings.values.notify_updates and not self._is_seen:
            made = note.backup
            label = self._label(made.server_id)
            words = text.notice_old_version_going(made.name, label, note.freed_bytes)
            slot = f"old {made.server_id} {made.name}"
            self._tell(Notice(NoticeKind.UPDATES, words.title, words.body, TO_UPDATES, slot))

    @Slot(object)
    def _on_keeping_told(self, note: KeepNote) -> None:
        """A model was pushed out of memory so often that it is kept no more, or does not fit."""
        is_wanted = self._settings.values.notify_failed and not self._is_seen
        if note.news in (KeepNews.GIVEN_UP, KeepNews.NO_ROOM) and is_wanted:
            label = self._label(note.ref.server_id) if len(self._state.servers) > 1 else ""
            words = text.notice_not_kept(note, label)
            slot = f"kept {note.ref.server_id} {note.ref.name}"
            self._tell(Notice(NoticeKind.FAILED, words.title, words.body, TO_MEMORY, slot))

    @property
    def _is_seen(self) -> bool:
        """Whether a person looks at any window of ours: a check can be asked for in several."""
        return self._is_window_active or QGuiApplication.focusWindow() is not None

    @Slot(str)
    def _on_backend_clicked(self, target: str) -> None:
        if target == TO_UPDATES:
            self._commands.updates_show_requested.emit()
        elif target == TO_MEMORY:
            self._commands.settings_dialog_requested.emit("memory")
        else:
            self._commands.pull_show_requested.emit(target)

    @Slot(object)
    def _on_state_status_changed(self, status: ServerStatus) -> None:
        """A server came or went."""
        is_wanted = self._settings.values.notify_offline
        self._server_rules.note(status, self._clock(), is_loss_wanted=is_wanted)
        if status.is_online:
            self._tell_woken(status.server_id)
        self.check()

    @Slot()
    def _on_state_server_changed(self) -> None:
        """What was known of those that are gone, or at another address now, is no news."""
        known = [each.id for each in self._state.servers if self._state.status(each.id)]
        self._server_rules.keep(known)
        self.check()

    @Slot(str)
    def _on_state_start_changed(self, server_id: str) -> None:
        """A computer is being woken, or no longer."""
        start = self._state.start_of(server_id)
        if self._state.is_online(server_id):
            self._tell_woken(server_id)
        elif start is None or start.kind is not StartKind.WAKE:
            self._wakes.pop(server_id, None)
        elif start.phase is StartPhase.WAITING:
            self._wakes[server_id] = start
        elif self._wakes.pop(server_id, None) and start.phase is StartPhase.NO_ANSWER:
            self._tell_server(
                NoticeKind.FAILED,
                text.notice_not_woken(self._label(server_id), self._waits_for([server_id])),
                [server_id],
                is_wanted=self._settings.values.notify_failed,
            )

    def _tell_woken(self, server_id: str) -> None:
        start = self._wakes.pop(server_id, None)
        if start is not None:
            words = text.notice_woken(
                self._label(server_id),
                self._clock() - start.began_s,
                self._waits_for([server_id]),
            )
            is_wanted = self._settings.values.notify_finished
            self._tell_server(NoticeKind.BACK, words, [server_id], is_wanted=is_wanted)

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
        self._check_servers(now_s)
        self._check_keyring(now_s)
        dues = (self._rules.due_s, self._server_rules.due_s, self._lock_due_s)
        due = [due_s for due_s in dues if due_s is not None]
        if due:
            self._timer.start(max(1, round((min(due) - now_s) * 1000)))
        else:
            self._timer.stop()

    def close(self) -> None:
        """Tell nothing more."""
        self._timer.stop()
        self._rules.drop()
        self._server_rules.drop()
        for backend in self._backends:
            backend.close()

    def _check_servers(self, now_s: float) -> None:
        rules, is_of_several = self._server_rules, len(self._state.servers) > 1
        waits = [item for item in self._state.downloads if item.hold is Hold.SERVER]
        rules.waiting = {item.server_id for item in waits}
        if not is_of_several and self._state.pull_summary.waits_for_server:
            rules.waiting = {self._state.server.id}
        lost = rules.take_lost(now_s, is_seen=self._is_window_active)
        if lost:
            labels = [self._label(status.server_id) for status in lost]
            ids = [status.server_id for status in lost]
            words = text.notice_offline(
                labels, lost[0], self._waits_for(ids), is_of_several=is_of_several
            )
            self._tell_server(NoticeKind.OFFLINE, words, ids)
        back = rules.take_back(now_s)
        if back:
            labels = [self._label(server_id) for server_id in back]
            words = text.notice_back(labels, self._waits_for(back), is_of_several=is_of_several)
            self._tell_server(NoticeKind.BACK, words, back)

    def _check_keyring(self, now_s: float) -> None:
        """Told once, until nobody waits for it any more."""
        servers = self._state.servers
        locked = [each.id for each in servers if self._is_locked(each.id)]
        if not locked:
            self._locked_s, self._is_lock_told = None, False
            return
        if self._locked_s is None:
            self._locked_s = now_s
        if self._lock_due_s is not None and now_s >= self._lock_due_s:
            self._is_lock_told = True
            words = text.notice_keyring_locked([self._label(server_id) for server_id in locked])
            is_wanted = self._settings.values.notify_failed
            self._tell_server(NoticeKind.FAILED, words, locked, is_wanted=is_wanted)

    @property
    def _lock_due_s(self) -> float | None:
        """In a moment: it keeps all servers of its secrets waiting, one after the other."""
        if self._locked_s is None or self._is_lock_told:
            return None
        return self._locked_s + TOGETHER_S

    def _is_locked(self, server_id: str) -> bool:
        status = self._state.status(server_id)
        return status is not None and status.secret is SecretState.LOCKED

    def _waits_for(self, server_ids: Sequence[str]) -> int:
        """How many downloads wait for these servers."""
        if len(self._state.servers) == 1:
            return self._state.pull_summary.waits_for_server
        items = self._state.downloads
        return sum(item.hold is Hold.SERVER and item.server_id in server_ids for item in items)

    def _label(self, server_id: str) -> str:
        server = self._state.server_of(server_id)
        return text.server_name(server.label, server.address)

    def _tell_server(
        self,
        kind: NoticeKind,
        words: text.NoticeText,
        server_ids: Sequence[str],
        *,
        is_wanted: bool = True,
    ) -> None:
        if self._is_window_active or not is_wanted:
            return
        slot = f"server {server_ids[0]}" if len(server_ids) == 1 else "servers"
        self._tell(Notice(kind, words.title, words.body, slot=slot))

    def _tell(self, notice: Notice) -> None:
        _log.info("notice: %s", notice.title)
        self._try(notice, 0)

    def _try(self, notice: Notice, number: int) -> None:
        if number >= len(self._makers):
            _log.info("nothing on this desktop shows notifications")
            return
        while len(self._backends) <= number:
            backend = self._makers[len(self._backends)]()
            backend.clicked.connect(self._on_backend_clicked)
            next_number = len(self._backends) + 1
            backend.failed.connect(lambda failed, n=next_number: self._try(failed, n))
            self._backends.append(backend)
        self._backends[number].show(notice)

    def _notice(self, batch: Batch) -> Notice:
        items = batch.failed + batch.done
        first = items[0]
        if len(items) == 1 and isinstance(first.error, Changed):
            title, body = text.notice_update_stopped(first, self._label(first.server_id))
        elif all(item.update is not None for item in items) and not batch.failed:
            today = datetime.now(UTC).astimezone().date()
            title, body = text.notice_updated(items, today, self._server_of(items))
        elif batch.failed:
            server = self._server_of(batch.failed)
            title, body = text.notice_failed(batch.failed, batch.done, server)
        else:
            title, body = text.notice_finished(batch.done, self._server_of(items))
        # One notice per download: a second failure takes the place of the first.
        slot = f"pull {first.id}" if len(items) == 1 else ""
        return Notice(batch.kind, title, body, first.id, slot)

    def _server_of(self, items: Sequence[PullItem]) -> str:
        """The server's name, where there are several and the items are of one."""
        ids = {item.server_id for item in items}
        is_the_one = ids == {server.id for server in self._state.servers}
        return "" if is_the_one or len(ids) != 1 else self._label(ids.pop())
