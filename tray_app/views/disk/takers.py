"""What takes the space: models, what they share, unfinished downloads and what is left over."""

from __future__ import annotations

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRectF,
    QSize,
    QStringListModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from tray_app.core.disk.contents import ModelBytes, StoreContents, Unfinished
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.text import dotted, size, spoken_size, tr
from tray_app.text.disk import (
    Piece,
    left_over_words,
    shared_word,
    takers,
    total_line,
    unfinished_word,
    unknown_model,
)
from tray_app.views.components.card_list import CardList
from tray_app.views.components.names import NameFonts, fit_name, paint_name
from tray_app.views.components.rtl import mirrored
from tray_app.views.components.safe_paint import guarded_cell
from tray_app.views.components.surfaces import Card
from tray_app.views.disk.bar import piece_color
from tray_app.views.disk.page import SIDE, InfoLine
from tray_app.views.theme import TextRole, Theme, baseline, font

_ROW_HEIGHT = 30
_NAME_WIDTH = 300
_SIZE_WIDTH = 64
_SIDE = 16
_BAR = 8
_ROLE = Qt.ItemDataRole.UserRole
_ROLES = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, _ROLE)

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Taker:
    """A row. `model` is the name of the one model that it is about, "" = of none; `is_name` the
    title is one, with parts that count more and less."""

    title: str
    word: str
    piece: Piece
    size_bytes: int
    model: str = ""
    is_name: bool = True

    @property
    def spoken(self) -> str:
        return ", ".join(filter(None, (self.title, self.word, spoken_size(self.size_bytes))))


Source = ModelBytes | Taker
"""What a row is made of, once it is to be seen: of thousands most never are."""


def sources_of(
    found: StoreContents, unfinished: dict[str, tuple[Unfinished, ...]]
) -> tuple[Source, ...]:
    """The largest first. `unfinished` are the layers of unfinished downloads by their model."""
    others = []
    for name, layers in unfinished.items():
        taken = sum(layer.disk_bytes for layer in layers)
        title = name or unknown_model()
        others.append(Taker(title, unfinished_word(), Piece.UNFINISHED, taken, is_name=bool(name)))
    if found.left_over_bytes:
        title, word = left_over_words()
        taken = found.left_over_bytes
        others.append(Taker(title, word, Piece.LEFT_OVER, taken, is_name=False))
    if not others:
        return found.models
    return tuple(sorted((*found.models, *others), key=_order))


def _order(source: Source) -> tuple[int, str]:
    if isinstance(source, Taker):
        return -source.size_bytes, source.title
    return -source.disk_bytes, source.names[0]


def taker_of(source: Source) -> Taker:
    """The row of what takes space."""
    if isinstance(source, Taker):
        return source
    if len(source.names) == 1:
        (name,) = source.names
        return Taker(name, "", Piece.MODELS, source.disk_bytes, name)
    title = takers(source.names)
    return Taker(title, shared_word(), Piece.SHARED, source.disk_bytes, is_name=False)


