"""How fast a download was during the last two minutes, painted. No animation: it is repainted when
a new sample has come, which is once a second at most, and only while it can be seen."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from tray_app.core.pulls.speed import TRAIL_S, SpeedTrail
from tray_app.text import speed, speed_scale, spoken_trail, tr
from tray_app.views.components.safe_paint import guarded
from tray_app.views.theme import TextRole, Theme, font, mix

HEIGHT = 72
_TEXT_GAP = 4
_MAX_DOTS = 2  # samples in a run too short for a line


class SpeedGraph(QWidget):
    """The trail of one download: newest at the trailing end, the scale at the top."""

    def __init__(self, trail: SpeedTrail, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._trail = trail
        self._shown_version = 0
        self._is_idle = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Speed during the last 2 minutes"))

    def has_line(self) -> bool:
        """Whether there is enough to draw."""
        return self._trail.version > 1

    def refresh(self, *, is_idle: bool) -> None:
        """Repaint when there is a new sample, or when the download began or ceased to move."""
        if self._trail.version == self._shown_version and is_idle == self._is_idle:
            return
        self._shown_version, self._is_idle = self._trail.version, is_idle
        now_s = self._trail.newest_s
        self.setAccessibleDescription(
            spoken_trail(self._trail.peak(now_s), self._trail.mean(now_s))
        )
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(400, HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, HEIGHT)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        theme = Theme.of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        now_s = self._trail.newest_s
        top = speed_scale(self._trail.peak(now_s))
        plot = self._paint_words(painter, theme, speed(top))
        painter.fillRect(QRectF(plot.left(), plot.bottom(), plot.width(), 1), theme.hairline)
        painter.setPen(QPen(theme.hairline, 1, Qt.PenStyle.DotLine))
        line_y = plot.top() + 0.5
        painter.drawLine(QPointF(plot.left(), line_y), QPointF(plot.right(), line_y))
        color = theme.bar_paused if self._is_idle else theme.accent
        for run in self._trail.runs(now_s):
            points = [self._point(plot, ago_s, value / top) for ago_s, value in run]
            if len(points) < _MAX_DOTS:
                continue
            area = QPolygonF([QPointF(points[0].x(), plot.bottom()), *points,
                              QPointF(points[-1].x(), plot.bottom())])  # fmt: skip
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(mix(theme.base, color, 0.22 if theme.is_dark else 0.14))
            painter.drawPolygon(area)
            path = QPainterPath(points[0])
            for point in points[1:]:
                path.lineTo(point)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(color, 1.5))
            painter.drawPath(path)

    def _paint_words(self, painter: QPainter, theme: Theme, scale: str) -> QRectF:
        """The scale above and the time below the plot; gives the room between them."""
        small = font(TextRole.BADGE)
        height = QFontMetricsF(small).height()
        painter.setFont(small)
        painter.setPen(theme.secondary)
        width, leading = self.width(), Qt.AlignmentFlag.AlignLeft
        above = QRectF(0, 0, width, height)
        below = QRectF(0, self.height() - height, width, height)
        painter.drawText(above, leading | Qt.AlignmentFlag.AlignTop, scale)
        if not self._is_idle:  # else the last sample is older than "now"
            painter.drawText(below, leading, tr("2 min ago"))
            painter.drawText(below, Qt.AlignmentFlag.AlignRight, tr("now", "end of a time axis"))
        top = height + _TEXT_GAP / 2
        return QRectF(0.0, top, width, self.height() - 2 * height - _TEXT_GAP)

    @staticmethod
    def _point(plot: QRectF, ago_s: float, share: float) -> QPointF:
        # Time runs to the right in every language, as on other clocks and charts.
        x = plot.right() - plot.width() * min(1.0, ago_s / TRAIL_S)
        return QPointF(x, plot.bottom() - plot.height() * min(1.0, share))
