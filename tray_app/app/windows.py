"""Windows: the objects behind the window. Importing this file loads the views."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from tray_app import text
from tray_app.views.dialogs import DialogHost
from tray_app.views.main_window.window import MainWindow
from tray_app.views.style import AppStyle

if TYPE_CHECKING:
    from tray_app.app.parts import Parts


class Windows(QObject):
    """Builds the look, the main window and the host of the dialogs."""

    def __init__(
        self, parts: Parts, style: AppStyle | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._parts = parts
        settings = parts.settings
        self.style = style or AppStyle(parts.qt, settings.values.theme)
        self.main = MainWindow(settings, parts.state, parts.commands)
        self.dialogs = DialogHost(settings)
        self.dialogs.set_window(self.main)
        self._bridge_dialogs()

    def _bridge_dialogs(self) -> None:
        state, commands, dialogs = self._parts.state, self._parts.commands, self.dialogs
        state.server_changed.connect(self._on_dialogs_server_changed)
        self._on_dialogs_server_changed()
        status, snapshot = state.status(state.server.id), state.snapshot(state.server.id)
        if status is not None:
            dialogs.set_status(status)
        if snapshot is not None:
            dialogs.set_snapshot(snapshot)
        state.status_changed.connect(dialogs.set_status)
        state.snapshot_changed.connect(dialogs.set_snapshot)
        for changed in (
            state.download_changed,
            state.download_removed,
            state.downloads_order_changed,
        ):
            changed.connect(self._on_dialogs_downloads_changed)
        self._on_dialogs_downloads_changed()
        for changed, show in (
            (state.layer_index_changed, self._on_dialogs_layer_index_changed),
            (state.history_changed, self._on_history_changed),
            (state.conditions_changed, self._on_conditions_changed),
            (state.autostart_changed, self._on_autostart_changed),
            (state.tray_available_changed, self._on_tray_available_changed),
        ):
            changed.connect(show)
            show()
        dialogs.set_log_folder(state.log_folder)
        state.details_changed.connect(dialogs.show_details)
        state.failed.connect(dialogs.show_failure)
        state.deleted.connect(dialogs.set_deleted)
        state.busy_changed.connect(dialogs.set_busy)
        state.server_test_changed.connect(dialogs.set_server_test)
        state.recommendations_changed.connect(dialogs.set_recommendations)
        state.estimate_changed.connect(dialogs.set_pull_estimate)
        state.diagnostics_copied.connect(dialogs.show_diagnostics_copied)
        dialogs.details_requested.connect(commands.details_requested)
        dialogs.pull_requested.connect(commands.pull_requested)
        dialogs.delete_requested.connect(commands.delete_requested)
        dialogs.load_requested.connect(commands.load_requested)
        dialogs.unload_requested.connect(commands.unload_requested)
        dialogs.copy_requested.connect(commands.copy_requested)
        dialogs.layers_requested.connect(commands.layers_requested)
        dialogs.server_test_requested.connect(commands.server_test_requested)
        dialogs.pull_show_requested.connect(commands.pull_show_requested)
        dialogs.history_clear_requested.connect(commands.history_clear_requested)
        dialogs.quit_confirmed.connect(commands.quit_now_requested)
        dialogs.cancel_confirmed.connect(commands.pull_cancel_now_requested)
        dialogs.estimate_requested.connect(commands.estimate_requested)
        dialogs.estimate_cancel_requested.connect(commands.estimate_cancel_requested)
        dialogs.autostart_requested.connect(commands.autostart_requested)
        dialogs.diagnostics_requested.connect(commands.diagnostics_requested)
        dialogs.notice_test_requested.connect(commands.notice_test_requested)

    @Slot()
    def _on_dialogs_server_changed(self) -> None:
        server = self._parts.state.server
        label = text.server_name(server.label, server.address)
        self.dialogs.set_server_label(label, server.address)

    @Slot()
    def _on_dialogs_downloads_changed(self) -> None:
        self.dialogs.set_pull_items(self._parts.state.downloads)

    @Slot()
    def _on_dialogs_layer_index_changed(self) -> None:
        self.dialogs.set_layer_index(self._parts.state.layer_index)

    @Slot()
    def _on_history_changed(self) -> None:
        self.dialogs.set_history(self._parts.state.history)

    @Slot()
    def _on_conditions_changed(self) -> None:
        self.dialogs.set_conditions(self._parts.state.conditions)

    @Slot()
    def _on_autostart_changed(self) -> None:
        self.dialogs.set_autostart(self._parts.state.autostart)

    @Slot()
    def _on_tray_available_changed(self) -> None:
        self.dialogs.set_tray_available(self._parts.state.is_tray_available)

    def dismiss(self) -> None:
        """Make room for others, which keep the style: close without a word to anybody."""
        self.main.blockSignals(True)
        self.dialogs.blockSignals(True)
        self.dialogs.close_all()
        self.main.hide()
        self._delete()

    def close(self) -> None:
        self.style.close()
        self._delete()

    def _delete(self) -> None:
        for each in (self.dialogs, self.main, self):
            each.deleteLater()
