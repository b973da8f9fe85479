"""The spinner: the one sign of waiting for an unknown time."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QRectF, Qt, QTimer
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QWidget

from tray_app.views.components.progress import is_motion_reduced
from tray_app.views.components.safe_paint import guarded
from tray_app.views.theme import Theme, mix

_TURN_MS = 1000
_FRAME_MS = 33
_ARC = 100


def paint_spinner(painter: QPainter, rect: QRectF, theme: Theme, turn: float) -> None:
    """A spinner in `rect` at `turn` (0…1 of a revolution, clockwise)."""
    width = max(2.0, rect.width() / 10)
    ring = rect.adjusted(width / 2, width / 2, -width / 2, -width / 2)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(mix(theme.base, theme.text, 0.14), width))
    painter.drawEllipse(ring)
    pen = QPen(theme.accent, width)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    start = 90 - turn * 360
    painter.drawArc(ring, round(start * 16), round(-_ARC * 16))


class Spinner(QWidget):
    """Turns while it is visible; stands still when the system asks for no motion."""

    def __init__(self, size: int = 16, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clock = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setInterval(_FRAME_MS)
        self._timer.timeout.connect(self.update)
        self.setFixedSize(size, size)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not is_motion_reduced(self):
            self._clock.start()
            self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        turn = (self._clock.elapsed() % _TURN_MS) / _TURN_MS if self._clock.isValid() else 0.0
        paint_spinner(QPainter(self), QRectF(self.rect()), Theme.of(self), turn)
