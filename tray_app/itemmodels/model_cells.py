"""ModelCells: what the models table answers to `data()`: words, tooltips, spoken texts, roles.

Which rows are shown and in which order is model_table.py.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, Qt

from tray_app import text
from tray_app.core.records import ModelRecord
from tray_app.core.sharing import LayerIndex
from tray_app.itemmodels import columns, roles, row_texts
from tray_app.itemmodels.columns import COLUMNS, MODIFIED, NAME, SIZE
from tray_app.itemmodels.keyed_table import AnyIndex, KeyedTable
from tray_app.itemmodels.row_store import CONTENT, LABEL, STATE
from tray_app.itemmodels.rows import ModelRow
from tray_app.text import tr

_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_HORIZONTAL = Qt.Orientation.Horizontal
_FLAGS = (
    Qt.ItemFlag.ItemIsSelectable
    | Qt.ItemFlag.ItemIsEnabled
    | Qt.ItemFlag.ItemIsDragEnabled
    | Qt.ItemFlag.ItemNeverHasChildren
)
WORDS = [roles.DISPLAY, roles.TOOL_TIP, roles.ACCESSIBLE_TEXT]
_CONTENT_ROLES = [*WORDS, roles.RECORD_ROLE, roles.ROW_ROLE, roles.BADGES_ROLE, roles.KIND_ROLE]
_STATE_ROLES = [*WORDS, roles.ROW_ROLE, roles.BADGES_ROLE, roles.RUNNING_ROLE, roles.BUSY_ROLE]


class ModelCells(KeyedTable[ModelRow]):
    """The reading side of the models table. `now` is the time by which ages are shown."""

    def __init__(self, now: datetime, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._now = now
        self._layer_index = LayerIndex()

    @property
    def now(self) -> datetime:
        return self._now

    def records(self, server_id: str) -> tuple[ModelRecord, ...]:
        """All models of a server, in its order."""
        raise NotImplementedError

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        return _FLAGS if index.isValid() else Qt.ItemFlag.NoItemFlags

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = roles.DISPLAY
    ) -> Any:
        if orientation != _HORIZONTAL or not 0 <= section < len(COLUMNS):
            return None
        if role == roles.DISPLAY:
            return columns.column_title(COLUMNS[section].key)
        if role == roles.ALIGNMENT:
            return _RIGHT if COLUMNS[section].is_right else _LEFT
        return None

    def data(self, index: AnyIndex, role: int = roles.DISPLAY) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == roles.DISPLAY:
            return self.cell_text(row, index.column())
        if role == roles.ROW_ROLE:
            return row
        answer = self._ANSWERS.get(role)
        return answer(self, row, index.column()) if answer else None

    def cell_text(self, row: ModelRow, column: int) -> str:
        """The words of one cell."""
        if column == MODIFIED:
            return text.age(row.record.modified_at, self._now)
        return (row.cells or columns.cells(row))[column]

    def _tool_tip(self, row: ModelRow, column: int) -> str | None:
        record = row.record
        if column == SIZE:
            return text.tooltip(
                row_texts.size_tip(record, self.records(record.server_id), self._layer_index)
            )
        if column == MODIFIED:
            return text.tooltip(text.full_time(record.modified_at)) or None
        if column == NAME:
            return text.tooltip(record.name)
        if COLUMNS[column].key == "digest":
            return text.tooltip(record.digest) or None
        return None

    def _spoken(self, row: ModelRow, column: int) -> str:
        if column == NAME:
            return row_texts.spoken_name(row)
        shown = self.cell_text(row, column)
        if column == SIZE:
            return row_texts.spoken_size(row, shown)
        return tr("not known") if shown == text.MISSING else shown

    def _alignment(self, row: ModelRow, column: int) -> int:
        return _RIGHT if COLUMNS[column].is_right else _LEFT

    _ANSWERS: dict[int, Callable[[ModelCells, ModelRow, int], Any]] = {
        roles.TOOL_TIP: _tool_tip,
        roles.ACCESSIBLE_TEXT: _spoken,
        roles.ALIGNMENT: _alignment,
        roles.RECORD_ROLE: lambda _, row, __: row.record,
        roles.BADGES_ROLE: lambda _, row, __: row.badges,
        roles.KIND_ROLE: lambda _, row, __: row.kind,
        roles.RUNNING_ROLE: lambda _, row, __: row.running,
        roles.BUSY_ROLE: lambda _, row, __: row.busy,
    }

    def _roles(self, flags: int) -> list[int]:
        if flags & CONTENT:
            return [] if flags & STATE else _CONTENT_ROLES
        return WORDS if flags == LABEL else _STATE_ROLES
