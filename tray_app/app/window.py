"""WindowController: the window and its dialogs, built when first wanted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QApplication

from tray_app import text
from tray_app.core.payloads import (
    Crashes,
    CreatePaths,
    DiskTarget,
    LoginRefusal,
    ModelRef,
    ModelRefs,
    OtherAddress,
)

if TYPE_CHECKING:
    from tray_app.app.parts import Parts
    from tray_app.app.windows import Windows
    from tray_app.core.creates.records import RebuildRequest
    from tray_app.core.file_failures import FileFailed
    from tray_app.core.lists.requests import ListSource
    from tray_app.core.pulls.states import PullItem
    from tray_app.views.style import AppStyle


class WindowController(QObject):
    """What the rest of the program knows of the window, whether it exists yet or not.

    Signals: `visibility_changed`, `activity_changed` of the main window; `built` with the main
    window, each time one is made.
    Thread: GUI thread.
    """

    # Handed on: they are listened to before there is a window, and after it was built anew.
    visibility_changed = Signal(bool)
    activity_changed = Signal(bool)
    built = Signal(object)  # QMainWindow

    def __init__(self, parts: Parts, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts = parts
        self._built: Windows | None = None
        self._is_over = False
        self._is_session_ending = False
        self._has_told_save_failed = False
        self._crashes = Crashes()
        self._crashes_before = self._crashes  # the box that is open
        parts.state.tray_available_changed.connect(self._on_state_tray_available_changed)
        parts.settings.changed.connect(self._on_settings_changed)
        commands = parts.commands
        commands.show_requested.connect(self.show)
        commands.toggle_requested.connect(self.toggle)
        commands.settings_dialog_requested.connect(self.open_settings)
        commands.server_dialog_requested.connect(self.open_server)
        commands.server_address_dialog_requested.connect(self.open_server_address)
        commands.server_form_requested.connect(self.open_server_form)
        commands.server_test_dialog_requested.connect(self.open_server_test)
        commands.server_duplicate_dialog_requested.connect(self.open_server_duplicate)
        commands.server_remove_dialog_requested.connect(self.open_remove_server)
        commands.details_dialog_requested.connect(self.open_details)
        commands.delete_dialog_requested.connect(self.open_delete)
        commands.duplicate_dialog_requested.connect(self.open_duplicate)
        commands.derive_dialog_requested.connect(self.open_derive)
        commands.edit_dialog_requested.connect(self.open_edit)
        commands.rebuild_dialog_requested.connect(self.open_rebuild)
        commands.rename_dialog_requested.connect(self.open_rename)
        commands.disk_dialog_requested.connect(self.open_disk)
        commands.version_dialog_requested.connect(self.open_version)
        commands.updates_dialog_requested.connect(self.open_updates)
        commands.updates_show_requested.connect(self.show_updates)
        commands.update_confirm_dialog_requested.connect(self.open_replace)
        commands.update_changed_dialog_requested.connect(self.open_changed)
        commands.go_back_dialog_requested.connect(self.open_go_back)
        commands.create_dialog_requested.connect(self.open_create)
        commands.create_change_dialog_requested.connect(self.open_create_change)
        commands.export_dialog_requested.connect(self.open_export)
        commands.import_dialog_requested.connect(self.open_import)
        commands.pull_dialog_requested.connect(self.open_pull)
        commands.pull_elsewhere_dialog_requested.connect(self.open_pull_elsewhere)
        commands.history_dialog_requested.connect(self.open_history)
        commands.doctor_dialog_requested.connect(self.open_doctor)
        commands.newer_ollama_dialog_requested.connect(self.open_newer_ollama)
        commands.help_dialog_requested.connect(self.open_help)
        commands.pull_show_requested.connect(self.show_pull)

    @property
    def is_visible(self) -> bool:
        return self._built is not None and self._built.main.isVisible()

    @property
    def is_active(self) -> bool:
        return self._built is not None and self._built.main.is_active

    # What can be asked of it.

    @Slot()
    def show(self, token: str = "") -> None:
        """Bring the window to the front, wherever it was; `token` is the desktop's leave to."""
        if not self._is_over:
            self._windows().main.come_to_front(token)

    @Slot()
    def toggle(self) -> None:
        """A click on the icon: show, or hide what is in front already."""
        if self.is_visible and self.is_active:
            self._windows().main.hide()
        else:
            self.show()

    @Slot(str)
    def open_pull(self, words: str = "") -> None:
        self._show_unless_in_use()
        self._windows().dialogs.open_pull(words)

    @Slot(object)
    def open_pull_elsewhere(self, ref: ModelRef) -> None:
        self._show_unless_in_use()
        self._windows().dialogs.open_pull_elsewhere(ref)

    @Slot(object)
    def open_create(self, chosen: CreatePaths) -> None:
        self._show_unless_in_use()
        self._windows().dialogs.open_create(chosen.paths)

    @Slot(str)
    def open_create_change(self, item_id: str) -> None:
        self._show_unless_in_use()
        self._windows().dialogs.open_create_change(item_id)

    @Slot(str)
    def open_export(self, server_id: str) -> None:
        self._show_unless_in_use()
        self._windows().dialogs.open_export(server_id)

    @Slot(object)
    def open_import(self, source: ListSource) -> None:
        self._show_unless_in_use()
        self._windows().dialogs.open_import(source)

    @Slot(str)
    def open_settings(self, page: str = "") -> None:
        self._show_unless_in_use()
        self._windows().dialogs.open_settings(page)

    @Slot(str)
    def open_server(self, address: str) -> None:
        self._show_unless_in_use()
        self._windows().dialogs.open_server(address)

    @Slot(object)
    def open_server_address(self, other: OtherAddress) -> None:
        self._show_unless_in_use()
        self._windows().dialogs.open_server(other.address, other.server_id)

    @Slot(str)
    def open_server_form(self, server_id: str = "") -> None:
        self._show_unless_in_use()
        self._windows().dialogs.open_server_form(server_id)

    @Slot(str)
    def open_server_test(self, server_id: str) -> None:
        self._show_unless_in_use()
        self._windows().dialogs.open_server_test(server_id)

    @Slot(str)
    def open_server_duplicate(self, server_id: str) -> None:
        self._show_unless_in_use()
        self._windows().dialogs.open_server_duplicate(server_id)

    @Slot(str)
    def open_remove_server(self, server_id: str) -> None:
        self._show_unless_in_use()
        self._windows().dialogs.open_remove_server(server_id)

    @Slot(object)
    def open_details(self, ref: ModelRef) -> None:
        self._show_unless_in_use()
        self._windows().dialogs.open_details(ref)

    @Slot(object)
    def open_delete(self, refs: ModelRefs) -> None:
        self._show_unless_in_use()
        self._windows().dialogs.open_delete(refs)

    @Slot(object)
    def open_duplicate(self, ref: ModelRef) -> None:
        self._show_unless_in_use()
        self._windows().dialogs.open_duplicate(ref)

    @Slot(object)
    def open_derive(self, ref: ModelRef) -> None:
        self._show_unless_in_use()
        self._windows().dialogs.open_derive(ref)

    @Slot(object)
    def open_edit(self, ref: ModelRef) -> None:
        self._show_unless_in_use()
        self._windows().dialogs.open_edit(ref)

    @Slot(object)
    def open_rebuild(self, request: RebuildRequest) -> None:
        self._show_unless_in_use()
        self._windows().dialogs.open_rebuild(request)

    @Slot(object)
    def open_rename(self, ref: ModelRef) -> None:
        self._show_unless_in_use()
        self._windows().dialogs.open_rename(ref)

    @Slot(object)
    def open_disk(self, target: DiskTarget) -> None:
        self._show_unless_in_use()
        self._windows().dialogs.open_disk(target)

    @Slot(object)
    def open_version(self, ref: ModelRef) -> None:
        self._show_unless_in_use()
        self._windows().dialogs.open_version(ref)

    @Slot(object)
    def open_updates(self, refs: ModelRefs) -> None:
        """The sheet, or the window at what is said of updates where there is nothing to list."""
        self._show_unless_in_use()
        if self._windows().dialogs.open_updates(refs) is None:
            self._windows().main.choose_filter("updates")

    @Slot()
    def show_updates(self) -> None:
        """The window with the models that have a newer version."""
        self.show()
        self._windows().main.choose_filter("updates")

    @Slot(object)
    def open_replace(self, ref: ModelRef) -> None:
        self._show_unless_in_use()
        self._windows().dialogs.open_replace(ref)

    @Slot(str)
    def open_changed(self, item_id: str) -> None:
        self._show_unless_in_use()
        self._windows().dialogs.open_changed(item_id)

    @Slot(object)
    def open_go_back(self, ref: ModelRef) -> None:
        self._show_unless_in_use()
        self._windows().dialogs.open_go_back(ref)

    @Slot(str)
    def open_doctor(self, server_id: str = "") -> None:
        self._show_unless_in_use()
        self._windows().dialogs.open_doctor(server_id)

    @Slot()
    def open_newer_ollama(self) -> None:
        self._show_unless_in_use()
        self._windows().dialogs.open_doctor(shows_newer=True)

    @Slot()
    def open_help(self) -> None:
        self._show_unless_in_use()
        self._windows().dialogs.open_help()

    @Slot()
    def open_history(self) -> None:
        self._show_unless_in_use()
        self._windows().dialogs.open_history()

    @Slot(str)
    def show_pull(self, item_id: str) -> None:
        """Bring a download, or a model that is made, to the front; "" or one that is gone: only the
        window."""
        self.show()
        state = self._parts.state
        if state.download(item_id) is not None or state.creates.item(item_id) is not None:
            self._windows().main.show_pull(item_id)

    def ask_quit(self, running: int) -> None:
        self.show()
        self._windows().dialogs.ask_quit(running)

    def ask_cancel(self, item: PullItem) -> None:
        self.show()
        self._windows().dialogs.ask_cancel(item)

    def _show_unless_in_use(self) -> None:
        """A wish from the tray or a terminal brings the window along; one from a window of ours
        does not change which of them is in front."""
        active = QApplication.activeWindow()
        if active is None or not active.isVisible():
            self.show()

    def show_minimized(self) -> None:
        """Nobody asked for it now: it must not take the keyboard from what a person does."""
        if not self._is_over:
            self._windows().main.showMinimized()

    @Slot(bool)
    def set_session_ending(self, is_ending: bool) -> None:
        """While the session ends nothing is asked: windows simply close."""
        self._is_session_ending = is_ending
        self._take_closing()

    # What a person is told.

    @Slot(object)
    def show_crash(self, crashes: Crashes) -> None:
        """One box tells of all; once it is closed, only what fails elsewhere opens another."""
        # First of all, as what follows may be what fails.
        heard, self._crashes = self._crashes, crashes
        if self._is_over:
            return
        if self._built is None or not self._built.dialogs.is_crash_shown:
            if len(crashes.traces) == len(heard.traces):
                return
            self._crashes_before = heard
        report = text.crash_report(crashes.since(self._crashes_before))
        self._windows().dialogs.show_crash(report)

    def tell_broken_files(self, settings_path: Path | None, queue_path: Path | None) -> None:
        """Files that could not be read were put aside; nothing of them was overwritten."""
        is_any = settings_path is not None or queue_path is not None
        if is_any and not self._is_over:
            report = text.broken_files_report(settings_path, queue_path)
            self._windows().dialogs.show_message(report)

    @Slot(object)
    def tell_save_failed(self, failure: FileFailed) -> None:
        """Said once a run: a full disk would say it at every change."""
        if not self._has_told_save_failed and not self._is_over:
            self._has_told_save_failed = True
            self._windows().dialogs.show_message(text.save_failed_report(failure))

    @Slot(object)
    def tell_autostart_failed(self, failure: FileFailed) -> None:
        """The switch was not taken by the system."""
        self._windows().dialogs.show_message(text.autostart_failed_report(failure))

    @Slot(object)
    def tell_autostart_refused(self, refusal: LoginRefusal) -> None:
        """A portal did not do it."""
        self._windows().dialogs.show_message(text.login_refused_report(refusal))

    # Its end.

    def hide_for_good(self) -> None:
        """The program ends: nothing is shown any more."""
        self._is_over = True
        if self._built is not None:
            self._built.dialogs.close_all()
            self._built.main.hide()

    def close(self) -> None:
        """Behind the event loop: let go of every widget."""
        if self._built is not None:
            self._built.close()
            self._built = None

    # Building.

    def _windows(self) -> Windows:
        return self._built or self._build()

    def _build(self, style: AppStyle | None = None) -> Windows:
        # Loading the views costs more than the whole tray: only once they are wanted.
        from tray_app.app.windows import Windows

        self._built = built = Windows(self._parts, style, self)
        # Passed on: who listens was there before the window, and outlives one in another language.
        built.main.visibility_changed.connect(self.visibility_changed)
        built.main.activity_changed.connect(self.activity_changed)
        self._take_closing()
        self.built.emit(built.main)
        return built

    def _rebuild(self) -> None:
        """The same windows in another language."""
        from tray_app.app.view_state import show_view, view_of

        old = self._built
        if old is None:
            return
        view = view_of(old)
        self._build(old.style)
        show_view(self._windows(), view)
        old.dismiss()

    def _take_closing(self) -> None:
        if self._built is not None:
            is_in_tray = self._parts.state.is_tray_available
            keeps = self._parts.settings.values.keep_in_tray and is_in_tray
            self._built.main.set_hides_on_close(keeps or self._is_session_ending)

    @Slot(bool)
    def _on_state_tray_available_changed(self, is_available: bool) -> None:
        """Without a tray the window is all there is, and closing it means quitting."""
        if not is_available and not self.is_visible:
            self.show_minimized()
        self._take_closing()

    @Slot(str)
    def _on_settings_changed(self, name: str) -> None:
        if name == "theme" and self._built is not None:
            self._built.style.set_choice(self._parts.settings.values.theme)
        elif name == "keep_in_tray":
            self._take_closing()

    @Slot()
    def retranslate(self) -> None:
        """Another language is spoken from now on."""
        if self._built is not None:
            self._rebuild()
