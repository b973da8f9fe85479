"""PaneFocus: the shortcuts of the main window, the way from pane to pane, the order of Tab."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication, QWidget

from tray_app.itemmodels.model_table import FILTERS
from tray_app.views.shortcuts import install

if TYPE_CHECKING:
    from tray_app.views.main_window.window import MainWindow


class PaneFocus(QObject):
    """Belongs to one MainWindow. `reason` is the focus reason that shows the keyboard's frame."""

    reason = Qt.FocusReason.ShortcutFocusReason

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        wishes, actions = window.wishes, window.model_actions
        install("pull", window, wishes.open_pull)
        install("search", window, window.top_bar.focus_search)
        install("refresh", window, window.refresh_requested.emit)
        install("load", window, self._on_framed(actions.load_or_unload))
        install("update", window, self._on_framed(actions.update))
        install("duplicate", window, self._on_framed(actions.duplicate))
        install("downloads", window, self._toggle_downloads)
        install("servers", window, window.top_bar.server_button.showMenu)
        install("more", window, window.top_bar.more_button.showMenu)
        install("settings", window, wishes.open_settings)
        install("shortcuts", window, wishes.show_shortcuts)
        install("close", window, window.close)
        install("quit", window, window.quit_requested.emit)
        install("next_pane", window, self.next_pane)
        install("previous_pane", window, self.previous_pane)
        install("details", window.view, self._on_framed(wishes.show_details))
        install("delete", window.view, self._on_framed(actions.delete))
        install("copy", window.view, self._on_framed(wishes.copy_names))
        install("paste", window.view, wishes.paste)
        for key, slot in zip(FILTERS, self._filter_slots(), strict=True):
            install(f"filter_{key}", window, slot)
        self._set_tab_order()

    def next_pane(self) -> None:
        self._go(1)

    def previous_pane(self) -> None:
        self._go(-1)

    def _on_framed(self, slot: Callable[[], object]) -> Callable[[], None]:
        """`slot`, on the framed row of the table where nothing is selected."""

        def act() -> None:
            window = self._window
            if window.view.hasFocus():
                window.view.select_current()
                window.refresh_now()
            slot()

        return act

    def _filter_slots(self) -> tuple[Callable[[], None], ...]:
        return (self._show_all, self._show_loaded, self._show_updates, self._show_cloud)

    def _show_all(self) -> None:
        self._window.choose_filter("all")

    def _show_loaded(self) -> None:
        self._window.choose_filter("loaded")

    def _show_updates(self) -> None:
        self._window.choose_filter("updates")

    def _show_cloud(self) -> None:
        self._window.choose_filter("cloud")

    def _toggle_downloads(self) -> None:
        window = self._window
        window.set_panel_open(window.panel.isHidden())
        if window.panel.isHidden() or not window.panel.focus_first():
            window.wishes.focus_middle()

    def _panes(self) -> list[QWidget]:
        window = self._window
        panes = [window.top_bar, window.filter_bar, window.pane, window.panel, window.status_bar]
        return [pane for pane in panes if pane.isVisible()]

    def _go(self, step: int) -> None:
        panes = self._panes()
        focused = QApplication.focusWidget()
        here = next((i for i, p in enumerate(panes) if focused and p.isAncestorOf(focused)), 0)
        self._enter(panes[(here + step) % len(panes)])

    def _enter(self, pane: QWidget) -> None:
        window = self._window
        if pane is window.pane:
            window.pane.focus_middle(self.reason)
        elif pane is window.filter_bar:
            window.filter_bar.focus_chips(self.reason)
        elif pane is window.panel:
            if not window.panel.focus_first():
                window.panel.setFocus(self.reason)
                window.panel.focusNextChild()
        elif pane is window.status_bar:
            window.status_bar.refresh.setFocus(self.reason)
        else:
            window.top_bar.server_button.setFocus(self.reason)

    def _set_tab_order(self) -> None:
        window = self._window
        top = window.top_bar
        order: list[QWidget] = [
            top.server_button,
            top.search,
            top.downloads,
            top.pull,
            top.more_button,
        ]
        order += window.filter_bar.stops
        order += [window.pane.banner, window.view, window.pane.page, window.panel]
        order += [window.tip, window.status_bar.refresh]
        for before, after in pairwise(order):
            QWidget.setTabOrder(before, after)
