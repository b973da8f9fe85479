"""Application: the objects that live as long as the program, and their connections.

The window and its dialogs are built when first shown; their connections are in `app.window`.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QApplication

from tray_app import text
from tray_app.app.diagnosis import DiagnosisCommand
from tray_app.app.downloads import Downloads
from tray_app.app.instance_commands import InstanceCommands
from tray_app.app.mac_dock import MacDock
from tray_app.app.rule_watcher import limits_of
from tray_app.app.session import SessionEnd
from tray_app.app.shutdown import Shutdown
from tray_app.app.window import WindowController
from tray_app.app.wishes import Wishes
from tray_app.cli import Invocation
from tray_app.core.endpoint import Endpoint
from tray_app.core.errors import OllamaError
from tray_app.core.payloads import PullRequest
from tray_app.core.pulls.states import PullItem, PullState
from tray_app.core.records import ServerState, ServerStatus, Snapshot
from tray_app.desktop.autostart.system import system_autostart
from tray_app.desktop.instance.single_instance import SingleInstance
from tray_app.desktop.notifications.notifier import Notifier, system_backends
from tray_app.desktop.tray.tray import Tray
from tray_app.language import install_language
from tray_app.log import CrashReporter
from tray_app.ollama.local_store import LocalStore
from tray_app.ollama.registry import Registry
from tray_app.paths import Paths
from tray_app.resources import app_icon
from tray_app.settings import ServerEntry, Settings
from tray_app.workers.jobs import Target
from tray_app.workers.operations import Operations
from tray_app.workers.pollers import Pollers
from tray_app.workers.pulls.history import HistoryStore, PullHistory
from tray_app.workers.pulls.queue import PullQueue
from tray_app.workers.pulls.store import PullStore
from tray_app.workers.runner import JobRunner

if TYPE_CHECKING:
    from tray_app.app.demo import Demo

_log = logging.getLogger(__name__)


class Application(QObject):
    """Thread: GUI thread. `start` before the event loop, `after_loop` behind it."""

    def __init__(
        self,
        qt: QApplication,
        tray: Tray,
        invocation: Invocation,
        where: Paths,
        instance: SingleInstance,
        demo: Demo | None = None,
    ) -> None:
        super().__init__(qt)
        self.qt = qt
        self.invocation = invocation
        self.instance = instance
        self.where = where
        self.autostart = system_autostart()
        self.settings = Settings(where.settings_file, self)
        self.demo = demo
        if demo is not None:
            self.settings.update({"servers": (demo.server,), "default_server": demo.server.id})
        self.server = self.settings.server()
        text.configure(size_units=self.settings.values.size_units)
        install_language(self.settings.values.language)
        qt.setWindowIcon(app_icon())

        self.tray = tray
        self.notifier = Notifier(self.settings, system_backends(self.tray), self)
        self.runner = JobRunner(self)
        self.pollers = Pollers(self)
        self.store = LocalStore()
        self.queue = PullQueue(
            self.runner,
            self.target,
            PullStore(where.queue_file),
            limits=limits_of(self.settings.values),
            parent=self,
        )
        self.history = PullHistory(self.runner, HistoryStore(where.history_file), self)
        self.queue.set_insecure_hosts(frozenset(self.settings.values.insecure_hosts))
        registry = Registry(self.demo.registry_urls if self.demo else None)
        self.operations = Operations(self.runner, self.queue, self.target, registry, self)
        self.crashes = CrashReporter(self)
        self.wishes = Wishes(self)
        self.diagnosis = DiagnosisCommand(self)
        self.window = WindowController(self)
        self.instance_commands = InstanceCommands(self)
        self.downloads = Downloads(self)
        self.shutdown = Shutdown(self)
        self.session_end = SessionEnd(self)
        self.mac_dock = MacDock(self)

    def target(self, server_id: str) -> Target | None:
        """Where jobs for a server go; None for a server that is not set up any more."""
        if server_id != self.server.id:
            return None
        try:
            endpoint = Endpoint.parse(self.server.address)
        except OllamaError as error:
            _log.info("address of %s: %s", server_id, error)
            return None
        return Target(server_id, endpoint, self.store if endpoint.is_loopback else None)

    def server_label(self) -> str:
        return text.server_name(self.server.label, self.server.address)

    def start(self) -> None:
        """The tray is out already: connect it, then the first poll; the window when wanted."""
        self.crashes.install()
        self._connect_tray()
        self._connect_facts()
        self.settings.changed.connect(self._on_settings_changed)
        self.settings.save_failed.connect(self.window.tell_save_failed)
        self.queue.save_failed.connect(self.window.tell_save_failed)
        self.tray.set_icon_choice(self.settings.values.tray_icon)
        self._show_server_label()
        self.instance.listen(self.instance_commands.answer)
        broken_path = self.queue.load(is_resuming=self.settings.values.resume_pulls)
        self.history.load()
        self.pollers.set_visible_pace(self.settings.values.refresh_s)
        self._poll()
        if not self._starts_hidden():
            self.window.show()
            self.window.set_tray_available(self.tray.is_available)
        if self.invocation.link:
            self.instance_commands.open_link(self.invocation.link)
        self.window.tell_broken_files(self.settings.broken_path, broken_path)

    def _starts_hidden(self) -> bool:
        """Started by the system at login: hidden where a person has not asked for the window."""
        invocation = self.invocation
        return invocation.hidden or (invocation.login and self.settings.values.start_hidden)

    def _poll(self) -> None:
        target = self.target(self.server.id)
        if target is not None:
            self.pollers.start(self.server.id, target.endpoint)
        else:
            self.window.open_settings("servers")

    def after_loop(self) -> None:
        """The event loop is over: end every thread; leave by force if one does not."""
        self.shutdown.finish()

    def _connect_tray(self) -> None:
        tray, queue, operations = self.tray, self.queue, self.operations
        tray.open_requested.connect(self.window.show)
        tray.toggle_requested.connect(self.window.toggle)
        tray.pull_dialog_requested.connect(self.window.open_pull)
        tray.settings_requested.connect(self.window.open_settings)
        tray.pull_show_requested.connect(self.window.show_pull)
        tray.quit_requested.connect(self.shutdown.ask)
        tray.refresh_requested.connect(self.pollers.refresh_all)
        tray.load_requested.connect(self.wishes.load)
        tray.unload_requested.connect(self.wishes.unload)
        tray.pull_pause_requested.connect(queue.pause)
        tray.pull_resume_requested.connect(queue.resume)
        tray.pull_cancel_requested.connect(self.downloads.cancel)
        tray.pulls_pause_all_requested.connect(queue.pause_all)
        tray.pulls_resume_all_requested.connect(queue.resume_all)
        tray.available_changed.connect(self.window.set_tray_available)
        queue.summary_changed.connect(tray.set_summary)
        queue.item_added.connect(self._on_queue_rows_changed)
        queue.item_changed.connect(self._on_queue_rows_changed)
        queue.item_removed.connect(self._on_queue_rows_changed)
        queue.order_changed.connect(self._on_queue_rows_changed)
        self.pollers.status_changed.connect(tray.set_status)
        self.pollers.snapshot_taken.connect(tray.set_snapshot)
        operations.list_stale.connect(self.pollers.refresh)

    def _connect_facts(self) -> None:
        self.pollers.snapshot_taken.connect(self._on_snapshot_taken)
        self.pollers.status_changed.connect(self._on_status_changed)
        self.pollers.status_changed.connect(self.notifier.set_status)
        self.pollers.woke.connect(self.queue.on_woke)
        self.queue.summary_changed.connect(self.notifier.set_summary)
        self.queue.item_ended.connect(self.history.note)
        self.queue.item_ended.connect(self.notifier.pull_ended)
        self.queue.item_ended.connect(self._on_queue_item_ended)
        self.notifier.clicked.connect(self.window.show_pull)
        self.window.visibility_changed.connect(self.pollers.set_visible)
        self.window.visibility_changed.connect(self.operations.layers.set_watched)
        self.window.visibility_changed.connect(self._recommend)
        self.window.activity_changed.connect(self._on_window_activity_changed)
        self.crashes.crashed.connect(self.window.show_crash)

    @Slot(object)
    def _on_snapshot_taken(self, snapshot: Snapshot) -> None:
        self.queue.note_snapshot(snapshot)
        self.operations.note_snapshot(snapshot)

    @Slot(object)
    def _on_status_changed(self, status: ServerStatus) -> None:
        if status.state is not ServerState.CONNECTING:
            self.queue.set_server_online(status.server_id, status.is_online)
        self._recommend()

    @Slot()
    def _recommend(self) -> None:
        """What the server suggests is asked for once somebody looks and it answers."""
        status = self.pollers.status(self.server.id)
        if self.window.is_visible and status is not None and status.is_online:
            self.operations.recommend(self.server.id)

    @Slot(object)
    def _on_queue_item_ended(self, item: PullItem) -> None:
        if item.state is PullState.FAILED and not self.window.is_active:
            self.tray.set_attention(True)

    @Slot()
    def _on_queue_rows_changed(self) -> None:
        self.tray.set_pull_items(self.queue.items())

    @Slot(bool)
    def _on_window_activity_changed(self, is_active: bool) -> None:
        self.notifier.set_window_active(is_active)
        if is_active:
            self.tray.set_attention(False)

    @Slot(str)
    def _on_settings_changed(self, name: str) -> None:
        values = self.settings.values
        if name == "refresh_s":
            self.pollers.set_visible_pace(values.refresh_s)
        elif name == "insecure_hosts":
            self.queue.set_insecure_hosts(frozenset(values.insecure_hosts))
        elif name == "tray_icon":
            self.tray.set_icon_choice(values.tray_icon)
        elif name == "size_units":
            text.configure(size_units=values.size_units)
            self.tray.retranslate()
        elif name == "language":
            install_language(values.language)
            self._show_server_label()
            self.tray.retranslate()
        elif name in ("servers", "default_server") and self.demo is None:
            self._take_server(self.settings.server())
        self.window.take_setting(name)

    def _take_server(self, entry: ServerEntry) -> None:
        old = self.server
        if entry == old:
            return
        self.server = entry
        is_moved = (entry.id, entry.address) != (old.id, old.address)
        if is_moved:
            self.operations.forget_server(entry.id)
        if entry.id != old.id:
            self.pollers.stop(old.id)
            self.queue.set_server_online(old.id, False)
        self._show_server_label()
        if is_moved:
            self._poll()

    def _show_server_label(self) -> None:
        label = self.server_label()
        self.tray.set_server_label(label)
        self.notifier.set_server_label(label)
        self.window.take_server()

    def is_autostart(self) -> bool | None:
        """What the system says about starting at login; None when it cannot be asked."""
        try:
            return self.autostart.is_enabled()
        except OSError as error:
            _log.info("autostart unknown: %s", error)
            return None

    def set_autostart(self, is_enabled: bool) -> None:
        try:
            self.autostart.set_enabled(is_enabled)
        except OSError as error:
            self.window.tell_save_failed(str(error))

    def pull(self, name: str) -> None:
        self.operations.pull(PullRequest(self.server.id, name))
