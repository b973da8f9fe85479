"""Windows: the objects behind the window. Importing this file loads the views."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tray_app.itemmodels.model_table import ModelTableModel
from tray_app.itemmodels.pull_table import PullTableModel
from tray_app.views.dialogs import DialogHost
from tray_app.views.main_window.window import MainWindow
from tray_app.views.style import AppStyle

if TYPE_CHECKING:
    from tray_app.app.application import Application


class Windows:
    """Builds the look, the item models, the main window and the host of the dialogs."""

    def __init__(self, application: Application, style: AppStyle | None = None) -> None:
        self._app = application
        settings = application.settings
        self.style = style or AppStyle(application.qt, settings.values.theme)
        self.models = ModelTableModel(application)
        self.pulls = PullTableModel(application)
        self.main = MainWindow(settings, self.models, self.pulls)
        self.dialogs = DialogHost(settings)
        self.dialogs.set_window(self.main)

    def feed(self) -> None:
        """Tell the new window what happened before it was built."""
        app, main, dialogs = self._app, self.main, self.dialogs
        server = app.server
        main.set_demo(app.demo is not None)
        main.set_server_label(server.label, server.address)
        dialogs.set_server_label(app.server_label(), server.address)
        items = app.queue.items()
        for item in items:
            self.pulls.set_item(item)
        self.pulls.set_order(item.id for item in items)
        dialogs.set_pull_items(items)
        main.set_pull_summary(app.queue.summary)
        status, snapshot = app.pollers.status(server.id), app.pollers.snapshot(server.id)
        if status is not None:
            main.set_status(status)
            dialogs.set_status(status)
        if snapshot is not None:
            main.set_snapshot(snapshot)
            dialogs.set_snapshot(snapshot)
        dialogs.set_history(app.history.history)
        dialogs.set_autostart(app.is_autostart())
        dialogs.set_log_folder(str(app.where.log))
        main.set_layer_index(app.operations.layers.layer_index)
        dialogs.set_layer_index(app.operations.layers.layer_index)

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
        for each in (self.dialogs, self.main, self.models, self.pulls):
            each.deleteLater()
