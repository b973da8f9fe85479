"""OfferList: the offers of a server that has more than can be widgets each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRectF,
    QSize,
    QStringListModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from tray_app.core.disk.freeing import OfferIndex
from tray_app.text import tr
from tray_app.views.components.card_list import CardList
from tray_app.views.components.glyphs import paint_glyph
from tray_app.views.components.names import NameFonts, fit_name, paint_name
from tray_app.views.components.rtl import mirrored
from tray_app.views.components.safe_paint import guarded_cell
from tray_app.views.disk.looks import OfferFacts, Tick
from tray_app.views.disk.rows import OfferLook
from tray_app.views.theme import TextRole, Theme, font, mix

if TYPE_CHECKING:
    from tray_app.core.records import ModelKey

_ROW_HEIGHT = 48
_SIDE = 16
_BOX = 18
_TEXT_X = _SIDE + _BOX + 14
_GLYPH = 14
_LOOK_ROLE = Qt.ItemDataRole.UserRole
_LINE_TOP = 25.0

Index = QModelIndex | QPersistentModelIndex


class OfferModel(QStringListModel):
    """One row for each offer, old versions first.

    A list of names underneath, as a view asks ten thousand times how many rows there are.

    Signals: `ticked` when a person did.
    """

    ticked = Signal(object)  # Tick

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._facts: OfferFacts | None = None
        self._index = OfferIndex((), ())

    def set_facts(self, facts: OfferFacts) -> None:
        """Show these; rows stay where they are unless there are others."""
        index = facts.freeing.offers.index
        self._facts = facts
        if index.keys != self._index.keys:
            self._index = index
            self.setStringList([offer.record.name for offer in index.all])
        elif index.all:
            self._index = index
            self.dataChanged.emit(self.index(0), self.index(len(index.all) - 1))

    def key_at(self, row: int) -> ModelKey | None:
        return self._index.keys[row] if 0 <= row < len(self._index.keys) else None

    def row_of(self, key: ModelKey | None) -> int:
        return 0 if key is None else self._index.places.get(key, 0)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if self._facts is None or not index.isValid():
            return None
        offer = self._index.all[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return offer.record.name
        if role == Qt.ItemDataRole.CheckStateRole:
            is_ticked = self._facts.ticks.is_ticked(offer.key)
            return Qt.CheckState.Checked if is_ticked else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._facts.look(offer).spoken
        return self._facts.look(offer) if role == _LOOK_ROLE else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable
        is_usable = self._facts is not None and not self._facts.why_disabled
        return flags | Qt.ItemFlag.ItemIsEnabled if is_usable else flags

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        key = self.key_at(index.row())
        if role != Qt.ItemDataRole.CheckStateRole or key is None:
            return False
        self.ticked.emit(Tick(key, Qt.CheckState(value) is Qt.CheckState.Checked))
        return True


class _Delegate(QStyledItemDelegate):
    """Paints what an OfferRow shows, on one line each."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, _ROW_HEIGHT)

    @guarded_cell
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        look = index.data(_LOOK_ROLE)
        if not isinstance(look, OfferLook):
            return
        theme = Theme.of(option.widget)
        rect = QRectF(option.rect)
        is_rtl = option.direction == Qt.LayoutDirection.RightToLeft
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        has_focus = bool(option.state & QStyle.StateFlag.State_HasFocus)
        self._paint_box(painter, rect, look, theme, is_rtl=is_rtl, has_focus=has_focus)
        self._paint_texts(painter, rect, look, theme, is_rtl=is_rtl)
        if index.row():
            painter.fillRect(QRectF(rect.left(), rect.top(), rect.width(), 1), theme.hairline)
        painter.restore()

    def _paint_box(
        self,
        painter: QPainter,
        rect: QRectF,
        look: OfferLook,
        theme: Theme,
        *,
        is_rtl: bool,
        has_focus: bool,
    ) -> None:
        top = rect.top() + (rect.height() - _BOX) / 2
        box = mirrored(QRectF(rect.left() + _SIDE, top, _BOX, _BOX), rect, is_rtl)
        is_usable = not look.why_disabled
        border, fill = mix(theme.base, theme.text, 0.5), theme.base
        if look.is_ticked:
            border = fill = theme.accent if is_usable else theme.disabled_fill
        painter.setPen(QPen(border if is_usable else theme.control_border, 1))
        painter.setBrush(fill)
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        if look.is_ticked:
            mark = theme.accent_text if is_usable else theme.disabled_text
            paint_glyph(painter, "check", box.adjusted(1, 1, -1, -1), mark)
        if has_focus:
            painter.setPen(QPen(theme.accent, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(-1, -1, 1, 1), 5, 5)

    def _paint_texts(
        self, painter: QPainter, rect: QRectF, look: OfferLook, theme: Theme, *, is_rtl: bool
    ) -> None:
        is_usable = not look.why_disabled
        fonts, quiet = NameFonts.of_role(), font(TextRole.SECONDARY)
        body = font(TextRole.BODY)
        figure_width = QFontMetricsF(body).horizontalAdvance(look.size)
        width = rect.width() - _TEXT_X - _SIDE - figure_width - 12
        strong = theme.text if is_usable else theme.disabled_text
        secondary = theme.secondary if is_usable else theme.disabled_text
        fitted = fit_name(look.name, fonts, width)
        place = QRectF(rect.left() + _TEXT_X, rect.top() + 6, fitted.width, 18)
        place = mirrored(place, rect, is_rtl)
        y = place.top() + QFontMetricsF(fonts.strong).ascent()
        paint_name(painter, place.left(), y, fitted, fonts, strong, secondary)
        left = float(_TEXT_X)
        color = secondary
        if look.line.is_warning and is_usable:
            color = theme.warn
            glyph = QRectF(rect.left() + left, rect.top() + _LINE_TOP + 2, _GLYPH, _GLYPH)
            paint_glyph(painter, "warning", mirrored(glyph, rect, is_rtl), color)
            left += _GLYPH + 6
        metrics = QFontMetricsF(quiet)
        room = width - (left - _TEXT_X)
        words = metrics.elidedText(look.line.text, Qt.TextElideMode.ElideRight, room)
        line = QRectF(rect.left() + left, rect.top() + _LINE_TOP, room, metrics.height())
        painter.setFont(quiet)
        painter.setPen(color)
        leading = Qt.AlignmentFlag.AlignRight if is_rtl else Qt.AlignmentFlag.AlignLeft
        painter.drawText(mirrored(line, rect, is_rtl), int(leading), words)
        painter.setFont(body)
        painter.setPen(strong)
        figure = QRectF(rect.right() - _SIDE - figure_width, rect.top(), figure_width + 1, 0)
        figure.setHeight(rect.height())
        painter.drawText(
            QPointF(
                mirrored(figure, rect, is_rtl).left(),
                rect.center().y() + QFontMetricsF(body).capHeight() / 2,
            ),
            look.size,
        )

    def editorEvent(
        self,
        event: QEvent,
        model: QAbstractItemModel,
        option: QStyleOptionViewItem,
        index: Index,
    ) -> bool:
        """A click anywhere in a row is one on its box, as is Space."""
        if not index.flags() & Qt.ItemFlag.ItemIsEnabled:
            return False
        is_click = (
            isinstance(event, QMouseEvent)
            and event.type() == QEvent.Type.MouseButtonRelease
            and event.button() == Qt.MouseButton.LeftButton
        )
        is_space = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Space
        if not (is_click or is_space):
            return False
        look = index.data(_LOOK_ROLE)
        is_ticked = isinstance(look, OfferLook) and look.is_ticked
        wanted = Qt.CheckState.Unchecked if is_ticked else Qt.CheckState.Checked
        return model.setData(index, wanted, Qt.ItemDataRole.CheckStateRole)


class OfferList(CardList):
    """Only what is on screen is made of words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Models"), parent)
        self.offers = OfferModel(self)
        self.setModel(self.offers)
        self.setItemDelegate(_Delegate(self))
        self.setMinimumHeight(4 * _ROW_HEIGHT)

    def dataChanged(self, first: Index, last: Index, roles: Sequence[int] = ()) -> None:
        # A QListView would find all places anew: rows of one height stay where they are.
        QAbstractItemView.dataChanged(self, first, last, roles)

    def show_facts(self, facts: OfferFacts) -> None:
        """Show these; who is current stays it."""
        current = self.offers.key_at(self.currentIndex().row())
        self.offers.set_facts(facts)
        row = self.offers.row_of(current)
        if self.currentIndex().row() != row:
            self.setCurrentIndex(self.offers.index(row))
