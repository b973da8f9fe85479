"""ScrollKeeper: what a person looks at stays where it is while rows come and go above it."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPersistentModelIndex
from PySide6.QtWidgets import QTableView

from tray_app.itemmodels.model_table import ModelTableModel

# When the topmost row itself goes, the next ones are held on to.
_ANCHORS = 12


class ScrollKeeper(QObject):
    """Remembers the topmost rows before a batch of changes and puts them back afterwards.

    At the very top nothing is kept: new rows shall be seen there.
    """

    def __init__(self, view: QTableView, model: ModelTableModel) -> None:
        super().__init__(view)
        self._view = view
        self._anchors: list[tuple[QPersistentModelIndex, int]] = []
        self._search = ""
        self._table = model
        model.update_started.connect(self._on_table_update_started)
        model.update_ended.connect(self._on_table_update_ended)

    def _on_table_update_started(self) -> None:
        view = self._view
        self._anchors = []
        if view.verticalScrollBar().value() == 0:
            return
        top = view.rowAt(0)
        if top < 0:
            return
        last = min(top + _ANCHORS, self._table.rowCount())
        self._anchors = [
            (QPersistentModelIndex(self._table.index(row, 0)), view.rowViewportPosition(row))
            for row in range(top, last)
        ]

    def _on_table_update_ended(self) -> None:
        anchors, self._anchors = self._anchors, []
        found = next(((i, offset) for i, offset in anchors if i.isValid()), None)
        if found is None:
            return
        index, offset = found
        view = self._view
        # The scroll bar learns of the new height only when the geometry is worked out.
        view.updateGeometries()
        bar = view.verticalScrollBar()
        bar.setValue(bar.value() + view.rowViewportPosition(index.row()) - offset)
