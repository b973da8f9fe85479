"""WindowWishes: what buttons, menus, pages and the panel of the main window ask for.

Turns each into one of the window's own signals, or does what the window can do by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QMenu

from tray_app.core.names import clean
from tray_app.text import tr
from tray_app.views.components.buttons import copy_text
from tray_app.views.main_window.actions import ref_of
from tray_app.views.main_window.menus import fill_columns, row_menu
from tray_app.views.shortcuts import ShortcutsDialog
from tray_app.views.window_menus import MoreSlots, fill_more, fill_servers

if TYPE_CHECKING:
    from tray_app.views.main_window.window import MainWindow

_LIBRARY = "https://ollama.com/library"
_DOWNLOAD = "https://ollama.com/download"
_PULL = "pull:"


class WindowWishes(QObject):
    """Belongs to one MainWindow."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._server_menu = QMenu(window.top_bar.server_button)
        self._more_menu = QMenu(window.top_bar.more_button)
        window.top_bar.server_button.setMenu(self._server_menu)
        window.top_bar.more_button.setMenu(self._more_menu)
        self._server_menu.aboutToShow.connect(self.fill_server_menu)
        self._more_menu.aboutToShow.connect(self.fill_more_menu)
        self._connect_models()
        self._connect_bars()
        self._connect_panel()

    @property
    def server_menu(self) -> QMenu:
        return self._server_menu

    @property
    def more_menu(self) -> QMenu:
        return self._more_menu

    def _connect_models(self) -> None:
        window, actions, view = self._window, self._window.model_actions, self._window.view
        actions.details_requested.connect(window.details_requested)
        actions.load_requested.connect(window.load_requested)
        actions.unload_requested.connect(window.unload_requested)
        actions.update_requested.connect(window.update_requested)
        actions.delete_requested.connect(window.delete_requested)
        actions.duplicate_requested.connect(window.duplicate_requested)
        view.details_requested.connect(self.show_details)
        view.menu_requested.connect(self._on_view_menu_wished)
        view.columns.changed.connect(self._on_columns_changed)
        view.columns.sort_changed.connect(self._on_sort_changed)
        view.columns.menu_requested.connect(self._on_columns_menu_wished)

    def _connect_bars(self) -> None:
        window = self._window
        top = window.top_bar
        top.search_changed.connect(self._on_search_changed)
        top.search_left.connect(self.focus_middle)
        top.pull_clicked.connect(self.open_pull)
        top.downloads_toggled.connect(window.set_panel_open)
        window.filter_bar.filter_chosen.connect(window.choose_filter)
        window.status_bar.refresh_clicked.connect(window.refresh_requested)
        window.pane.action_triggered.connect(self._on_action_triggered)
        window.pane.pull_clicked.connect(window.pull_dialog_requested)
        window.pane.pull_dropped.connect(window.pull_dialog_requested)

    def _connect_panel(self) -> None:
        window, panel = self._window, self._window.panel
        panel.pull_pause_requested.connect(window.pull_pause_requested)
        panel.pull_resume_requested.connect(window.pull_resume_requested)
        panel.pull_start_requested.connect(window.pull_start_requested)
        panel.pull_cancel_requested.connect(window.pull_cancel_requested)
        panel.pull_retry_requested.connect(window.pull_retry_requested)
        panel.pull_remove_requested.connect(window.pull_remove_requested)
        panel.pull_move_requested.connect(window.pull_move_requested)
        panel.pulls_pause_all_requested.connect(window.pulls_pause_all_requested)
        panel.pulls_resume_all_requested.connect(window.pulls_resume_all_requested)
        panel.pulls_clear_requested.connect(window.pulls_clear_requested)
        panel.history_requested.connect(window.history_requested)
        panel.show_model_requested.connect(window.select)
        panel.hide_requested.connect(self._on_panel_hide_requested)
        panel.leave_requested.connect(self.focus_middle)

    # what the window does by itself

    def open_pull(self) -> None:
        self._window.pull_dialog_requested.emit("")

    def paste(self) -> None:
        """Pull what is on the clipboard, if it says anything."""
        words = QGuiApplication.clipboard().text().strip()
        if words:
            self._window.pull_dialog_requested.emit(words[:10_000])

    def show_details(self) -> None:
        self._window.refresh_now()  # the selection may be as new as the wish
        self._window.model_actions.details()

    def copy_names(self) -> None:
        self.copy(self._window.model_actions.names())

    def copy(self, text: str) -> None:
        if text:
            copy_text(self._window.view, text)

    def unload_all(self) -> None:
        for row in self._window.models.all_rows:
            if row.is_loaded and row.record.server_id == self._window.server_id:
                self._window.unload_requested.emit(ref_of(row))

    def open_settings(self) -> None:
        self._window.settings_requested.emit("")

    def manage_servers(self) -> None:
        self._window.settings_requested.emit("servers")

    def show_about(self) -> None:
        self._window.settings_requested.emit("about")

    def show_shortcuts(self) -> None:
        ShortcutsDialog(self._window).open()

    def focus_middle(self) -> None:
        from_keyboard = self._window.keys.reason
        self._window.pane.focus_middle(from_keyboard)

    def row_menu(self) -> QMenu:
        """The menu of the selected models."""
        return row_menu(self._window.model_actions, self.copy, self._window.view)

    def fill_server_menu(self) -> None:
        window = self._window
        slots = {"retry": window.refresh_requested.emit, "manage": self.manage_servers}
        fill_servers(self._server_menu, window.server_label, window.facts.status, slots)

    def fill_more_menu(self) -> None:
        window = self._window
        slots = MoreSlots(
            refresh=window.refresh_requested.emit,
            unload_all=self.unload_all,
            history=window.history_requested.emit,
            settings=self.open_settings,
            shortcuts=self.show_shortcuts,
            diagnostics=window.diagnostics_requested.emit,
            about=self.show_about,
            quit=window.quit_requested.emit,
        )
        reason = "" if window.models.counts.loaded else tr("No model is loaded")
        columns = window.view.columns
        fill_more(self._more_menu, slots, columns, window.models.sort_column, reason)

    def _on_view_menu_wished(self, pos: QPoint) -> None:
        self._window.refresh_now()
        if self._window.model_actions.rows:
            self.row_menu().popup(pos)

    def _on_columns_menu_wished(self, pos: QPoint) -> None:
        menu = QMenu(self._window.view)
        menu.aboutToHide.connect(menu.deleteLater)
        fill_columns(menu, self._window.view.columns)
        menu.popup(pos)

    def _on_columns_changed(self) -> None:
        self._window.saved_state.save_columns(self._window.view.columns)

    def _on_sort_changed(self) -> None:
        self._window.saved_state.save_sort(self._window.models)

    def _on_search_changed(self, words: str) -> None:
        self._window.models.set_search(words)
        self._window.announcer.announce_search(words)

    def _on_panel_hide_requested(self) -> None:
        self._window.set_panel_open(False)
        self.focus_middle()

    def _on_action_triggered(self, key: str) -> None:
        """A button of the banner or of the page."""
        window = self._window
        if key.startswith(_PULL):
            window.pull_dialog_requested.emit(key.removeprefix(_PULL))
            return
        {
            "pull": self.open_pull,
            "pull_search": self._pull_search,
            "clear_search": self._clear_search,
            "show_all": self._show_all,
            "library": self._open_library,
            "get_ollama": self._open_download,
            "start": window.server_start_requested.emit,
            "retry": window.refresh_requested.emit,
            "change_server": self.manage_servers,
        }[key]()

    def _pull_search(self) -> None:
        self._window.pull_dialog_requested.emit(clean(self._window.top_bar.search.text()))

    def _clear_search(self) -> None:
        self._window.top_bar.search.clear()
        self._window.top_bar.focus_search()

    def _show_all(self) -> None:
        self._window.choose_filter("all")
        self.focus_middle()

    def _open_library(self) -> None:
        QDesktopServices.openUrl(QUrl(_LIBRARY))

    def _open_download(self) -> None:
        QDesktopServices.openUrl(QUrl(_DOWNLOAD))
