"""KeyedTable: a table over a Python list that changes by keyed differences, never by a reset.

What is shown and in which order is the business of the subclass; this file turns "these rows
now, and these of them have changed" into the fewest signals that keep selection, current row and
persistent indexes true.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from itertools import compress, count
from operator import not_
from typing import ClassVar, Generic, TypeAlias, TypeVar

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Signal,
)

AnyIndex: TypeAlias = QModelIndex | QPersistentModelIndex
R = TypeVar("R")

# Above this many separate runs one layout change and one run are cheaper for the views.
MAX_RUNS = 32
# The overload with a hint; PySide's default one has no arguments.
_LAYOUT = "QList<QPersistentModelIndex>,QAbstractItemModel::LayoutChangeHint"
_VERTICAL = QAbstractItemModel.LayoutChangeHint.VerticalSortHint


class KeyedTable(QAbstractTableModel, Generic[R]):
    """A table whose rows are Python objects, told apart by identity.

    Signals: `update_started` and `update_ended` stand around every batch of row signals, so that
    a view can keep its scroll position.
    """

    CHANGED_ROLES: ClassVar[list[int]] = []
    """The roles that may differ in a row that has changed; [] = all."""

    update_started = Signal()
    update_ended = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[R] = []
        # Where each row is shown; None after rows came, went or moved, until somebody asks.
        self._numbers: dict[R, int] | None = None

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def row_at(self, number: int) -> R:
        """The row shown at `number`."""
        return self._rows[number]

    @property
    def rows(self) -> Sequence[R]:
        """The rows shown, top to bottom. Not to be changed."""
        return self._rows

    def _show(self, target: list[R], changed: AbstractSet[R] = frozenset()) -> None:
        """Show `target`, whose rows in `changed` differ from what was shown of them."""
        if target == self._rows:
            # What most often changes is something about a few of thousands that keep their places.
            if changed and (numbers := self._numbers_of(changed)):
                self.update_started.emit()
                self._tell_rows(numbers)
                self.update_ended.emit()
            return
        self.update_started.emit()
        wanted, shown = set(target), set(self._rows)
        if gone := shown - wanted:
            self._remove(_places(gone, self._rows))
        if changed:
            self._tell_rows(_places(changed, self._rows))
        if new := wanted - shown:
            self._insert(target, new)
        else:
            self._reorder(target)
        self.update_ended.emit()

    def _remove(self, gone: list[int]) -> None:
        pieces = _runs(gone)
        if len(pieces) > MAX_RUNS:
            leaving = set(gone)
            kept = [row for i, row in enumerate(self._rows) if i not in leaving]
            self._reorder(kept + [self._rows[i] for i in gone])
            pieces = [(len(kept), len(self._rows) - 1)]
        for first, last in reversed(pieces):
            self.beginRemoveRows(QModelIndex(), first, last)
            del self._rows[first : last + 1]
            self._numbers = None
            self.endRemoveRows()

    def _tell_rows(self, numbers: list[int]) -> None:
        pieces = _runs(numbers)
        if len(pieces) > MAX_RUNS:
            # Who shows a few of thousands asks less often so.
            pieces = [(numbers[0], numbers[-1])]
        for first, last in pieces:
            corner = self.index(last, self.columnCount() - 1)
            self.dataChanged.emit(self.index(first, 0), corner, self.CHANGED_ROLES)

    def _insert(self, target: list[R], new: AbstractSet[R]) -> None:
        places = _places(new, target)
        pieces = _runs(places)
        if len(pieces) > MAX_RUNS:
            end = len(self._rows)
            self.beginInsertRows(QModelIndex(), end, end + len(places) - 1)
            self._rows = self._rows + [target[i] for i in places]
            self._numbers = None
            self.endInsertRows()
            self._reorder(target)
            return
        self._reorder(list(compress(target, map(not_, map(new.__contains__, target)))))
        for first, last in pieces:
            self.beginInsertRows(QModelIndex(), first, last)
            self._rows[first:first] = target[first : last + 1]
            self._numbers = None
            self.endInsertRows()

    def _reorder(self, target: list[R]) -> None:
        """Bring the same rows into another order; persistent indexes move with their rows."""
        if target == self._rows:
            return
        self.layoutAboutToBeChanged[_LAYOUT].emit([], _VERTICAL)  # type: ignore[index]
        before = self.persistentIndexList()
        if before:
            held = {self._rows[index.row()] for index in before}
            numbers = {row: i for i, row in enumerate(target) if row in held}
            moved = [self.index(numbers[self._rows[i.row()]], i.column()) for i in before]
            self._rows, self._numbers = list(target), None
            self.changePersistentIndexList(before, moved)
        else:
            self._rows, self._numbers = list(target), None
        self.layoutChanged[_LAYOUT].emit([], _VERTICAL)  # type: ignore[index]

    def _numbers_of(self, rows: AbstractSet[R]) -> list[int]:
        """Where these are shown, from top to bottom."""
        numbers = self._known_numbers()
        return sorted(numbers[row] for row in rows if row in numbers)

    def _known_numbers(self) -> dict[R, int]:
        if self._numbers is None:
            self._numbers = dict(zip(self._rows, range(len(self._rows)), strict=True))
        return self._numbers

    def _index_of(self, row: R) -> QModelIndex:
        """The index of the first cell of `row`; invalid when it is not shown."""
        number = self._known_numbers().get(row)
        return QModelIndex() if number is None else self.index(number, 0)


def _places(some: AbstractSet[R], rows: Sequence[R]) -> list[int]:
    """The numbers of some of thousands of rows."""
    return list(compress(count(), map(some.__contains__, rows)))


def _runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Ascending row numbers → inclusive runs: [1, 2, 3, 7] → [(1, 3), (7, 7)]."""
    result: list[tuple[int, int]] = []
    for number in numbers:
        if result and number == result[-1][1] + 1:
            result[-1] = (result[-1][0], number)
        else:
            result.append((number, number))
    return result
