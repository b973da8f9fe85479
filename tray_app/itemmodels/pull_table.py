"""PullTableModel: the downloads as a table, in the queue's order.

Keeps the last PullItem of each download for whoever is built later than it; the words for its
state are tray_app.text's.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QModelIndex, Qt, Signal

from tray_app import text
from tray_app.core.pulls.states import PullItem
from tray_app.itemmodels import roles
from tray_app.itemmodels.keyed_table import AnyIndex, KeyedTable
from tray_app.text import tr

NAME, PROGRESS = range(2)


class _Row:
    """Holds the newest item of one download; rows are told apart by identity."""

    __slots__ = ("item",)

    def __init__(self, item: PullItem) -> None:
        self.item = item


class PullTableModel(KeyedTable[_Row]):
    """Downloads by id. Beside the usual signals it passes on whole items, for widgets per row.

    Signals: `item_set` (PullItem, new or changed), `item_removed` (id), `order_changed`.
    Thread: GUI.
    """

    CHANGED_ROLES = [roles.DISPLAY]

    item_set = Signal(object)  # PullItem
    item_removed = Signal(str)
    order_changed = Signal()

    def set_item(self, item: PullItem) -> None:
        """Add a download at the end, or tell how it stands now."""
        row = self._row(item.id)
        if row is None:
            self._show([*self._rows, _Row(item)])
        elif row.item == item:
            return
        else:
            row.item = item
            self._show(list(self._rows), {row})
        self.item_set.emit(item)

    def remove(self, item_id: str) -> None:
        """Take a download out."""
        row = self._row(item_id)
        if row is not None:
            self._show([other for other in self._rows if other is not row])
            self.item_removed.emit(item_id)

    def set_order(self, ids: Iterable[str]) -> None:
        """Show the downloads in this order; those that are not named follow behind."""
        places = {item_id: place for place, item_id in enumerate(ids)}
        end = len(places)
        before = self.ids
        self._show(sorted(self._rows, key=lambda row: places.get(row.item.id, end)))
        if self.ids != before:
            self.order_changed.emit()

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids, top to bottom."""
        return tuple(row.item.id for row in self._rows)

    @property
    def items(self) -> tuple[PullItem, ...]:
        """The downloads, top to bottom."""
        return tuple(row.item for row in self._rows)

    def item(self, item_id: str) -> PullItem | None:
        row = self._row(item_id)
        return row.item if row else None

    def _row(self, item_id: str) -> _Row | None:
        # No second list by id: a listener in the middle of a change would find them at odds.
        return next((row for row in self._rows if row.item.id == item_id), None)

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else 2

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = roles.DISPLAY
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal or role != roles.DISPLAY:
            return None
        return tr("Name") if section == NAME else tr("Progress")

    def data(self, index: AnyIndex, role: int = roles.DISPLAY) -> Any:
        if not index.isValid():
            return None
        item = self._rows[index.row()].item
        if role == roles.DISPLAY:
            if index.column() == NAME:
                return item.name
            progress = item.progress
            return text.percent(progress.permille) if progress else ""
        return None