class _Model(QStringListModel):
    """A list underneath, as a view asks ten thousand times how many rows there are."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.sources: tuple[Source, ...] = ()
        self._made: dict[int, Taker] = {}

    def set_sources(self, sources: tuple[Source, ...]) -> None:
        self.sources, self._made = sources, {}
        self.setStringList([""] * len(sources))

    def row_at(self, number: int) -> Taker:
        made = self._made.get(number)
        if made is None:
            made = self._made[number] = taker_of(self.sources[number])
        return made

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role not in _ROLES:
            return None
        row = self.row_at(index.row())
        if role == Qt.ItemDataRole.DisplayRole:
            return row.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return row.spoken
        return row, self.row_at(0).size_bytes


class _Delegate(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, _ROW_HEIGHT)

    @guarded_cell
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row, most = index.data(_ROLE)
        theme = Theme.of(option.widget)
        rect = QRectF(option.rect)
        is_rtl = option.direction == Qt.LayoutDirection.RightToLeft
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(theme.accent, 2))
            painter.drawRoundedRect(rect.adjusted(4, 1, -4, -1), 6, 6)
        body = font(TextRole.BODY)
        room = min(_NAME_WIDTH, rect.width() / 2)
        quiet = font(TextRole.SECONDARY)
        word_width = QFontMetricsF(quiet).horizontalAdvance(row.word)
        name_room = room - (word_width + 12 if row.word else 0)
        self._paint_title(painter, rect, row, theme, name_room, is_rtl=is_rtl)
        y = baseline(rect, quiet)
        if row.word:
            place = QRectF(rect.left() + _SIDE + room - word_width, 0, word_width, 1)
            painter.setFont(quiet)
            painter.setPen(theme.secondary)
            painter.drawText(QPointF(mirrored(place, rect, is_rtl).left(), y), row.word)
        words = size(row.size_bytes)
        width = QFontMetricsF(body).horizontalAdvance(words)
        place = QRectF(rect.right() - _SIDE - width, 0, width, 1)
        painter.setFont(body)
        painter.setPen(theme.text)
        left = mirrored(place, rect, is_rtl).left()
        painter.drawText(QPointF(left, baseline(rect, body)), words)
        whole = rect.width() - 2 * _SIDE - room - _SIZE_WIDTH - 32
        length = max(float(_BAR), whole * row.size_bytes / max(1, most))
        top = rect.top() + (rect.height() - _BAR) / 2
        bar = mirrored(QRectF(rect.left() + _SIDE + room + 16, top, length, _BAR), rect, is_rtl)
        painter.setPen(QPen(theme.text, 1) if theme.is_high_contrast else Qt.PenStyle.NoPen)
        painter.setBrush(piece_color(row.piece, theme))
        painter.drawRoundedRect(bar, _BAR / 2, _BAR / 2)
        painter.restore()

    def _paint_title(
        self,
        painter: QPainter,
        rect: QRectF,
        row: Taker,
        theme: Theme,
        room: float,
        *,
        is_rtl: bool,
    ) -> None:
        fonts = NameFonts.of_role()
        if row.is_name:
            fitted = fit_name(row.title, fonts, room)
            place = QRectF(rect.left() + _SIDE, 0, fitted.width, 1)
            left = mirrored(place, rect, is_rtl).left()
            y = baseline(rect, fonts.strong)
            paint_name(painter, left, y, fitted, fonts, theme.text, theme.secondary)
            return
        metrics = QFontMetricsF(fonts.strong)
        words = metrics.elidedText(row.title, Qt.TextElideMode.ElideMiddle, room)
        place = QRectF(rect.left() + _SIDE, 0, metrics.horizontalAdvance(words), 1)
        painter.setFont(fonts.strong)
        painter.setPen(theme.text)
        left = mirrored(place, rect, is_rtl).left()
        painter.drawText(QPointF(left, baseline(rect, fonts.strong)), words)


class TakersList(CardList):
    """Signals: `opened` with the name of a model."""

    opened = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("What takes the space"), parent)
        self._rows = _Model(self)
        self.setModel(self._rows)
        self.setItemDelegate(_Delegate(self))
        self.doubleClicked.connect(self._open)

    @property
    def rows(self) -> tuple[Taker, ...]:
        """All rows, made of words."""
        return tuple(map(self._rows.row_at, range(len(self._rows.sources))))

    def show_sources(self, sources: tuple[Source, ...]) -> None:
        """Show these; where a person is stays."""
        before = self._rows.sources
        if sources == before:
            return
        place = self.currentIndex().row()
        current = before[place] if 0 <= place < len(before) else None
        scrolled = self.verticalScrollBar().value()
        self._rows.set_sources(sources)
        same = (number for number, each in enumerate(sources) if _is_same(each, current))
        if sources:
            self.setCurrentIndex(self._rows.index(next(same, 0)))
        self.verticalScrollBar().setValue(scrolled)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(400, len(self._rows.sources) * _ROW_HEIGHT + 2)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def _open(self, index: QModelIndex) -> None:
        name = self._rows.row_at(index.row()).model if index.isValid() else ""
        if name:
            self.opened.emit(name)


def _is_same(one: Source, other: Source | None) -> bool:
    """Whether both are about the same, however large it is by now."""
    if isinstance(one, ModelBytes) or isinstance(other, ModelBytes) or other is None:
        return getattr(one, "names", None) == getattr(other, "names", 0)
    return one.title == other.title


class TakersPage(QWidget):
    """The list as high as its rows, as far as there is room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._card = Card(self)
        self.list = TakersList(self._card)
        self._card.rows.setContentsMargins(1, 7, 1, 7)
        self._card.add_row(self.list)
        self.info = InfoLine(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SIDE, 16, SIDE, 16)
        layout.setSpacing(8)
        layout.addWidget(self._card)
        layout.addWidget(self.info)
        layout.addStretch(1)

    def show_contents(
        self, found: StoreContents, unfinished: dict[str, tuple[Unfinished, ...]]
    ) -> None:
        self.list.show_sources(sources_of(found, unfinished))
        self.list.setMaximumHeight(self.list.sizeHint().height())
        self.info.say(total_line(found.total_bytes))
        self.setAccessibleDescription(dotted(self.info.text))
