"""Menus of the main window: a model's row, the server switcher, More, the table's headings.

Each is filled when it is about to show, from what is so at that moment.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from tray_app.itemmodels.columns import COLUMNS, DEFAULT_KEYS, NUMBER, column_title
from tray_app.text import tooltip, tr
from tray_app.views.components.glyphs import glyph
from tray_app.views.main_window.actions import ModelActions
from tray_app.views.models.columns import TableColumns
from tray_app.views.shortcuts import hint
from tray_app.views.theme import Theme

Slot = Callable[[], object]


def add(
    menu: QMenu,
    text: str,
    slot: Slot | None = None,
    *,
    icon: str = "",
    keys: str = "",
    reason: str = "",
) -> QAction:
    """An entry; `keys` names its shortcut, `reason` says why it cannot be used now."""
    action = QAction(f"{text}\t{hint(keys)}" if keys else text, menu)
    if icon:
        action.setIcon(glyph(icon, Theme.of(menu).text))
    if reason:
        action.setEnabled(False)
        action.setToolTip(tooltip(reason))
    if slot is not None:
        action.triggered.connect(slot)
    menu.addAction(action)
    return action


def row_menu(actions: ModelActions, copy: Callable[[str], None], parent: QWidget) -> QMenu:
    """The menu of the selected models."""
    menu = _menu(parent)
    reasons = actions.reasons
    details = add(
        menu,
        tr("Show details"),
        actions.details,
        icon="info",
        keys="details",
        reason=reasons.details,
    )
    menu.setDefaultAction(details)
    word, icon = (tr("Unload"), "eject") if actions.is_unload else (tr("Load"), "load")
    add(menu, word, actions.load_or_unload, icon=icon, keys="load", reason=reasons.load)
    keep_reason = reasons.load or ("" if len(actions.rows) == 1 else tr("Select one model only"))
    keep = add(menu, tr("Keep loaded"), reason=keep_reason)
    keep.setCheckable(True)
    keep.setChecked(actions.is_kept)
    keep.triggered.connect(actions.keep_loaded)
    menu.addSeparator()
    add(menu, tr("Update"), actions.update, icon="update", keys="update", reason=reasons.update)
    menu.addSeparator()
    word = tr("Copy name") if len(actions.rows) < 2 else tr("Copy names")
    add(menu, word, lambda: copy(actions.names()), icon="copy", keys="copy")
    if command := actions.run_command():
        add(menu, tr("Copy “ollama run” command"), lambda: copy(command))
    if url := actions.page_url:
        is_hf = "huggingface" in url
        word = tr("Open page on Hugging Face") if is_hf else tr("Open page on ollama.com")
        add(menu, word, actions.open_page, icon="external")
    menu.addSeparator()
    add(
        menu,
        tr("Duplicate…"),
        actions.duplicate,
        icon="duplicate",
        keys="duplicate",
        reason=reasons.duplicate,
    )
    add(menu, tr("Delete…"), actions.delete, icon="trash", keys="delete", reason=reasons.delete)
    return menu


def fill_columns(menu: QMenu, columns: TableColumns) -> None:
    """The choice of columns; Name and Size are always there."""
    menu.clear()
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
            action = add(menu, column_title(key))
            action.setCheckable(True)
            action.setChecked(key in columns.layout.keys)
            action.setEnabled(key != "size")
            action.toggled.connect(lambda is_on, key=key: columns.choose(key, is_on))
        menu.addSeparator()
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


def _menu(parent: QWidget) -> QMenu:
    menu = QMenu(parent)
    menu.setToolTipsVisible(True)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return menu
