"""Application: the objects that live as long as the program, and their connections.

Facts go from the workers into the state, wishes from the commands to who fulfills them: both stand
here, each once. The window and its dialogs are built when first shown.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from tray_app import jsonfile, text
from tray_app.app.create_files import CreateFiles
from tray_app.app.doctor import Doctor
from tray_app.app.downloads import Downloads
from tray_app.app.first_look import FirstLook
from tray_app.app.mac_dock import MacDock
from tray_app.app.parts import Parts
from tray_app.app.renames import Renames
from tray_app.app.servers import ServerParts, Servers, ServerTargets, shown_server
from tray_app.app.shutdown import SessionEnd, Shutdown, Steps
from tray_app.app.window import WindowController
from tray_app.commands import Commands
from tray_app.core.creates.records import CreateItem, CreateState
from tray_app.core.payloads import ModelRef, PullMove, PullRequest
from tray_app.core.pulls.states import PullItem, PullState
from tray_app.core.records import ServerState, ServerStatus, Snapshot
from tray_app.desktop.autostart.system_switch import login_switch
from tray_app.desktop.dock_badge import DockBadge
from tray_app.desktop.notifications.notifier import Notifier, system_backends
from tray_app.desktop.secret_store import SecretStore
from tray_app.language import install_language
from tray_app.log import CrashReporter
from tray_app.ollama.registry import Registry
from tray_app.resources import app_icon
from tray_app.settings import Settings
from tray_app.settings.pull_limits import limits_of
from tray_app.state.app_state import AppState
from tray_app.state.project import Folders
from tray_app.workers.last_lists import LastLists
from tray_app.workers.operations import Operations
from tray_app.workers.pollers import Pollers
from tray_app.workers.pulls.history import HistoryStore, PullHistory
from tray_app.workers.pulls.queue import PullQueue
from tray_app.workers.pulls.store import PullStore
from tray_app.workers.runner import JobRunner
from tray_app.workers.sign_ins import SignIns

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from tray_app.app.creates import Creates
    from tray_app.app.demo import Demo
    from tray_app.app.disk import Disk
    from tray_app.app.instance_commands import InstanceCommands
    from tray_app.app.keeping import Keeping
    from tray_app.app.lists import Lists
    from tray_app.app.program_release import ProgramRelease
    from tray_app.app.remarks import Remarks
    from tray_app.app.server_starts import ServerStarts
    from tray_app.app.stay_awake import StayAwake
    from tray_app.app.updates import Updates
    from tray_app.app.use import Use
    from tray_app.cli import Invocation
    from tray_app.core.pulls.history import History
    from tray_app.desktop.instance.single_instance import (
        InstanceAnswer,
        InstanceRequest,
        SingleInstance,
    )
    from tray_app.desktop.tray.tray import Tray
    from tray_app.paths import Paths

LATE_MS = 250
"""Behind a window that is shown: so long what it does not need waits for its first paint."""


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
        self.invocation = invocation
        self.instance = instance
        self._broken_queue_path: Path | None = None
        self.starts: ServerStarts | None = None
        self.stay_awake: StayAwake | None = None
        self.updates: Updates | None = None
        self.use: Use | None = None
        self.creates: Creates | None = None
        self.lists: Lists | None = None
        self.keeping: Keeping | None = None
        self.disk: Disk | None = None
        self.remarks: Remarks | None = None
        self.release: ProgramRelease | None = None
        self._late = [
            *(self._build_starts, self._build_updates, self._build_use),
            *(self._build_creates_unless_none, self._build_lists_unless_none),
            *(self._build_keeping, self._build_remarks, self._build_release),
        ]
        self.settings = Settings(where.settings_file, self)
        self.login_switch = login_switch(self.settings, self, is_login=invocation.login)
        self.demo = demo
        if demo is not None:
            self.settings.update({"servers": (demo.server,), "default_server": demo.server.id})
        text.configure(size_units=self.settings.values.size_units)
        install_language(self.settings.values.language)
        qt.setWindowIcon(app_icon())

        self.state = AppState(
            shown_server(self.settings, self.settings.server()),
            self,
            is_demo=demo is not None,
            log_folder=str(where.log),
        )
        self.state.project.folders = Folders(
            *map(str, (where.config, where.state, where.cache, where.log))
        )
        self.commands = Commands(self)
        self.tray = tray
        self.notifier = Notifier(
            self.settings, self.state, self.commands, system_backends(self.tray), self
        )
        self.dock_badge = DockBadge(self.state, self)
        self.runner = JobRunner(self)
        self.sign_ins = SignIns(self.runner, SecretStore(file=where.secrets_file), self)
        self.targets = ServerTargets(self.settings, self.sign_ins)
        self.pollers = Pollers(self)
        self.queue = PullQueue(
            self.runner,
            self.targets.target,
            PullStore(where.queue_file),
            limits=limits_of(self.settings.values),
            parent=self,
        )
        self.history = PullHistory(self.runner, HistoryStore(where.history_file), self)
        self.queue.set_insecure_hosts(frozenset(self.settings.values.insecure_hosts))
        self.registry = Registry(demo.registry_urls if demo else None)
        self.operations = Operations(
            self.runner, self.queue, self.targets.target, self.registry, self
        )
        self.renames = Renames(self.state, self.operations, self)
        self.servers = Servers(
            self.settings,
            ServerParts(
                *(self.state, self.targets, self.sign_ins),
                *(self.pollers, self.queue, self.operations),
            ),
            self,
        )
        self._memory_file = where.memory_file if demo is None else None
        self._ledger_file = where.update_ledger_file if demo is None else None
        self._use_file = where.use_file if demo is None else None
        self._creates_file = where.creates_file
        self._release_file = where.program_release_file
        self._recipes_file = where.recipes_file if demo is None else None
        self._remarks_file = where.remarks_file if demo is None else None
        self.last_lists = LastLists(self.runner, where.lists_folder if demo is None else None, self)
        self.first_look = FirstLook(self.pollers, self.last_lists, self)
        self.crashes = CrashReporter(self)
        # Before the windows hear of it: their dialogs ask at once.
        for wish in (
            self.commands.disk_dialog_requested,
            self.commands.import_dialog_requested,
            self.commands.export_dialog_requested,
            self.commands.lists_requested,
        ):
            wish.connect(self._build_for_window)
        self.commands.create_dialog_requested.connect(self._build_creates)
        # Before the windows take it: what they look like then is not the system's choice.
        self.settings.changed.connect(self._on_settings_theme_changed)
        self.window = WindowController(Parts(qt, self.settings, self.state, self.commands), self)
        self.window.built.connect(self.first_look.take_list)
        self.downloads = Downloads(
            self.settings,
            self.queue,
            self.runner,
            self.targets.target,
            self.window.ask_cancel,
            self,
        )
        self.create_files = CreateFiles(self.runner, self.state, self.commands, self)
        self.doctor = Doctor(self.runner, self.settings, self.state, self.targets, where, self)
        self._instance_commands: InstanceCommands | None = None
        self.mac_dock = MacDock(qt, self, is_hidden=invocation.hidden or invocation.login)
        self.session_end = SessionEnd(qt, self._save_queues, self)
        self.shutdown = Shutdown(
            qt,
            self._running,
            self.window.ask_quit,
            Steps(
                stop=(
                    self.tray.disable_menu,
                    self.window.hide_for_good,
                    self._close_late,
                    self.downloads.close,
                    self.dock_badge.close,
                    self.queue.close,
                    self.history.close,
                    self.last_lists.close,
                    self.doctor.close,
                    self.runner.close,
                    self.pollers.close,
                ),
                wait=(self.pollers.wait, self.runner.wait),
                after=(
                    self.notifier.close,
                    self.login_switch.close,
                    self.session_end.close,
                    self.tray.stop,
                    self.crashes.uninstall,
                    *((demo.close,) if demo is not None else ()),
                ),
                clean=(self.window.close,),
                by_force=self.instance.close,
            ),
            self,
        )
        # Windows ends the process right behind this signal: what is to be saved is saved in it.
        qt.aboutToQuit.connect(self.shutdown.quit_now)

    @property
    def instance_commands(self) -> InstanceCommands:
        """Who answers a later start, or a verb in a terminal; built when the first one asks."""
        if self._instance_commands is None:
            from tray_app.app.instance_commands import InstanceCommands

            shared = (self.state, self.commands, self.window)
            self._instance_commands = InstanceCommands(*shared, self)
        return self._instance_commands

    def _answer(self, request: InstanceRequest) -> InstanceAnswer:
        return self.instance_commands.answer(request)

    def start(self) -> None:
        """The tray is out already: connect it, then the first poll; the window when wanted."""
        self.crashes.install()
        self.connect_parts()
        self.tray.set_icon_choice(self.settings.values.tray_icon)
        self.tray.set_theme_choice(self.settings.values.theme)
        self.instance.listen(self._answer)
        self._broken_queue_path = self.queue.load(is_resuming=self.settings.values.resume_pulls)
        self.history.load()
        self.pollers.set_visible_pace(self.settings.values.refresh_s)
        if not self._starts_hidden():
            self.first_look.begin(entry.id for entry in self.settings.servers())
        self.servers.take()
        self._take_servers()
        self.doctor.start()
        if self.servers.problem is not None:
            self.window.open_settings("servers")
        # In a turn of its own: who has asked meanwhile need not wait until the window is built.
        QTimer.singleShot(0, self, self._show_first)

    @Slot()
    def _show_first(self) -> None:
        if not self._starts_hidden():
            self.window.show()
            self.state.set_tray_available(self.tray.is_available)
            self.first_look.note_shown()
        if self.invocation.link:
            self.instance_commands.open_link(self.invocation.link)
        self.window.tell_broken_files(self.settings.broken_path, self._broken_queue_path)
        QTimer.singleShot(LATE_MS if self.window.is_visible else 0, self, self._build_late)

    def _do_later(self, work: Callable[[], None]) -> None:
        """Behind a paint that is to come."""
        if not self._late:
            QTimer.singleShot(LATE_MS, self, self._build_late)
        self._late.append(work)

    @Slot()
    def _build_late(self) -> None:
        """The next of what has nothing to do before there is something to see: one a turn."""
        if self._late and not self.shutdown.is_quitting:
            self._late.pop(0)()
            QTimer.singleShot(0, self, self._build_late)

    @Slot()
    def _build_for_window(self) -> None:
        """What only a few windows ask for, right before one of them does."""
        if self.shutdown.is_quitting:
            return
        if self.lists is None:
            self._build_lists()
        if self.disk is None:
            self._build_disk()

    def _build_starts(self) -> None:
        from tray_app.app.server_starts import ServerStarts
        from tray_app.app.stay_awake import StayAwake

        self.starts = ServerStarts(
            self.settings, self.state, self.runner, self.pollers.refresh, self
        )
        self.starts.failed.connect(self._on_starts_failed)
        self.pollers.polled.connect(self.starts.on_polled)
        self.commands.start_requested.connect(self.starts.start)
        self.commands.wake_requested.connect(self.starts.wake)
        self.commands.start_stop_requested.connect(self.starts.stop)
        self.stay_awake = StayAwake(self.settings, self.state, self)

    def _build_updates(self) -> None:
        from tray_app.app.updates import UpdateParts, Updates

        updates = self.updates = Updates(
            UpdateParts(
                *(self.settings, self.state, self.runner, self.queue, self.operations),
                *(self.downloads.rules, self.targets.target, self.registry, self.commands),
                self.pollers.refresh,
            ),
            self._ledger_file,
            self,
        )
        self.pollers.woke.connect(updates.on_woke)
        self.window.activity_changed.connect(updates.set_window_active)
        updates.set_window_active(self.window.is_active)
        updates.start()
        if self.creates is not None:
            self.creates.queue.made.connect(updates.note_created)

    def _build_use(self) -> None:
        from tray_app.app.use import Use

        self.use = Use(self.state, self.runner, self.operations.layers, self._use_file, self)
        updates = self.updates
        if updates is not None:
            updates.updated.connect(self.use.note_updated)
        self.use.start()

    def _build_creates_unless_none(self) -> None:
        """What an earlier run has left goes on by itself."""
        if jsonfile.is_there(self._creates_file):
            self._build_creates()

    @Slot()
    def _build_creates(self) -> None:
        if self.creates is not None or self.shutdown.is_quitting:
            return
        from tray_app.app.creates import Creates

        creates = self.creates = Creates(
            self.state,
            self.commands,
            self.runner,
            self.targets.target,
            self.pollers.refresh,
            self._creates_file,
            self,
        )
        self.pollers.woke.connect(creates.on_woke)
        creates.queue.save_failed.connect(self.window.tell_save_failed)
        if self.updates is not None:
            creates.queue.made.connect(self.updates.note_created)
        self.window.tell_broken_files(None, creates.start())

    def _build_lists_unless_none(self) -> None:
        """A list that was begun in an earlier run goes on by itself."""
        file = self._recipes_file
        if file is not None and jsonfile.is_there(file) and self.lists is None:
            self._build_lists()

    def _build_lists(self) -> None:
        from tray_app.app.lists import ListParts, Lists

        parts = ListParts(
            *(self.settings, self.state, self.runner, self.queue, self.targets.target),
            *(self.registry, self.commands, self.pollers.refresh),
        )
        self.lists = Lists(parts, self._recipes_file, self)

    def _build_keeping(self) -> None:
        from tray_app.app.keeping import Keeping, KeepingParts

        self.keeping = Keeping(
            KeepingParts(
                *(self.settings, self.state, self.runner, self.operations, self.targets.target),
                *(self.commands, self.pollers.refresh),
            ),
            self._memory_file,
            self,
        )
        if self.use is not None:
            self.keeping.ask_began.connect(self.use.note_asked)
            self.keeping.ask_ended.connect(self.use.note_answered)
        self.keeping.start()

    def _build_remarks(self) -> None:
        from tray_app.app.remarks import Remarks

        commands = self.commands
        self.remarks = remarks = Remarks(self.state, self.runner, self._remarks_file, self)
        commands.star_requested.connect(remarks.star)
        commands.unstar_requested.connect(remarks.unstar)
        commands.note_requested.connect(remarks.note)
        remarks.start()

    def _build_disk(self) -> None:
        from tray_app.app.disk import Disk

        facts, keeping = self.state.remarks, self.state.keeping
        self.disk = disk = Disk(
            *(self.state, self.runner, self.targets.target, self),
            is_kept=lambda key: keeping.kept_model(key) is not None,
            is_starred=facts.is_starred,
        )
        facts.changed.connect(disk.note_remark)
        facts.loaded.connect(disk.note_held)
        keeping.status_changed.connect(disk.note_remark)
        self.commands.disk_report_requested.connect(disk.watch)
        self.commands.disk_stop_requested.connect(disk.stop)

    def _build_release(self) -> None:
        """Only where somebody can be asked, and no store brings what is newer."""
        from tray_app import project
        from tray_app.app.program_release import ProgramRelease
        from tray_app.diagnosis.program_releases import ProgramReleases

        facts = self.state.project
        facts.set_pages(project.home(), project.issues())
        repository = project.asked_repository() if self.demo is None else None
        facts.set_can_ask(repository is not None, project.packaged_by())
        if repository is None:
            return
        releases = ProgramReleases(self._release_file, repository)
        self.release = ProgramRelease(self.settings, facts, self.runner, releases, self)
        self.commands.release_told_requested.connect(self.release.note_told)
        self.commands.release_skip_requested.connect(self.release.skip)
        self.release.start()

    def _running(self) -> int:
        """What would stop for now with the program, or go on without it."""
        creates = self.state.creates
        return self.queue.summary.active + creates.active + creates.at_server

    def _save_queues(self) -> None:
        self.queue.save_now()
        if self.creates is not None:
            self.creates.queue.save_now()

    @Slot(str)
    def _on_starts_failed(self, server_id: str) -> None:
        """Who asked for it in the tray sees why; the window tells of the server that it shows."""
        if not self.window.is_visible and server_id == self.state.server.id:
            self.window.show()

    def _close_late(self) -> None:
        late = (
            *(self.starts, self.stay_awake, self.updates, self.use),
            *(self.creates, self.lists, self.keeping, self.remarks, self.disk, self.release),
        )
        for part in late:
            if part is not None:
                part.close()

    def connect_parts(self) -> None:
        """Who tells whom."""
        self._connect_facts()
        self._connect_commands()
        self._connect_desktop()
        self.settings.changed.connect(self._on_settings_changed)
        self.settings.save_failed.connect(self.window.tell_save_failed)
        self.queue.save_failed.connect(self.window.tell_save_failed)
        self.crashes.crashed.connect(self.window.show_crash)

    def after_loop(self) -> None:
        """The event loop is over: end every thread; leave by force if one does not."""
        self.shutdown.finish()

    def _starts_hidden(self) -> bool:
        """Started by the system at login: hidden where a person has not asked for the window."""
        invocation = self.invocation
        return invocation.hidden or (invocation.login and self.settings.values.start_hidden)

    # Facts: workers → state.

    def _connect_facts(self) -> None:
        state, queue, operations = self.state, self.queue, self.operations
        self.pollers.polled.connect(state.take_poll)
        self.pollers.polled.connect(self.last_lists.note)
        self.last_lists.loaded.connect(state.set_last_list)
        state.server_changed.connect(self._take_servers)
        state.snapshot_changed.connect(self._on_state_snapshot_changed)
        state.status_changed.connect(self._on_state_status_changed)
        self.pollers.woke.connect(self.downloads.on_woke)
        queue.item_changed.connect(self._on_queue_item_changed)
        queue.item_added.connect(self._on_queue_rows_changed)
        queue.item_removed.connect(self._on_queue_rows_changed)
        queue.order_changed.connect(self._on_queue_rows_changed)
        queue.summary_changed.connect(state.set_pull_summary)
        queue.item_ended.connect(self.history.note)
        queue.item_ended.connect(self._on_queue_item_ended)
        state.creates.ended.connect(self._on_creates_ended)
        self.history.changed.connect(self._on_history_changed)
        self.downloads.rules.conditions_changed.connect(state.set_conditions)
        self.downloads.rules.evaluated.connect(state.set_pull_rules)
        self.downloads.rules.evaluate()
        self.downloads.disk.measured.connect(state.set_disk_space)
        operations.details_loaded.connect(state.set_details)
        operations.failed.connect(state.tell_failed)
        operations.deleted.connect(state.tell_deleted)
        operations.derived.connect(state.creates.tell_derived)
        operations.undone.connect(state.creates.tell_undone)
        operations.busy_changed.connect(state.set_busy)
        operations.server_tested.connect(state.set_server_test)
        operations.access_read.connect(state.tell_access_read)
        self.sign_ins.kept.connect(state.tell_secrets_kept)
        operations.recommendations_loaded.connect(state.set_recommendations)
        operations.estimator.estimated.connect(state.set_estimate)
        operations.layers.layer_index_changed.connect(state.set_layer_index)
        operations.list_stale.connect(self.pollers.refresh)

    # Wishes: commands → who fulfills them.

    def _connect_commands(self) -> None:
        commands, queue, operations = self.commands, self.queue, self.operations
        commands.quit_requested.connect(self.shutdown.ask)
        commands.quit_now_requested.connect(self.shutdown.quit_now)
        commands.autostart_requested.connect(self.login_switch.set_enabled)
        self.login_switch.told.connect(self.state.set_autostart)
        self.login_switch.failed.connect(self.window.tell_autostart_failed)
        self.login_switch.refused.connect(self.window.tell_autostart_refused)
        commands.diagnostics_requested.connect(self.doctor.copy)
        commands.doctor_requested.connect(self.doctor.check)
        commands.doctor_again_requested.connect(self.doctor.check_again)
        commands.doctor_stop_requested.connect(self.doctor.stop)
        commands.notice_test_requested.connect(self.notifier.show_test)
        commands.refresh_requested.connect(self.pollers.refresh_all)
        commands.server_show_requested.connect(self.servers.show)
        commands.server_remove_requested.connect(self.servers.remove)
        commands.secrets_requested.connect(self.servers.keep_secrets)
        commands.keyring_unlock_requested.connect(self.sign_ins.unlock)
        commands.secrets_stop_requested.connect(self.sign_ins.give_up)
        commands.server_test_requested.connect(self.servers.test)
        commands.server_test_stop_requested.connect(operations.stop_test)
        commands.access_requested.connect(operations.look_at_access)
        commands.details_requested.connect(self._on_details_requested)
        commands.layers_requested.connect(operations.layers.read)
        commands.delete_requested.connect(operations.delete)
        commands.copy_requested.connect(operations.copy)
        commands.derive_requested.connect(operations.derive)
        commands.derive_undo_requested.connect(operations.undo)
        commands.rename_requested.connect(operations.rename)
        commands.clean_up_requested.connect(operations.clean_up)
        commands.load_requested.connect(operations.load)
        commands.load_stop_requested.connect(operations.stop_load)
        commands.unload_requested.connect(operations.unload)
        commands.disk_requested.connect(self.downloads.disk.look_at)
        commands.estimate_requested.connect(operations.estimator.ask)
        commands.estimate_cancel_requested.connect(operations.estimator.cancel)
        commands.pull_requested.connect(operations.pull)
        commands.pull_start_requested.connect(queue.start_now)
        commands.pull_pause_requested.connect(queue.pause)
        commands.pull_resume_requested.connect(queue.resume)
        commands.pull_retry_requested.connect(queue.retry)
        commands.pull_cancel_requested.connect(self.downloads.cancel)
        commands.pull_cancel_now_requested.connect(queue.cancel)
        commands.pull_remove_requested.connect(queue.remove)
        commands.pull_move_requested.connect(self._on_pull_move_requested)
        commands.pulls_pause_all_requested.connect(queue.pause_all)
        commands.pulls_resume_all_requested.connect(queue.resume_all)
        commands.pulls_clear_requested.connect(queue.clear_finished)
        commands.pulls_clear_failed_requested.connect(queue.clear_failed)
        commands.pulls_retry_failed_requested.connect(queue.retry_failed)
        commands.history_clear_requested.connect(self.history.clear)

    def _connect_desktop(self) -> None:
        tray, commands, state, notifier = self.tray, self.commands, self.state, self.notifier
        tray.attach(state, commands)
        tray.available_changed.connect(state.set_tray_available)
        self.queue.item_ended.connect(notifier.pull_ended)
        self.window.visibility_changed.connect(self._on_window_visibility_changed)
        self.window.activity_changed.connect(self._on_window_activity_changed)
        self.window.built.connect(self.mac_dock.watch)
        self.mac_dock.reopened.connect(commands.show_requested)
        self.session_end.ending_changed.connect(self.window.set_session_ending)

    @Slot(object)
    def _on_state_snapshot_changed(self, snapshot: Snapshot) -> None:
        if snapshot.is_old:
            return  # to be looked at, and no answer
        self.downloads.note_snapshot(snapshot)
        self.operations.note_snapshot(snapshot)

    @Slot()
    def _take_servers(self) -> None:
        """Have lists of an earlier run ready for who looks; those of removed servers go."""
        self.last_lists.keep(entry.id for entry in self.settings.servers())
        if self.window.is_visible or not self._starts_hidden():
            self.last_lists.load(self.servers.origins)

    @Slot(object)
    def _on_state_status_changed(self, status: ServerStatus) -> None:
        if status.state is not ServerState.CONNECTING:
            self.queue.set_server_online(status.server_id, status.is_online)
        self._recommend()

    @Slot()
    def _recommend(self) -> None:
        """What the server suggests is asked for once somebody looks and it answers."""
        server_id = self.state.server.id
        if self.window.is_visible and self.state.is_online(server_id):
            self.operations.recommend(server_id)

    @Slot(object)
    def _on_queue_item_changed(self, item: PullItem) -> None:
        # Changes are told one by one: what is told may be older than what is known already.
        newest = self.queue.item(item.id)
        if newest is not None:
            self.state.set_download(newest)

    @Slot()
    def _on_queue_rows_changed(self) -> None:
        self.state.set_downloads(self.queue.items())

    @Slot(object)
    def _on_queue_item_ended(self, item: PullItem) -> None:
        if item.state is PullState.FAILED and not self.window.is_active:
            self.tray.set_attention(True)

    @Slot(object)
    def _on_creates_ended(self, item: CreateItem) -> None:
        if item.state is CreateState.FAILED and not self.window.is_active:
            self.tray.set_attention(True)

    @Slot(object)
    def _on_history_changed(self, history: History) -> None:
        self.state.set_history(history)

    @Slot(object)
    def _on_details_requested(self, ref: ModelRef) -> None:
        """Read once for each digest."""
        known = self.state.details(ref.digest) if ref.digest else None
        if known is not None and known.key == ref.key:
            self.state.set_details(known)
        else:
            self.operations.show(ref)

    @Slot(object)
    def _on_pull_move_requested(self, move: PullMove) -> None:
        self.queue.move(move.id, move.index)

    @Slot(bool)
    def _on_window_visibility_changed(self, is_visible: bool) -> None:
        self.pollers.set_visible(is_visible)
        self.operations.layers.set_watched(is_visible)
        if is_visible:
            self._take_servers()
            self._do_later(self.downloads.rules.start)
            self.login_switch.look()
        self._recommend()

    @Slot(bool)
    def _on_window_activity_changed(self, is_active: bool) -> None:
        self.notifier.set_window_active(is_active)
        if is_active:
            self.tray.set_attention(False)

    @Slot(str)
    def _on_settings_theme_changed(self, name: str) -> None:
        if name == "theme":
            self.tray.set_theme_choice(self.settings.values.theme)

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
            self.tray.retranslate()
            self.window.retranslate()

    def pull(self, name: str) -> None:
        self.operations.pull(PullRequest(self.state.server.id, name))
