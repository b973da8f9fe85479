"""Menus of the main window: a model's row, More, the table's headings.

Each is filled when it is about to show, from what is so at that moment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QActionGroup, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QMenu, QWidget

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.itemmodels.columns import COLUMNS, DEFAULT_KEYS, NUMBER, column_title
from tray_app.itemmodels.comparison import Comparison, ComparisonKind
from tray_app.text import tooltip, tr
from tray_app.text.several import different_versions, missing_on, never_reached, only_on_one
from tray_app.views.components.glyphs import glyph
from tray_app.views.main_window.actions import Actions, Command
from tray_app.views.theme import Theme

if TYPE_CHECKING:
    from tray_app.views.main_window.several import ServerFacts
    from tray_app.views.models.columns import TableColumns

Slot = Callable[[], object]


def add(menu: QMenu, text: str, slot: Slot | None = None) -> QAction:
    """An entry of this menu alone."""
    action = QAction(text, menu)
    if slot is not None:
        action.triggered.connect(slot)
    menu.addAction(action)
    return action


def set_default(menu: QMenu, action: QAction) -> None:
    """The entry that a double click stands for, or that is shown: in bold type, which style sheets
    do not give it by themselves."""
    menu.setDefaultAction(action)
    font = action.font()
    font.setBold(True)
    action.setFont(font)


def row_menu(
    actions: Actions, parent: QWidget, load_with: Callable[[QWidget], QMenu] | None = None
) -> QMenu:
    """The menu of the selected models; `load_with` makes the one of contexts and times."""
    menu = QMenu(parent)
    menu.setToolTipsVisible(True)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    groups = (
        (Command.DETAILS, Command.LOAD, Command.KEEP_LOADED),
        (
            *(Command.UPDATE, Command.CHECK_UPDATE, Command.PIN, Command.STAR),
            *(Command.SKIP, Command.WHAT_DIFFERS, Command.GO_BACK, Command.KEEP_FOR_GOOD),
        ),
        (Command.PULL_ELSEWHERE,),
        (Command.EDIT, Command.DERIVE, Command.RENAME, Command.DUPLICATE),
        (Command.COPY, Command.COPY_RUN, Command.OPEN_PAGE),
        (Command.DELETE,),
    )
    for group in groups:
        shown = [actions[command] for command in group if actions[command].isVisible()]
        if menu.actions() and shown:
            menu.addSeparator()
        menu.addActions(shown)
    keep = actions[Command.KEEP_LOADED]
    if load_with is not None and keep.isVisible():
        menu.insertMenu(keep, load_with(menu))
    set_default(menu, actions[Command.DETAILS])
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
            action.setChecked(key in columns.layout.keys or key in columns.shown)

    def choose(key: str, is_on: bool) -> None:
        columns.choose(key, is_on)
        show()

    usual = [key for key in DEFAULT_KEYS if key != "name"]
    optional = [column.key for column in COLUMNS if not (column.is_default or column.is_of_updates)]
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
            action.setEnabled(key != "size" and key not in columns.layout.fixed_keys)
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


@dataclass(frozen=True)
class Comparing:
    """What *Compare servers* offers, and what is chosen there now."""

    servers: Sequence[ServerFacts]
    current: Comparison | None
    choose: Callable[[Comparison | None], object]


def comparison_words(comparison: Comparison, labels: Mapping[str, str]) -> str:
    """What is looked for; `labels` are the names of the servers by their ids."""
    if comparison.kind is ComparisonKind.ONE_SERVER:
        return only_on_one()
    if comparison.kind is ComparisonKind.VERSIONS:
        return different_versions()
    return missing_on(labels.get(comparison.server_id, ""))


def fill_compare(menu: QMenu, comparing: Comparing) -> None:
    """Which models are shown: all, or those that are not the same on all servers."""
    group = QActionGroup(menu)
    menu.setToolTipsVisible(True)
    labels = {server.id: server.label for server in comparing.servers}

    def offer(comparison: Comparison | None) -> QAction:
        words = comparison_words(comparison, labels) if comparison else tr("All models")
        action = add(menu, words.replace("&", "&&"))
        action.setCheckable(True)
        action.setChecked(comparison == comparing.current)
        action.triggered.connect(lambda: comparing.choose(comparison))
        group.addAction(action)
        return action

    for comparison in (
        None,
        Comparison(ComparisonKind.ONE_SERVER),
        Comparison(ComparisonKind.VERSIONS),
    ):
        offer(comparison)
    menu.addSeparator()
    for server in comparing.servers:
        action = offer(Comparison(ComparisonKind.MISSING, server.id))
        if not server.has_answer:
            action.setEnabled(False)
            action.setToolTip(tooltip(never_reached((server.label,))))


def fill_more(
    menu: QMenu,
    actions: Actions,
    columns: TableColumns,
    sort: tuple[str, bool],
    comparing: Comparing | None = None,
) -> None:
    """Everything that has no button of its own; `comparing` only where there is something to."""
    for submenu in menu.findChildren(QMenu, options=Qt.FindChildOption.FindDirectChildrenOnly):
        submenu.deleteLater()
    menu.clear()
    menu.setToolTipsVisible(True)
    menu.addAction(actions[Command.REFRESH])
    menu.addSeparator()
    for command in (Command.CHECK_UPDATES, Command.UPDATE_ALL):
        menu.addAction(actions[command])
    menu.addSeparator()
    for command in (Command.CREATE, Command.EXPORT_LIST, Command.IMPORT_LIST):
        menu.addAction(actions[command])
    menu.addSeparator()
    menu.addAction(actions[Command.SHOW_OLD_VERSIONS])
    if comparing is not None:
        compare = QMenu(tr("Compare servers"), menu)
        compare.setIcon(glyph("server", Theme.of(menu).text))
        fill_compare(compare, comparing)
        menu.addMenu(compare)
    menu.addSeparator()
    menu.addAction(actions[Command.DISK_SPACE])
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
        *(Command.HISTORY, Command.SETTINGS, Command.DOCTOR, Command.HELP),
        *(Command.DIAGNOSTICS, Command.ABOUT, Command.QUIT),
    ):
        menu.addAction(actions[command])
