"""DiskBar: what takes a disk as one bar of pieces, with its legend below."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolTip, QWidget

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.text import tooltip
from tray_app.text.disk import Piece
from tray_app.views.components.flow import FlowLayout
from tray_app.views.components.labels import PlainLabel
from tray_app.views.components.safe_paint import guarded
from tray_app.views.theme import TextRole, Theme, mix

_HEIGHT = 12
_LEAST_GAPPED = 3.0
_MARK = 10


def piece_color(piece: Piece, theme: Theme) -> QColor:
    """The color of its pieces, of its mark in the legend and of its bars."""
    if theme.is_high_contrast:
        return theme.base
    return {
        Piece.MODELS: theme.accent,
        Piece.SHARED: mix(theme.base, theme.accent, 0.55),
        Piece.UNFINISHED: theme.bar_paused,
        Piece.LEFT_OVER: mix(theme.base, theme.text, 0.30),
        Piece.FREE: theme.bar_track,
    }[piece]


@dataclass(frozen=True, slots=True)
class BarPiece:
    """A part of the bar; `tip` is said over it."""

    piece: Piece
    size_bytes: int
    tip: str = ""


class DiskBar(QWidget):
    """Pieces from the leading side on; what is thinner than its gap has none. In high contrast all
    are outlined, told apart by their order."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pieces: tuple[BarPiece, ...] = ()
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def pieces(self) -> tuple[BarPiece, ...]:
        return self._pieces

    def set_pieces(self, pieces: Sequence[BarPiece], description: str) -> None:
        """Show `pieces`; `description` is what a screen reader says."""
        self._pieces = tuple(piece for piece in pieces if piece.size_bytes > 0)
        self.setAccessibleName(description)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, _HEIGHT)

    def tip_at(self, x: float) -> str:
        """What is said of the piece there."""
        found = (piece for piece, rect in self._places() if rect.left() <= x < rect.right())
        piece = next(found, None)
        return piece.tip if piece is not None else ""

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), tooltip(self.tip_at(event.pos().x())), self)
            return True
        return super().event(event)

    def _places(self) -> list[tuple[BarPiece, QRectF]]:
        total = sum(piece.size_bytes for piece in self._pieces)
        width, height = float(self.width()), float(self.height())
        is_rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        places, before = [], 0
        for piece in self._pieces:
            left = width * before / total
            before += piece.size_bytes
            right = width * before / total
            if is_rtl:
                left, right = width - right, width - left
            places.append((piece, QRectF(left, 0, right - left, height)))
        return places

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        theme = Theme.of(self)
        rect = QRectF(self.rect())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        path = QPainterPath()
        path.addRoundedRect(rect, rect.height() / 2, rect.height() / 2)
        painter.setClipPath(path)
        painter.fillRect(rect, theme.window if self._pieces else theme.bar_track)
        for piece, place in self._places():
            is_gapped = place.width() >= _LEAST_GAPPED
            is_last = place.right() >= rect.right() - 0.5
            fill = place.adjusted(0, 0, -1 if is_gapped and not is_last else 0, 0)
            painter.fillRect(fill, piece_color(piece.piece, theme))
            if theme.is_high_contrast:
                painter.setPen(QPen(theme.text, 1))
                painter.drawRect(fill.adjusted(0.5, 0.5, -0.5, -0.5))
        if theme.is_high_contrast:
            painter.setPen(QPen(theme.text, 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            inner = rect.adjusted(0.5, 0.5, -0.5, -0.5)
            painter.drawRoundedRect(inner, inner.height() / 2, inner.height() / 2)


class _Mark(QWidget):
    """The square beside the words of the legend."""

    def __init__(self, piece: Piece, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._piece = piece
        self.setFixedSize(_MARK, _MARK)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        theme = Theme.of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect())
        painter.setPen(Qt.PenStyle.NoPen)
        if theme.is_high_contrast:
            painter.setPen(QPen(theme.text, 1))
            rect = rect.adjusted(0.5, 0.5, -0.5, -0.5)
        elif self._piece is Piece.FREE:
            painter.setPen(QPen(mix(theme.base, theme.text, 0.45), 1))
            rect = rect.adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setBrush(piece_color(self._piece, theme))
        painter.drawRoundedRect(rect, 3, 3)


class Legend(QWidget):
    """What the colors mean, in the order of the bar; goes on in a second line where it must."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        flow = FlowLayout(self, 16)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._entries: dict[Piece, tuple[QWidget, PlainLabel]] = {}
        for piece in Piece:
            entry = QWidget(self)
            line = QHBoxLayout(entry)
            line.setContentsMargins(0, 0, 0, 0)
            line.setSpacing(6)
            line.addWidget(_Mark(piece, entry))
            label = PlainLabel("", TextRole.SECONDARY, wrap=False, parent=entry)
            line.addWidget(label)
            self._entries[piece] = (entry, label)
        self._note = PlainLabel("", TextRole.SECONDARY, natural=True, parent=self)
        self._flow = flow
        self._shown: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        return self._shown

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._flow.heightForWidth(width)

    def say(self, words: dict[Piece, str], note: str = "") -> None:
        """Show these, and a sentence behind them."""
        shown = (*words.values(), note)
        if shown == self._shown:
            return
        self._shown = shown
        while self._flow.takeAt(0) is not None:
            pass
        for piece, (entry, label) in self._entries.items():
            entry.setVisible(piece in words)
            label.setText(words.get(piece, ""))
            if piece in words:
                self._flow.addWidget(entry)
        self._note.setVisible(bool(note))
        self._note.setText(note)
        if note:
            self._flow.addWidget(self._note)
        self.updateGeometry()
