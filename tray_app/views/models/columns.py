"""TableColumns: puts a ColumnLayout on the models table and takes a person's changes to it.

What a layout is, without widgets: column_layout.py. The headings themselves: header.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt, Signal

from tray_app.itemmodels.columns import COLUMNS, NUMBER, size_words
from tray_app.views.models.cell_layout import PAD, STATE_ROOM, row_fonts

if TYPE_CHECKING:
    from PySide6.QtWidgets import QTableView

    from tray_app.itemmodels.model_table import ModelTableModel
    from tray_app.views.models.column_layout import ColumnLayout
    from tray_app.views.models.header import ModelHeader

_SAMPLE_ROWS = 300
_FIT_MAX = 480


class TableColumns(QObject):
    """Signals: `changed` after a person chose, moved or resized columns, `sort_changed`,
    `menu_requested` (QPoint, global: the menu of the headings).
    """

    changed = Signal()
    sort_changed = Signal()
    menu_requested = Signal(object)  # QPoint

    def __init__(
        self,
        view: QTableView,
        header: ModelHeader,
        model: ModelTableModel,
        layout: ColumnLayout,
    ) -> None:
        super().__init__(view)
        self._view = view
        self._header = header
        self._table = model
        self.layout = layout
        self._shown: tuple[tuple[str, int], ...] = ()
        header.sectionClicked.connect(self._on_header_clicked)
        header.column_resized.connect(self._on_header_column_resized)
        header.fit_requested.connect(self.fit)
        header.order_dragged.connect(self._on_header_order_dragged)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._on_header_menu_requested)

    @property
    def shown(self) -> tuple[str, ...]:
        """The columns on screen, left to right."""
        return tuple(key for key, _ in self._shown)

    @property
    def without_room(self) -> frozenset[str]:
        """The columns that were chosen, and that the window is too narrow for."""
        return frozenset(self.layout.keys) - set(self.shown)

    def arrange(self) -> None:
        """Show, order and size the columns for the present width."""
        titles = {column.key: self._header.title_width(n) for n, column in enumerate(COLUMNS)}
        least = {"size": self._words_width(size_words())}
        arranged = self.layout.arrange(self._view.viewport().width(), titles, least)
        if arranged == self._shown:
            return
        self._shown = arranged
        header = self._header
        header.blockSignals(True)
        shown = {NUMBER[key] for key, _ in arranged}
        for place, (key, width) in enumerate(arranged):
            column = NUMBER[key]
            header.moveSection(header.visualIndex(column), place)
            header.setSectionHidden(column, False)
            header.resizeSection(column, width)
        for column in range(len(COLUMNS)):
            if column not in shown:
                header.setSectionHidden(column, True)
        header.blockSignals(False)
        self._view.updateGeometries()
        header.viewport().update()
        self._view.viewport().update()

    def set_several(self, is_several: bool) -> None:
        """Whether models of several servers are listed: then each row names its own."""
        if is_several != self.layout.auto_server:
            self.layout.auto_server = is_several
            self.arrange()

    def set_updates(self, are_updates: bool) -> None:
        """Whether only models with a newer version are listed: then each row tells what of it is
        to be downloaded."""
        if are_updates != self.layout.auto_updates:
            self.layout.auto_updates = are_updates
            self.arrange()

    def fit(self, key: str) -> None:
        """Make a column as wide as what it shows, judged by samples."""
        if key == "name":
            return
        self.layout.set_width(key, self._wanted_width(key))
        self._tell()

    def fit_all(self) -> None:
        """The same for all columns on screen."""
        for key in self.shown[1:]:
            self.layout.set_width(key, self._wanted_width(key))
        self._tell()

    def choose(self, key: str, is_on: bool) -> None:
        """Show or hide a column."""
        self.layout.toggle(key, is_on)
        self._tell()

    def reset(self) -> None:
        """The columns of the first day."""
        self.layout.reset()
        self._tell()

    def _tell(self) -> None:
        self.arrange()
        self.changed.emit()

    def _words_width(self, words: Iterable[str]) -> int:
        metrics = row_fonts().metrics
        widest = max((metrics.horizontalAdvance(each) for each in words), default=0.0)
        return int(widest + 0.999) + 2 * PAD

    def _wanted_width(self, key: str) -> int:
        column = NUMBER[key]
        fonts = row_fonts()
        metrics = fonts.mono_metrics if key == "digest" else fonts.metrics
        rows = self._table.rows
        step = max(1, len(rows) // _SAMPLE_ROWS)
        samples = rows[::step]
        words = [self._table.cell_text(row, column) for row in samples]
        widest = max((metrics.horizontalAdvance(text) for text in words), default=0.0)
        if key == "server" and any(row.is_stale for row in samples):
            widest += STATE_ROOM
        return min(_FIT_MAX, max(int(widest + 0.999), self._header.title_width(column)) + 2 * PAD)

    def _on_header_menu_requested(self, pos: QPoint) -> None:
        self.menu_requested.emit(self._header.mapToGlobal(pos))

    def _on_header_column_resized(self, key: str) -> None:
        self.layout.set_width(key, self._header.sectionSize(NUMBER[key]))
        self._tell()

    def _on_header_order_dragged(self) -> None:
        shown = [COLUMNS[self._header.logicalIndex(v)].key for v in range(self._header.count())]
        chosen = set(self.layout.keys)
        self.layout.set_keys([key for key in shown if key in chosen])
        self._shown = ()
        self._tell()

    def _on_header_clicked(self, column: int) -> None:
        key, is_descending = self._table.sort_column
        clicked = COLUMNS[column]
        turned = not is_descending if clicked.key == key else clicked.is_descending_first
        self.sort_by(clicked.key, turned)

    def sort_by(self, key: str, is_descending: bool) -> None:
        """Sort, and tell that a person wished it."""
        self._table.set_sort(key, is_descending)
        self._header.viewport().update()
        self.sort_changed.emit()
