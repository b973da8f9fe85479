"""ListPlanModel: the lines of an import's plan and their ticks, for a list view.

Which lines there are is fixed once a list is set; what they say follows the facts, and a tick that
a person has made stays theirs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from tray_app.core.lists.planning import PlanLine, in_order
from tray_app.text import tooltip
from tray_app.text.lists import line_name, line_tip, spoken_line

_DISPLAY = Qt.ItemDataRole.DisplayRole.value
_CHECKED = Qt.ItemDataRole.CheckStateRole.value
_TOOLTIP = Qt.ItemDataRole.ToolTipRole.value
_SPOKEN = Qt.ItemDataRole.AccessibleTextRole.value
_ANY_INDEX = QModelIndex | QPersistentModelIndex
_ENABLED = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


class ListPlanModel(QAbstractListModel):
    """Signals: `ticks_changed` when a person has ticked something. Thread: GUI."""

    ticks_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.is_json = False
        self._lines: list[PlanLine] = []
        self._rows: dict[int, int] = {}  # by number of the line
        self._ticks: dict[int, bool] = {}

    # Reading.

    @property
    def lines(self) -> Sequence[PlanLine]:
        """In the order in which they are shown."""
        return self._lines

    def line(self, row: int) -> PlanLine:
        return self._lines[row]

    def is_ticked(self, line: PlanLine) -> bool:
        """Whether it is to be done: as a person said, else as it is at first."""
        return line.can_tick and self._ticks.get(line.number, line.is_ticked_first)

    def rowCount(self, parent: _ANY_INDEX = QModelIndex()) -> int:  # noqa: B008 - as Qt has it
        return 0 if parent.isValid() else len(self._lines)

    def data(self, index: _ANY_INDEX, role: int = _DISPLAY) -> object:
        if not index.isValid():
            return None
        line = self._lines[index.row()]
        if role == _DISPLAY:
            return line_name(line, is_json=self.is_json)
        if role == _CHECKED:
            return self._check_state(line)
        if role == _TOOLTIP:
            return tooltip(line_tip(line)) or None
        if role == _SPOKEN:
            return spoken_line(line, is_ticked=self.is_ticked(line), is_json=self.is_json)
        return None

    def _check_state(self, line: PlanLine) -> Qt.CheckState | None:
        if not line.can_tick:
            return None
        return Qt.CheckState.Checked if self.is_ticked(line) else Qt.CheckState.Unchecked

    def flags(self, index: _ANY_INDEX) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        can_tick = self._lines[index.row()].can_tick
        return _ENABLED | Qt.ItemFlag.ItemIsUserCheckable if can_tick else _ENABLED

    def setData(self, index: _ANY_INDEX, value: object, role: int = _CHECKED) -> bool:
        if role != _CHECKED or not index.isValid():
            return False
        return self.tick([index.row()], value in (Qt.CheckState.Checked, 2))

    # Changing.

    def set_list(self, lines: Iterable[PlanLine], *, is_json: bool = False) -> None:
        """Another list, or another server: nothing is ticked by a person yet."""
        self.beginResetModel()
        self.is_json = is_json
        self._ticks.clear()
        self._take(in_order(lines))
        self.endResetModel()

    def set_lines(self, lines: Iterable[PlanLine]) -> None:
        """The same lines, as they stand now; they keep their places."""
        changed = []
        for line in lines:
            row = self._rows[line.number]
            if self._lines[row] != line:
                self._lines[row] = line
                changed.append(row)
        for first, last in _runs(sorted(changed)):
            self.dataChanged.emit(self.index(first), self.index(last))

    def put_in_order(self) -> None:
        """All is known: what can be chosen comes first."""
        wanted = in_order(self._lines)
        if wanted == self._lines:
            return
        self.layoutAboutToBeChanged.emit()
        before = [(index, self._lines[index.row()].number) for index in self.persistentIndexList()]
        self._take(wanted)
        for index, number in before:
            self.changePersistentIndex(index, self.index(self._rows[number]))
        self.layoutChanged.emit()

    def tick(self, rows: Iterable[int], is_on: bool) -> bool:
        """Have these done, or not; those without a choice are left out. Whether any changed."""
        changed = [
            row
            for row in rows
            if self._lines[row].can_tick and self.is_ticked(self._lines[row]) is not is_on
        ]
        for row in changed:
            self._ticks[self._lines[row].number] = is_on
        for first, last in _runs(sorted(changed)):
            self.dataChanged.emit(self.index(first), self.index(last), [_CHECKED, _SPOKEN])
        if changed:
            self.ticks_changed.emit()
        return bool(changed)

    def _take(self, lines: list[PlanLine]) -> None:
        self._lines = lines
        self._rows = {line.number: row for row, line in enumerate(lines)}


def _runs(rows: Sequence[int]) -> list[tuple[int, int]]:
    """Ascending numbers as first and last of each run."""
    runs: list[tuple[int, int]] = []
    for row in rows:
        if runs and runs[-1][1] == row - 1:
            runs[-1] = (runs[-1][0], row)
        else:
            runs.append((row, row))
    return runs
