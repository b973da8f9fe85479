"""A replica of a table, kept up to date by nothing but the model's signals.

QAbstractItemModelTester misses a silent insert and a begin without an end; a replica that differs
from the model shows both.
"""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex
from PySide6.QtTest import QAbstractItemModelTester

from tray_app.itemmodels.keyed_table import KeyedTable


class Replica(QObject):
    """Follows `model`; `rows` is what a view would show, `log` the signals in words."""

    def __init__(self, model: KeyedTable[Any]) -> None:
        super().__init__()
        self.model = model
        self.log: list[str] = []
        self.rows: list[list[str]] = self.truth()
        self._pending = ""
        self._kept: list[tuple[QPersistentModelIndex, str]] = []
        self.look: Callable[[], object] = lambda: None
        """Called at every signal: what a listener may read then, with its own assertions."""
        self._tester = QAbstractItemModelTester(
            model, QAbstractItemModelTester.FailureReportingMode.Fatal
        )
        model.rowsAboutToBeRemoved.connect(self._on_about_to_remove)
        model.rowsRemoved.connect(self._on_removed)
        model.rowsAboutToBeInserted.connect(self._on_about_to_insert)
        model.rowsInserted.connect(self._on_inserted)
        model.dataChanged.connect(self._on_changed)
        model.layoutAboutToBeChanged.connect(self._on_about_to_move)
        model.layoutChanged.connect(self._on_moved)
        model.modelReset.connect(self._on_reset)

    def truth(self) -> list[list[str]]:
        """What the model says now, cell by cell."""
        return [self._row(row) for row in range(self.model.rowCount())]

    def names(self) -> list[str]:
        """The first column of the replica."""
        return [row[0] for row in self.rows]

    def take_log(self) -> list[str]:
        """The signals since the last call."""
        log, self.log = self.log, []
        return log

    def check(self) -> None:
        """Fail when the signals told something else than the model says."""
        assert not self._pending, f"begin without end: {self._pending}"
        assert self.rows == self.truth()

    def _row(self, row: int) -> list[str]:
        index = self.model.index
        return [str(index(row, column).data()) for column in range(self.model.columnCount())]

    def _begin(self, what: str) -> None:
        self.look()
        assert not self._pending, f"{what} inside {self._pending}"
        self._pending = what

    def _end(self, what: str) -> None:
        assert self._pending == what, f"end of {what} inside {self._pending!r}"
        self._pending = ""
        self.log.append(what)
        self.look()

    def _on_about_to_remove(self, _: QModelIndex, first: int, last: int) -> None:
        self._begin(f"remove {first}-{last}")

    def _on_removed(self, _: QModelIndex, first: int, last: int) -> None:
        self._end(f"remove {first}-{last}")
        del self.rows[first : last + 1]
        assert len(self.rows) == self.model.rowCount()

    def _on_about_to_insert(self, _: QModelIndex, first: int, last: int) -> None:
        self._begin(f"insert {first}-{last}")

    def _on_inserted(self, _: QModelIndex, first: int, last: int) -> None:
        self._end(f"insert {first}-{last}")
        self.rows[first:first] = [self._row(row) for row in range(first, last + 1)]
        assert len(self.rows) == self.model.rowCount()

    def _on_changed(self, top: QModelIndex, bottom: QModelIndex, roles: list[int]) -> None:
        self.log.append(f"change {top.row()}-{bottom.row()}")
        self.look()
        assert 0 not in roles[1:] or not roles
        for row in range(top.row(), bottom.row() + 1):
            self.rows[row][top.column() : bottom.column() + 1] = self._row(row)[
                top.column() : bottom.column() + 1
            ]

    def _on_about_to_move(self) -> None:
        self._begin("move")
        # Every row is followed by a persistent index, as selections are.
        self._kept = [
            (QPersistentModelIndex(self.model.index(row, 0)), name)
            for row, name in enumerate(self.names())
        ]

    def _on_moved(self) -> None:
        self._end("move")
        rows = self.rows
        moved: list[list[str]] = [[]] * len(rows)
        for old, (index, _) in enumerate(self._kept):
            moved[index.row()] = rows[old]
        self.rows = moved
        self._kept = []

    def _on_reset(self) -> None:
        raise AssertionError("the model was reset")
