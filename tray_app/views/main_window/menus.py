"""Menus of the main window: a model's row, the server switcher, More, the table's headings.

Each is filled when it is about to show, from what is so at that moment.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QActionGroup, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QMenu, QWidget

from tray_app.core.records import ServerState, ServerStatus
from tray_app.itemmodels.columns import COLUMNS, DEFAULT_KEYS, NUMBER, column_title
from tray_app.text import server_state, tr
from tray_app.views.components.glyphs import glyph, glyph_color
from tray_app.views.main_window.actions import Actions, Command
from tray_app.views.main_window.top_bar import STATE_GLYPHS
from tray_app.views.models.columns import TableColumns
from tray_app.views.theme import Theme

Slot = Callable[[], object]


def add(menu: QMenu, text: str, slot: Slot | None = None) -> QAction:
    """An entry of this menu alone."""
    action = QAction(text, menu)
    if slot is not None:
        action.triggered.connect(slot)
    menu.addAction(action)
    return action


def row_menu(actions: Actions, parent: QWidget) -> QMenu:
    """The menu of the selected models."""
    menu = QMenu(parent)
    menu.setToolTipsVisible(True)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    groups = (
        (Command.DETAILS, Command.LOAD, Command.KEEP_LOADED),
        (Command.COPY, Command.COPY_RUN, Command.OPEN_PAGE),
        (Command.DUPLICATE, Command.DELETE),
    )
    for group in groups:
        if menu.actions():
            menu.addSeparator()
        for command in group:
            if actions[command].isVisible():
                menu.addAction(actions[command])
    menu.setDefaultAction(actions[Command.DETAILS])
    return menu


class TickMenu(QMenu):
    """Stays open when an entry is ticked with the mouse or with Space, so that several can be."""

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        action = self.actionAt(event.position().toPoint())
        if event.button() != Qt.MouseButton.LeftButton or not _tick(action):
            super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Space or not _tick(self.activeAction()):
            super().keyPressEvent(event)


def _tick(action: QAction | None) -> bool:
    if action is None or not action.isCheckable() or not action.isEnabled():
        return False
    action.trigger()
    return True


def fill_columns(menu: QMenu, columns: TableColumns) -> None:
    """The choice of columns; Name and Size are always there. What is ticked and not shown says
    why."""
    menu.clear()
    ticks: dict[str, QAction] = {}

    def show() -> None:
        for key, action in ticks.items():
            template = tr("{column} (no room, widen the window)")
            title = column_title(key)
            is_away = key in columns.without_room
            action.setText(template.format(column=title) if is_away else title)
            action.setChecked(key in columns.layout.keys)

    def choose(key: str, is_on: bool) -> None:
        columns.choose(key, is_on)
        show()

    usual = [key for key in DEFAULT_KEYS if key != "name"]
    optional = [column.key for column in COLUMNS if not column.is_default]
    # Server comes last but one: it is of use with several servers only.
    optional.sort(key=lambda key: (key == "digest", key == "server"))
    name = add(menu, column_title("name"))
    name.setCheckable(True)
    name.setChecked(True)
    name.setEnabled(False)
    for group in (usual, optional):
        for key in group:
            action = ticks[key] = add(menu, column_title(key))
            action.setCheckable(True)
            action.setEnabled(key != "size")
            action.triggered.connect(lambda is_on, key=key: choose(key, is_on))
        menu.addSeparator()
    show()
    add(menu, tr("Fit columns to contents"), columns.fit_all)
    add(menu, tr("Reset columns"), columns.reset)


def fill_sort(menu: QMenu, columns: TableColumns, current: tuple[str, bool]) -> None:
    """Sorting for the keyboard: choosing the current column turns the order."""
    menu.clear()
    group = QActionGroup(menu)
    key_now, is_descending = current
    for key in columns.shown:
        action = add(menu, column_title(key))
        action.setCheckable(True)
        action.setChecked(key == key_now)
        first = COLUMNS[NUMBER[key]].is_descending_first
        turned = not is_descending if key == key_now else first
        action.triggered.connect(lambda _, key=key, turned=turned: columns.sort_by(key, turned))
        group.addAction(action)


def fill_servers(menu: QMenu, actions: Actions, name: str, status: ServerStatus | None) -> None:
    """The server that is shown, and the way to others."""
    menu.clear()
    state = status.state if status else ServerState.CONNECTING
    refresh = actions[Command.REFRESH]
    entry = add(menu, f"{name}   {_version(status)}".rstrip(), refresh.trigger)
    icon, color = STATE_GLYPHS[state]
    entry.setIcon(glyph(icon, glyph_color(Theme.of(menu), color)))
    menu.setDefaultAction(entry)
    menu.addSeparator()
    if status is not None and not status.is_online:
        retry = add(menu, tr("Retry"), refresh.trigger)
        retry.setIcon(refresh.icon())
    menu.addAction(actions[Command.MANAGE_SERVERS])


def _version(status: ServerStatus | None) -> str:
    if status is not None and status.is_online:
        return status.version
    return server_state(status)


def fill_more(menu: QMenu, actions: Actions, columns: TableColumns, sort: tuple[str, bool]) -> None:
    """Everything that has no button of its own."""
    for submenu in menu.findChildren(QMenu, options=Qt.FindChildOption.FindDirectChildrenOnly):
        submenu.deleteLater()
    menu.clear()
    menu.setToolTipsVisible(True)
    menu.addAction(actions[Command.REFRESH])
    menu.addSeparator()
    menu.addAction(actions[Command.UNLOAD_ALL])
    shown = TickMenu(tr("Columns"), menu)
    shown.setIcon(glyph("columns", Theme.of(menu).text))
    fill_columns(shown, columns)
    menu.addMenu(shown)
    sorting = QMenu(tr("Sort by"), menu)
    fill_sort(sorting, columns, sort)
    menu.addMenu(sorting)
    menu.addSeparator()
    for command in (
        *(Command.HISTORY, Command.SETTINGS, Command.SHORTCUTS, Command.DIAGNOSTICS),
        *(Command.ABOUT, Command.QUIT),
    ):
        menu.addAction(actions[command])
