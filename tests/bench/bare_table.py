"""The floor of the models table: rows in a Python list, shown by a plain QTableView."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QHeaderView, QTableView

from tray_app.core.records import ModelRecord

_DISPLAY = int(Qt.ItemDataRole.DisplayRole)


class BareTable(QAbstractTableModel):
    """Name, parameters, quantization and size of models: texts made once, nothing else."""

    def __init__(self, records: tuple[ModelRecord, ...]) -> None:
        super().__init__()
        self.all = [_cells(record) for record in records]
        self._rows = list(self.all)

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else 4

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = _DISPLAY) -> Any:
        return self._rows[index.row()][index.column()] if role == _DISPLAY else None

    def show(self, records: tuple[ModelRecord, ...]) -> None:
        """Other rows, by a reset, as simple programs do."""
        self.beginResetModel()
        self.all = [_cells(record) for record in records]
        self._rows = list(self.all)
        self.endResetModel()

    def sort_by(self, column: int) -> None:
        """Another order."""
        self.layoutAboutToBeChanged.emit()
        self._rows.sort(key=lambda row: row[column])
        self.layoutChanged.emit()

    def search(self, word: str) -> None:
        """Only rows whose name holds `word`."""
        self.layoutAboutToBeChanged.emit()
        self._rows = [row for row in self.all if word in row[0]]
        self.layoutChanged.emit()


def bare_view(model: BareTable | None = None) -> QTableView:
    """A table in a window of the size of ours."""
    view = QTableView()
    if model is not None:
        view.setModel(model)
    view.verticalHeader().hide()
    view.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    view.resize(960, 600)
    return view


def _cells(record: ModelRecord) -> tuple[str, str, str, str]:
    details = record.details
    size = f"{(record.size_bytes or 0) / 1e9:6.1f} GB"
    return record.name, details.parameter_size, details.quantization_level, size
