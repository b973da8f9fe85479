"""Badges: pills that name a state (filled) or a property (outlined); painter and widget."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.text import tooltip
from tray_app.views.components.glyphs import paint_glyph
from tray_app.views.components.safe_paint import guarded
from tray_app.views.theme import TextRole, Theme, Tone, baseline, font

HEIGHT = 20
GAP = 8
_GLYPH = 14
_TEXT_X = 23
_PAD = 8


@dataclass(frozen=True, slots=True)
class BadgeSpec:
    """What a badge says. `filled` = a state that changes by itself, else a property."""

    text: str
    glyph: str
    state: Tone = Tone.NEUTRAL
    filled: bool = False
    tip: str = ""


def badge_width(spec: BadgeSpec, compact: bool = False) -> int:
    """The width that `paint_badge` takes; compact badges are circles with the glyph only."""
    if compact:
        return HEIGHT
    left = _TEXT_X if spec.glyph else _PAD
    return (
        int(left + QFontMetricsF(font(TextRole.BADGE)).horizontalAdvance(spec.text) + 0.999) + _PAD
    )


def paint_badge(
    painter: QPainter,
    left: float,
    top: float,
    spec: BadgeSpec,
    theme: Theme,
    *,
    compact: bool = False,
    selected: bool = False,
) -> int:
    """Draw a badge, give back its width. On a selected row the tint gives way to plain Base."""
    width = badge_width(spec, compact)
    rect = QRectF(left, top, width, HEIGHT)
    color = theme.state(spec.state)
    fill = QColor(Qt.GlobalColor.transparent)
    border: QColor | None = None
    if theme.is_high_contrast:
        color = theme.row_selected_text if selected else theme.text
        border = color
    elif spec.filled:
        fill = theme.base if selected else theme.tint(spec.state)
    else:
        border = QColor(color)
        border.setAlphaF(0.62)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(border, 1) if border is not None else Qt.PenStyle.NoPen)
    painter.setBrush(fill)
    inset = 0.5 if border is not None else 0.0
    shape = rect.adjusted(inset, inset, -inset, -inset)
    painter.drawRoundedRect(shape, shape.height() / 2, shape.height() / 2)
    if spec.glyph:
        x = left + (HEIGHT - _GLYPH) / 2 if compact else left + 6
        paint_glyph(painter, spec.glyph, QRectF(x, top + 3, _GLYPH, _GLYPH), color)
    if not compact:
        badge_font = font(TextRole.BADGE)
        painter.setFont(badge_font)
        painter.setPen(color)
        x = left + (_TEXT_X if spec.glyph else _PAD)
        painter.drawText(QPointF(x, baseline(rect, badge_font)), spec.text)
    painter.restore()
    return width


class Badge(QWidget):
    """A badge as a widget."""

    def __init__(self, spec: BadgeSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._spec = spec
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_spec(spec)

    @property
    def spec(self) -> BadgeSpec:
        return self._spec

    def set_spec(self, spec: BadgeSpec) -> None:
        """Say something else."""
        self._spec = spec
        self.setAccessibleName(spec.text)
        self.setToolTip(tooltip(spec.tip))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(badge_width(self._spec), HEIGHT)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_badge(painter, 0, (self.height() - HEIGHT) / 2, self._spec, Theme.of(self))
