"""SavedState: what the main window remembers from one day to the next.

Geometry, panel, columns, sort and filter. Not the search, the selection, the scroll position.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QByteArray, QObject, Qt

from tray_app.itemmodels.columns import DEFAULT_KEYS, NUMBER
from tray_app.views.models.column_layout import ColumnLayout

if TYPE_CHECKING:
    from PySide6.QtWidgets import QSplitter, QWidget

    from tray_app.itemmodels.model_table import ModelTableModel
    from tray_app.settings import Settings
    from tray_app.views.components.screen_fit import ScreenFit
    from tray_app.views.models.columns import TableColumns

DEFAULT_SIZE = (960, 600)
PANEL_HEIGHT = 240


class SavedState(QObject):
    """Reads once, writes what changed."""

    def __init__(self, settings: Settings, window: QWidget, screen_fit: ScreenFit) -> None:
        super().__init__(window)
        self._settings = settings
        self._window = window
        self._screen_fit = screen_fit

    def column_layout(self) -> ColumnLayout:
        """The columns as they were chosen."""
        values = self._settings.values
        return ColumnLayout(values.columns or DEFAULT_KEYS, values.column_widths)

    def restore_arrangement(self, models: ModelTableModel) -> None:
        """Sort and filter as they were left."""
        values = self._settings.values
        if values.sort_column in NUMBER:
            models.set_sort(values.sort_column, values.sort_descending)
        models.set_filter(values.filter_chip)

    def restore_geometry(self) -> None:
        """Place and size as they were left; at each show they are fitted to the screen."""
        values = self._settings.values
        saved = QByteArray.fromBase64(values.main_geometry.encode("ascii", "ignore"))
        if saved.isEmpty() or not self._window.restoreGeometry(saved):
            self._window.resize(*DEFAULT_SIZE)
        if values.main_maximized:
            self._window.setWindowState(Qt.WindowState.WindowMaximized)

    def panel_height(self) -> int:
        """The height of the downloads panel."""
        sizes = self._settings.values.splitter_sizes
        return sizes[1] if len(sizes) == 2 and sizes[1] > 0 else PANEL_HEIGHT

    def save_geometry(self, splitter: QSplitter) -> None:
        """Called when the window is hidden or closed."""
        is_maximized = self._window.isMaximized()
        values: dict[str, Any] = {"main_maximized": is_maximized}
        if is_maximized or not self._screen_fit.is_shrunk():
            # A size that only a small screen asks for is not what a person chose.
            saved = bytes(self._window.saveGeometry().toBase64().data()).decode("ascii")
            values["main_geometry"] = saved
        panel = splitter.widget(1)
        if panel is not None and not panel.isHidden():
            values["splitter_sizes"] = tuple(splitter.sizes())
        self._settings.update(values)

    def save_columns(self, columns: TableColumns) -> None:
        layout = columns.layout
        self._settings.update({"columns": layout.keys, "column_widths": layout.widths})

    def save_sort(self, models: ModelTableModel) -> None:
        key, is_descending = models.sort_column
        self._settings.update({"sort_column": key, "sort_descending": is_descending})

    def save_filter(self, key: str) -> None:
        self._settings.set("filter_chip", key)

    def save_panel(self, is_open: bool) -> None:
        self._settings.set("panel_open", is_open)
