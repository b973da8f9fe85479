"""Surfaces: card, hairline, state tile, skeleton. Painted, so that native styles stay native."""

from __future__ import annotations

from PySide6.QtCore import QMargins, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout, QWidget

from tray_app.views.components.glyphs import paint_glyph
from tray_app.views.components.safe_paint import guarded
from tray_app.views.theme import Theme, Tone, mix

CARD_RADIUS = 8
_TILES = {56: (14, 28), 48: (14, 24), 40: (10, 20)}


class Hairline(QWidget):
    """A line of one device-independent pixel across (or down, `vertical`)."""

    def __init__(self, parent: QWidget | None = None, *, vertical: bool = False) -> None:
        super().__init__(parent)
        if vertical:
            self.setFixedWidth(1)
        else:
            self.setFixedHeight(1)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), Theme.of(self).hairline)


class Card(QFrame):
    """A rounded frame on Base; rows are put in with `add_row`, hairlines come between them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(1, 1, 1, 1)
        self._rows.setSpacing(0)

    @property
    def rows(self) -> QVBoxLayout:
        """The layout of the rows, for cards that are filled by hand."""
        return self._rows

    def add_row(self, row: QWidget) -> QWidget:
        """Add a row beneath the others."""
        if self._rows.count():
            self._rows.addWidget(Hairline(self))
        self._rows.addWidget(row)
        return row

    def insert_row(self, place: int, row: QWidget) -> None:
        """Add a row so that `place` others are above it (at least one)."""
        self._rows.insertWidget(2 * place - 1, Hairline(self))
        self._rows.insertWidget(2 * place, row)

    def remove_row(self, row: QWidget) -> None:
        """Take a row away that is not the first, with the hairline above it."""
        index = self._rows.indexOf(row)
        for place in (index, index - 1):
            item = self._rows.takeAt(place)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()

    def show_row(self, row: QWidget, is_shown: bool) -> None:
        """Show or hide a row, with the hairline that parts it from the others."""
        row.setVisible(is_shown)
        has_row_above, line = False, None
        for index in range(self._rows.count()):
            item = self._rows.itemAt(index)
            widget = item.widget() if item is not None else None
            if isinstance(widget, Hairline):
                line = widget
            elif widget is not None:
                is_there = not widget.isHidden()
                if line is not None:
                    line.setVisible(is_there and has_row_above)
                has_row_above = has_row_above or is_there

    def clear(self) -> None:
        """Take all rows away."""
        while (item := self._rows.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        theme = Theme.of(self)
        painter = QPainter(self)
        paint_card(painter, QRectF(self.rect()), theme)


def paint_card(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    """The frame of a card."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.hairline, 1))
    painter.setBrush(theme.base)
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), CARD_RADIUS, CARD_RADIUS)


class StateTile(QWidget):
    """A glyph ("" = none) on a rounded square in a state's tint; neutral grey without a state."""

    def __init__(
        self, glyph: str, state: Tone | None = None, size: int = 56, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._glyph = glyph
        self._state = state
        self._radius, self._glyph_size = _TILES[size]
        self.setFixedSize(size, size)

    def set_glyph(self, glyph: str, state: Tone | None = None) -> None:
        """Show another glyph."""
        self._glyph = glyph
        self._state = state
        self.update()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        theme = Theme.of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._state is None:
            fill, color = mix(theme.window, theme.window_text, 0.05), theme.secondary
        else:
            fill, color = theme.tint(self._state), theme.state(self._state)
        painter.setPen(QPen(theme.text, 1) if theme.is_high_contrast else Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawRoundedRect(
            QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), self._radius, self._radius
        )
        if not self._glyph:  # something else is shown in it
            return
        inset = (self.width() - self._glyph_size) / 2
        rect = QRectF(inset, inset, self._glyph_size, self._glyph_size)
        paint_glyph(painter, self._glyph, rect, color)


class SkeletonBar(QWidget):
    """A grey bar in place of a text that is still to come."""

    def __init__(self, width: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bone_width = width
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(self._bone_width, self.fontMetrics().height())

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        top = (self.height() - 10) / 2
        paint_bone(painter, QRectF(0, top, self.width(), 10), Theme.of(self))


def paint_bone(painter: QPainter, rect: QRectF, theme: Theme, fade: float = 0.0) -> None:
    """A skeleton shape, faded by `fade` (0…1)."""
    color = QColor(mix(theme.base, theme.text, 0.085 * (1 - fade)))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawRoundedRect(rect, rect.height() / 2, rect.height() / 2)


def margins(leading: int, top: int, trailing: int, bottom: int) -> QMargins:
    """Margins that go along where texts run from right to left."""
    if QGuiApplication.isRightToLeft():
        leading, trailing = trailing, leading
    return QMargins(leading, top, trailing, bottom)
