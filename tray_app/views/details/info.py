"""Tabs of names and values: the parameters, and the model info with its search."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QTreeWidgetItem, QVBoxLayout, QWidget

from tray_app.text import one_line, tr
from tray_app.views.components.buttons import Button, copy_text
from tray_app.views.components.inputs import SearchField
from tray_app.views.components.labels import ElidedLabel, PlainLabel
from tray_app.views.components.tables import CardTable, in_card
from tray_app.views.details.facts import cut, info_value, parameter_rows, raw_value, short_value
from tray_app.views.details.page import MARGINS
from tray_app.views.theme import TextRole, font

MAX_ROWS = 2_000
_VALUE_X = 336
_CELL_SIDE = 14
_WHOLE = Qt.ItemDataRole.UserRole + 8  # the value that a cell is too small for


class ValuePane(QPlainTextEdit):
    """Below a table: the whole value of the current row where its cell has no room for it.

    Items of the table have it in the role _WHOLE.
    """

    def __init__(self, table: CardTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._table = table
        self.setReadOnly(True)
        self.setFont(font(TextRole.MONO))
        self.setAccessibleName(tr("The whole value"))
        self.setTabChangesFocus(True)
        self.setMaximumHeight(160)
        self.hide()
        table.currentItemChanged.connect(self._on_table_current_item_changed)

    def _on_table_current_item_changed(self, item: QTreeWidgetItem | None) -> None:
        value = (item.data(1, _WHOLE) if item is not None else "") or ""
        shown = item.text(1) if item is not None else ""
        room = self._table.columnWidth(1) - 2 * _CELL_SIDE
        is_cut = value != shown or self.fontMetrics().horizontalAdvance(shown) > room
        if value and is_cut:
            self.setPlainText("\n\n".join(part for part in cut(value) if part))
        self.setVisible(bool(value) and is_cut)


class ParametersTab(QWidget):
    """The parameters that the model sets, one a row."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._raw = ""
        self.line = ElidedLabel("", TextRole.SECONDARY, parent=self)
        self._copy = Button(tr("&Copy"), "copy", small=True, parent=self)
        self._copy.setAutoDefault(False)
        self._copy.clicked.connect(self._on_copy_clicked)
        self.table = CardTable((tr("Parameter"), tr("Value")), (220, 200), self)
        self.table.setAccessibleName(tr("Parameters"))
        head = QHBoxLayout()
        head.addWidget(self.line, 1)
        head.addWidget(self._copy)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*MARGINS)
        layout.setSpacing(8)
        layout.addLayout(head)
        layout.addWidget(in_card(self.table, self), 1)
        self.pane = ValuePane(self.table, self)
        layout.addWidget(self.pane)

    def set_text(self, text: str) -> None:
        """Show the parameters of /api/show."""
        if text == self._raw:
            return
        self._raw = text
        self.pane.hide()
        self.table.clear()
        mono = font(TextRole.MONO)
        rows = parameter_rows(text)
        for name, value in rows[:MAX_ROWS]:
            item = self.table.add((name, short_value(value)))
            item.setData(1, _WHOLE, value)
            item.setFont(0, mono)
            item.setFont(1, mono)
        # English has no translation file that could bring its singular.
        self.line.setText(tr("1 value") if len(rows) == 1 else tr("%Ln values", "", len(rows)))

    def _on_copy_clicked(self) -> None:
        copy_text(self._copy, self._raw)


class ModelInfoTab(QWidget):
    """Keys and values, grouped by what stands before the first dot."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pairs: tuple[tuple[str, Any], ...] = ()
        self._groups: list[QTreeWidgetItem] = []
        self.search = SearchField(tr("Search keys and values"), self)
        self.search.setMaximumWidth(280)
        self.search.textChanged.connect(self._on_search_text_changed)
        self.count = PlainLabel("", TextRole.SECONDARY, wrap=False, parent=self)
        self._copy = Button(tr("&Copy all"), "copy", small=True, parent=self)
        self._copy.setAutoDefault(False)
        self._copy.clicked.connect(self._on_copy_clicked)
        self.table = CardTable(
            (tr("Key"), tr("Value")), (_VALUE_X, 200), self, row_height=30, grouped=True
        )
        self.table.setAccessibleName(tr("Model info"))
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self.search, 1)
        head.addStretch(1)
        head.addWidget(self.count)
        head.addWidget(self._copy)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*MARGINS)
        layout.setSpacing(12)
        layout.addLayout(head)
        layout.addWidget(in_card(self.table, self), 1)
        self.pane = ValuePane(self.table, self)
        layout.addWidget(self.pane)
        shortcut = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self._on_find)

    def set_pairs(self, pairs: tuple[tuple[str, Any], ...]) -> None:
        """Show the server's keys and values."""
        if pairs == self._pairs:
            return
        self._pairs = pairs
        self.pane.hide()
        self.table.clear()
        mono, strong = font(TextRole.MONO), font(TextRole.SECTION)
        groups: dict[str, QTreeWidgetItem] = {}
        for key, value in pairs[:MAX_ROWS]:
            head, dot, tail = key.partition(".")
            group_name = one_line(head if dot else tr("other"), 80)
            group = groups.get(group_name)
            if group is None:
                group = groups[group_name] = self.table.add((group_name,))
                group.setFont(0, strong)
                group.setFirstColumnSpanned(True)
            item = self.table.add((one_line(tail or key, 200), info_value(value)), group)
            item.setFont(0, mono)
            if isinstance(value, str | list | dict):
                item.setData(1, _WHOLE, raw_value(value))
        self._groups = list(groups.values())
        self.table.expandAll()
        self._filter()

    def visible_count(self) -> int:
        """How many values the search leaves."""
        return sum(not item.isHidden() for group in self._groups for item in _children(group))

    def _on_search_text_changed(self) -> None:
        self._filter()

    def _filter(self) -> None:
        wanted = self.search.text().strip().casefold().split()
        for group in self._groups:
            any_left = False
            for item in _children(group):
                line = f"{group.text(0)}.{item.text(0)} {item.text(1)}".casefold()
                is_match = all(word in line for word in wanted)
                item.setHidden(not is_match)
                any_left = any_left or is_match
            group.setHidden(not any_left)
        count = self.visible_count()
        text = tr("1 value") if count == 1 else tr("%Ln values", "", count)
        if len(self._pairs) > MAX_ROWS:
            text = tr("{count}, the rest is left out").format(count=text)
        self.count.setText(text)

    def _on_find(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def _on_copy_clicked(self) -> None:
        copy_text(self._copy, "\n".join(f"{k}: {raw_value(v)}" for k, v in self._pairs))


def _children(group: QTreeWidgetItem) -> list[QTreeWidgetItem]:
    found = (group.child(index) for index in range(group.childCount()))
    return [item for item in found if item is not None]
