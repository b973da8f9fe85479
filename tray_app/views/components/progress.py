"""Progress bars: thin, in one colour or in segments. They run 0…1000, never bytes."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QEasingCurve,
    QElapsedTimer,
    QRectF,
    QSize,
    Qt,
    QTimer,
    QVariantAnimation,
)
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPainterPath, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QProgressBar, QSizePolicy, QStyle, QWidget

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.views.components.safe_paint import guarded
from tray_app.views.theme import Theme, mix

FULL = 1000
_PASS_MS = 1400
_MOVING_PART = 0.28
_GROW_MS = 150
_FRAME_MS = 33


def is_motion_reduced(widget: QWidget) -> bool:
    """Whether the system asks for no animations."""
    hint = QStyle.StyleHint.SH_Widget_Animation_Duration
    return widget.style().styleHint(hint, None, widget) == 0


class ThinProgressBar(QProgressBar):
    """A slim bar. `set_permille(None)` makes it indeterminate; grey while nothing moves."""

    def __init__(self, height: int = 6, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_idle = False
        self._is_moving = False
        self._shown = 0.0
        self._clock = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setInterval(_FRAME_MS)
        self._timer.timeout.connect(self.update)
        self._growth = QVariantAnimation(self)
        self._growth.setDuration(_GROW_MS)
        self._growth.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._growth.valueChanged.connect(self._on_growth_value_changed)
        self.setRange(0, FULL)
        self.setTextVisible(False)
        self.setFixedHeight(height)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def is_indeterminate(self) -> bool:
        return self._is_moving

    @property
    def is_idle(self) -> bool:
        return self._is_idle

    def set_permille(self, permille: int | None) -> None:
        """Show a share, or None = busy for an unknown time."""
        moving = permille is None
        if moving != self._is_moving:
            self._is_moving = moving
            self._sync_timer()
            self.update()
        if permille is None:
            return
        value = min(max(permille, 0), FULL)
        if value == self.value():
            return
        grows = value > self.value()
        self.setValue(value)
        if grows and self.isVisible() and not is_motion_reduced(self):
            self._growth.stop()
            self._growth.setStartValue(self._shown)
            self._growth.setEndValue(float(value))
            self._growth.start()
        else:
            self._growth.stop()
            self._shown = float(value)
            self.update()

    def set_idle(self, idle: bool) -> None:
        """Grey instead of accent: waiting or paused."""
        if idle != self._is_idle:
            self._is_idle = idle
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, self.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(32, self.height())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._sync_timer()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._sync_timer()
        self._growth.stop()
        self._shown = float(self.value())

    def _sync_timer(self) -> None:
        wanted = self._is_moving and self.isVisible() and not is_motion_reduced(self)
        if wanted and not self._timer.isActive():
            self._clock.start()
            self._timer.start()
        elif not wanted:
            self._timer.stop()

    def _on_growth_value_changed(self, value: object) -> None:
        if isinstance(value, float):
            self._shown = value
            self.update()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        theme = Theme.of(self)
        rect = QRectF(self.rect())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        radius = rect.height() / 2
        painter.setBrush(theme.bar_track)
        painter.drawRoundedRect(rect, radius, radius)
        fill = theme.bar_paused if self._is_idle else theme.accent
        part = self._part(rect)
        if part.width() <= 0:
            return
        if self._is_moving and is_motion_reduced(self):
            fill = mix(theme.base, theme.accent, 0.45)
        painter.setBrush(fill)
        painter.drawRoundedRect(part, radius, radius)

    def _part(self, rect: QRectF) -> QRectF:
        if self._is_moving:
            if is_motion_reduced(self):
                return rect
            length = rect.width() * _MOVING_PART
            place = (self._clock.elapsed() % _PASS_MS) / _PASS_MS if self._clock.isValid() else 0.5
            left = place * (rect.width() + length) - length
            part = QRectF(left, 0, length, rect.height()).intersected(rect)
        elif self._shown <= 0 and not self._is_idle:
            part = QRectF()
        else:
            part = QRectF(
                0, 0, max(rect.width() * self._shown / FULL, rect.height()), rect.height()
            )
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft and part.width() > 0:
            part.moveLeft(rect.width() - part.right())
        return part


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a whole in its colour."""

    permille: int
    color: QColor


class SegmentedBar(QWidget):
    """Parts of one whole, left to right. What is left over shows the track."""

    def __init__(self, height: int = 8, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._segments: tuple[Segment, ...] = ()
        self.setFixedHeight(height)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_segments(self, segments: Sequence[Segment], description: str) -> None:
        """Show `segments`; `description` is what a screen reader says."""
        self._segments = tuple(segments)
        self.setAccessibleName(description)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, self.height())

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        rect = QRectF(self.rect())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        path = QPainterPath()
        path.addRoundedRect(rect, rect.height() / 2, rect.height() / 2)
        painter.setClipPath(path)
        painter.fillRect(rect, Theme.of(self).bar_track)
        x = 0.0
        for segment in self._segments:
            width = rect.width() * segment.permille / FULL
            left = rect.width() - x - width if self.layoutDirection().value == 1 else x
            painter.fillRect(QRectF(left, 0, width, rect.height()), segment.color)
            x += width


class LegendMark(QWidget):
    """The 10 px square beside a legend's words."""

    def __init__(self, color: QColor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._color = color
        self.setFixedSize(10, 10)

    def set_color(self, color: QColor) -> None:
        """Follow the palette."""
        if color != self._color:
            self._color = color
            self.update()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._color)
        painter.drawRoundedRect(QRectF(self.rect()), 3, 3)
