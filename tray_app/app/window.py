"""WindowController: the window and its dialogs, built when first wanted, and their connections."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from tray_app import text
from tray_app.core.payloads import DeleteOutcome, ModelRef, PullOrder
from tray_app.core.pulls.states import PullItem

if TYPE_CHECKING:
    from tray_app.app.application import Application
    from tray_app.app.windows import Windows
    from tray_app.views.style import AppStyle


class WindowController(QObject):
    """What the rest of the program knows of the window, whether it exists yet or not.

    Signals: `visibility_changed`, `activity_changed` of the main window.
    Thread: GUI thread.
    """

    visibility_changed = Signal(bool)
    activity_changed = Signal(bool)

    def __init__(self, application: Application) -> None:
        super().__init__(application)
        self._app = application
        self._built: Windows | None = None
        self._is_tray_available = True
        self._is_over = False
        self._is_session_ending = False
        self._has_told_save_failed = False
        # Once, however often windows are built.
        queue = application.queue
        queue.order_changed.connect(self._on_queue_order_changed)
        for changed in (queue.item_added, queue.item_changed, queue.item_removed):
            changed.connect(self._on_queue_rows_changed)
        application.operations.deleted.connect(self._on_deleted)

    # For the tray, later starts and links.

    @property
    def is_visible(self) -> bool:
        return self._built is not None and self._built.main.isVisible()

    @property
    def is_active(self) -> bool:
        return self._built is not None and self._built.main.is_active

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

    @Slot()
    def open_pull(self, words: str = "") -> None:
        self.show()
        self._windows().dialogs.open_pull(words)

    @Slot()
    def open_settings(self, page: str = "") -> None:
        self.show()
        self._windows().dialogs.open_settings(page)

    def open_details(self, ref: ModelRef) -> None:
        self.show()
        self._windows().dialogs.open_details(ref)

    @Slot(str)
    def show_pull(self, item_id: str) -> None:
        """Bring a download to the front; "" or one that is gone: only the window."""
        self.show()
        if self._app.queue.item(item_id) is not None:
            self._windows().main.show_pull(item_id)

    def ask_quit(self, running: int) -> None:
        self.show()
        self._windows().dialogs.ask_quit(running)

    def ask_cancel(self, item: PullItem) -> None:
        self.show()
        self._windows().dialogs.ask_cancel(item)

    @Slot(bool)
    def set_tray_available(self, is_available: bool) -> None:
        """Without a tray the window is all there is, and closing it means quitting."""
        self._is_tray_available = is_available
        if not is_available and not self.is_visible and not self._is_over:
            # Nobody asked for it now: it must not take the keyboard from what a person does.
            self._windows().main.showMinimized()
        self._take_closing()

    def set_session_ending(self, is_ending: bool) -> None:
        """While the session ends nothing is asked: windows simply close."""
        self._is_session_ending = is_ending
        self._take_closing()

    @Slot(str)
    def show_crash(self, trace: str) -> None:
        if not self._is_over:
            self._windows().dialogs.show_message(text.crash_report(trace))

    def tell_broken_files(self, settings_path: Path | None, queue_path: Path | None) -> None:
        """Files that could not be read were put aside; nothing of them was overwritten."""
        if settings_path is not None or queue_path is not None:
            report = text.broken_files_report(settings_path, queue_path)
            self._windows().dialogs.show_message(report)

    @Slot(str)
    def tell_save_failed(self, reason: str) -> None:
        """Said once per run: a full disk would say it at every change."""
        if not self._has_told_save_failed and not self._is_over:
            self._has_told_save_failed = True
            self._windows().dialogs.show_message(text.save_failed_report(reason))

    def take_server(self) -> None:
        """The server has another name or address."""
        if self._built is not None:
            server = self._app.server
            self._built.main.set_server_label(server.label, server.address)
            self._built.dialogs.set_server_label(self._app.server_label(), server.address)

    def take_setting(self, name: str) -> None:
        if self._built is not None and name == "theme":
            self._built.style.set_choice(self._app.settings.values.theme)
        elif name == "keep_in_tray":
            self._take_closing()
        elif name == "language" and self._built is not None:
            self._rebuild()

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

        self._built = built = Windows(self._app, style)
        self._connect(built)
        built.feed()
        self._take_closing()
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
            keeps = self._app.settings.values.keep_in_tray and self._is_tray_available
            self._built.main.set_hides_on_close(keeps or self._is_session_ending)
            self._built.dialogs.set_tray_available(self._is_tray_available)

    def _connect(self, built: Windows) -> None:
        self._connect_facts(built)
        self._connect_window(built)
        self._connect_dialogs(built)
        self._app.diagnosis.connect_windows(built)
        self._app.mac_dock.connect_windows(built)
        self._app.downloads.connect_windows(built)

    def _connect_facts(self, built: Windows) -> None:
        app, main, dialogs = self._app, built.main, built.dialogs
        app.pollers.snapshot_taken.connect(main.set_snapshot)
        app.pollers.snapshot_taken.connect(dialogs.set_snapshot)
        app.pollers.status_changed.connect(main.set_status)
        app.pollers.status_changed.connect(dialogs.set_status)
        app.queue.item_added.connect(built.pulls.set_item)
        app.queue.item_changed.connect(built.pulls.set_item)
        app.queue.item_removed.connect(built.pulls.remove)
        app.queue.summary_changed.connect(main.set_pull_summary)
        app.history.changed.connect(dialogs.set_history)
        operations = app.operations
        operations.details_loaded.connect(dialogs.show_details)
        operations.failed.connect(dialogs.show_failure)
        operations.deleted.connect(dialogs.set_deleted)
        operations.busy_changed.connect(main.set_busy)
        operations.busy_changed.connect(dialogs.set_busy)
        operations.server_tested.connect(dialogs.set_server_test)
        operations.recommendations_loaded.connect(main.set_recommendations)
        operations.recommendations_loaded.connect(dialogs.set_recommendations)
        operations.estimated.connect(dialogs.set_pull_estimate)
        operations.layers.layer_index_changed.connect(main.set_layer_index)
        operations.layers.layer_index_changed.connect(dialogs.set_layer_index)

    def _connect_window(self, built: Windows) -> None:
        app, main, dialogs, queue = self._app, built.main, built.dialogs, self._app.queue
        main.visibility_changed.connect(self.visibility_changed)
        main.activity_changed.connect(self.activity_changed)
        main.refresh_requested.connect(app.pollers.refresh_all)
        main.quit_requested.connect(app.shutdown.ask)
        main.details_requested.connect(dialogs.open_details)
        main.pull_dialog_requested.connect(dialogs.open_pull)
        main.delete_requested.connect(dialogs.open_delete)
        main.duplicate_requested.connect(dialogs.open_duplicate)
        main.settings_requested.connect(dialogs.open_settings)
        main.history_requested.connect(dialogs.open_history)
        main.load_requested.connect(app.wishes.load)
        main.unload_requested.connect(app.wishes.unload)
        main.update_requested.connect(app.wishes.update)
        main.pull_pause_requested.connect(queue.pause)
        main.pull_resume_requested.connect(queue.resume)
        main.pull_retry_requested.connect(queue.retry)
        main.pull_remove_requested.connect(queue.remove)
        main.pull_move_requested.connect(app.wishes.move)
        main.pulls_pause_all_requested.connect(queue.pause_all)
        main.pulls_resume_all_requested.connect(queue.resume_all)
        main.pulls_clear_requested.connect(queue.clear_finished)

    def _connect_dialogs(self, built: Windows) -> None:
        app, dialogs = self._app, built.dialogs
        dialogs.details_requested.connect(app.wishes.details)
        dialogs.pull_requested.connect(app.wishes.pull)
        dialogs.delete_requested.connect(app.wishes.delete)
        dialogs.load_requested.connect(app.wishes.load)
        dialogs.unload_requested.connect(app.wishes.unload)
        dialogs.copy_requested.connect(app.wishes.copy)
        dialogs.layers_requested.connect(app.wishes.layer_index)
        dialogs.server_test_requested.connect(app.operations.test_server)
        dialogs.pull_show_requested.connect(self.show_pull)
        dialogs.history_clear_requested.connect(app.history.clear)
        dialogs.quit_confirmed.connect(app.shutdown.quit_now)
        dialogs.estimate_requested.connect(app.wishes.estimate)
        dialogs.estimate_cancel_requested.connect(app.operations.estimator.cancel)
        dialogs.autostart_requested.connect(self._on_autostart_requested)

    @Slot(bool)
    def _on_autostart_requested(self, is_enabled: bool) -> None:
        self._app.set_autostart(is_enabled)
        self._windows().dialogs.set_autostart(self._app.is_autostart())

    @Slot(object)
    def _on_deleted(self, outcome: DeleteOutcome) -> None:
        if self._built is not None:
            self._built.main.show_deleted(outcome, self._app.operations.layers.layer_index)

    @Slot(object)
    def _on_queue_order_changed(self, order: PullOrder) -> None:
        if self._built is not None:
            self._built.pulls.set_order(order.ids)

    @Slot()
    def _on_queue_rows_changed(self) -> None:
        if self._built is not None:
            self._built.dialogs.set_pull_items(self._app.queue.items())
