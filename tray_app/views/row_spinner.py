"""RowSpinner: turns the spinners of busy rows, only while there are some and somebody looks."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, QRectF, QTimer
from PySide6.QtWidgets import QTableView

from tray_app.itemmodels.columns import NAME
from tray_app.itemmodels.model_table import ModelTableModel
from tray_app.views.components.progress import is_motion_reduced
from tray_app.views.models.cell_layout import icon_rect
from tray_app.views.models.delegate import ModelDelegate

_TURN_MS = 1000
_FRAME_MS = 40


class RowSpinner(QObject):
    """Repaints the icons of busy rows with the delegate's `turn` moved on."""

    def __init__(self, view: QTableView, model: ModelTableModel, delegate: ModelDelegate) -> None:
        super().__init__(view)
        self._view = view
        self._table = model
        self._delegate = delegate
        self._clock = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setInterval(_FRAME_MS)
        self._timer.timeout.connect(self._on_timer_timeout)
        model.dataChanged.connect(self._sync)
        model.update_ended.connect(self._sync)
        view.installEventFilter(self)

    @property
    def is_turning(self) -> bool:
        return self._timer.isActive()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Show, QEvent.Type.Hide):
            self._sync(is_shown=event.type() == QEvent.Type.Show)
        return super().eventFilter(watched, event)

    def _sync(self, *_: object, is_shown: bool | None = None) -> None:
        is_shown = self._view.isVisible() if is_shown is None else is_shown
        wanted = is_shown and self._table.has_busy and not is_motion_reduced(self._view)
        if wanted and not self._timer.isActive():
            self._clock.start()
            self._timer.start()
        elif not wanted:
            self._timer.stop()

    def _on_timer_timeout(self) -> None:
        self._delegate.turn = (self._clock.elapsed() % _TURN_MS) / _TURN_MS
        viewport = self._view.viewport()
        first = max(0, self._view.rowAt(0))
        last = self._view.rowAt(viewport.height() - 1)
        last = self._table.rowCount() - 1 if last < 0 else last
        is_rtl = self._view.layoutDirection().value == 1
        for row in range(first, last + 1):
            if self._table.row_at(row).busy is not None:
                cell = QRectF(self._view.visualRect(self._table.index(row, NAME)))
                viewport.update(icon_rect(cell, is_rtl).toAlignedRect())
