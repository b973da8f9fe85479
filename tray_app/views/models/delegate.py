"""ModelDelegate: paints the cells of the models table. Only paints; changes nothing.

Texts and states come from the row (itemmodels), colours from the theme, names and badges from
components. One repaint asks for some 200 cells, so fonts and widths are worked out once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
)

from tray_app.itemmodels.columns import COLUMNS, NAME, NUMBER, SERVER, SIZE, short_size
from tray_app.itemmodels.row_texts import badge_tip, kind_word
from tray_app.text import MISSING, tooltip
from tray_app.views.components.badges import paint_badge
from tray_app.views.components.glyphs import glyph_color, paint_glyph
from tray_app.views.components.model_glyphs import CAPABILITY_GLYPHS, KIND_GLYPHS
from tray_app.views.components.names import paint_name
from tray_app.views.components.rtl import mirrored
from tray_app.views.components.safe_paint import guarded_cell
from tray_app.views.components.server_glyphs import STATE_GLYPHS
from tray_app.views.components.spinner import paint_spinner
from tray_app.views.models.cell_layout import (
    BAR,
    PAD,
    RowFonts,
    badge_spec,
    capability_rects,
    icon_rect,
    layout_name,
    layout_server,
    row_fonts,
    row_height,
)
from tray_app.views.theme import Theme

if TYPE_CHECKING:
    from PySide6.QtGui import QColor, QHelpEvent, QPainter

    from tray_app.itemmodels.model_table import ModelTableModel
    from tray_app.itemmodels.rows import ModelRow

_CAPABILITIES, _DIGEST = NUMBER["capabilities"], NUMBER["digest"]
_SELECTED = QStyle.StateFlag.State_Selected.value
_ACTIVE = QStyle.StateFlag.State_Active.value


class ModelDelegate(QStyledItemDelegate):
    """Paints rows. The view tells what it alone knows: hover, keyboard focus, spinner's turn."""

    def __init__(self, model: ModelTableModel, parent: QAbstractItemView) -> None:
        super().__init__(parent)
        self._model = model
        self._view = parent
        self.hovered_row = -1
        self.focused_row = -1
        self.turn = 0.0
        self._theme = Theme.of(parent)
        self._fonts = row_fonts()
        self._is_rtl = False

    def prepare(self) -> None:
        """Look up theme and fonts; called once a repaint, since each cell would pay for it."""
        self._theme = Theme.of(self._view)
        self._fonts = row_fonts()
        self._is_rtl = self._view.layoutDirection() == Qt.LayoutDirection.RightToLeft

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(COLUMNS[index.column()].width, row_height())

    @guarded_cell
    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        row_number, column = index.row(), index.column()
        row = self._model.row_at(row_number)
        rect = QRectF(option.rect)
        theme, fonts = self._theme, self._fonts
        state = option.state.value
        is_selected = bool(state & _SELECTED)
        self._paint_ground(painter, rect, theme, row_number, column, state)
        y = rect.top() + (rect.height() + fonts.cap_height) / 2
        strong, quiet = self._colors(theme, row, is_selected)
        if column == NAME:
            self._paint_name(painter, rect, y, row, theme, fonts, is_selected)
            return
        text = self._model.cell_text(row, column)
        if column == SERVER:
            self._paint_server(painter, rect, y, row, quiet, is_selected)
            return
        if column == _CAPABILITIES and text != MISSING:
            self._paint_capabilities(painter, rect, row, quiet)
            return
        is_mono = column == _DIGEST and text != MISSING
        painter.setFont(fonts.mono if is_mono else fonts.body)
        painter.setPen(strong if column == SIZE else quiet)
        metrics = fonts.mono_metrics if is_mono else fonts.metrics
        room = rect.width() - 2 * PAD
        width = metrics.horizontalAdvance(text)
        if width > room and column == SIZE:
            text = short_size(row) or text
            width = metrics.horizontalAdvance(text)
        if width > room:
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
            width = metrics.horizontalAdvance(text)
        is_right = COLUMNS[column].is_right != self._is_rtl
        x = rect.right() - PAD - width if is_right else rect.left() + PAD
        painter.drawText(QPointF(x, y), text)

    def _colors(self, theme: Theme, row: ModelRow, is_selected: bool) -> tuple[QColor, QColor]:
        if is_selected and theme.is_high_contrast:
            return theme.row_selected_text, theme.row_selected_text
        return (theme.secondary if row.is_stale else theme.text), theme.secondary

    def _paint_ground(
        self,
        painter: QPainter,
        rect: QRectF,
        theme: Theme,
        row: int,
        column: int,
        state: int,
    ) -> None:
        is_active = bool(state & _ACTIVE)
        if state & _SELECTED:
            fill = theme.row_selected if is_active else theme.row_selected_inactive
            painter.fillRect(rect, fill)
            if column == NAME:
                bar = QRectF(rect.left(), rect.top(), BAR, rect.height())
                painter.fillRect(
                    mirrored(bar, rect, self._is_rtl),
                    theme.accent if is_active else theme.bar_inactive,
                )
        elif row == self.hovered_row:
            painter.fillRect(rect, theme.row_hover)
        if row == self.focused_row:
            self._paint_frame(painter, rect, theme, column)

    def _paint_frame(self, painter: QPainter, rect: QRectF, theme: Theme, column: int) -> None:
        """This cell's part of the frame around the row with the keyboard's focus."""
        color = theme.accent
        painter.fillRect(QRectF(rect.left(), rect.top(), rect.width(), 1), color)
        painter.fillRect(QRectF(rect.left(), rect.bottom() - 1, rect.width(), 1), color)
        viewport = self._view.viewport().rect()
        if rect.left() <= viewport.left():
            painter.fillRect(QRectF(rect.left(), rect.top(), 1, rect.height()), color)
        if rect.right() >= viewport.right():
            painter.fillRect(QRectF(rect.right() - 1, rect.top(), 1, rect.height()), color)

    def _paint_name(
        self,
        painter: QPainter,
        rect: QRectF,
        y: float,
        row: ModelRow,
        theme: Theme,
        fonts: RowFonts,
        is_selected: bool,
    ) -> None:
        strong, quiet = self._colors(theme, row, is_selected)
        icon = icon_rect(rect, self._is_rtl)
        if row.busy is not None:
            painter.save()
            try:
                paint_spinner(painter, icon, theme, self.turn)
            finally:
                painter.restore()
        else:
            paint_glyph(painter, KIND_GLYPHS[row.kind], icon, quiet)
        layout = layout_name(row, rect, self._fonts, self._is_rtl)
        paint_name(painter, layout.left, y, layout.text, fonts.name, strong, quiet)
        if layout.star is not None:
            paint_glyph(painter, "star-filled", layout.star, quiet)
        for badge, place in layout.badges:
            paint_badge(
                painter,
                place.left(),
                place.top(),
                badge_spec(badge, row),
                theme,
                compact=layout.is_compact,
                selected=is_selected,
            )

    def _paint_server(
        self,
        painter: QPainter,
        rect: QRectF,
        y: float,
        row: ModelRow,
        color: QColor,
        is_selected: bool,
    ) -> None:
        """The server's name; behind it the glyph of one that does not answer."""
        layout = layout_server(row, rect, self._fonts, self._is_rtl)
        painter.setFont(self._fonts.body)
        painter.setPen(color)
        painter.drawText(QPointF(layout.left, y), layout.text)
        state = row.server.shown.state
        if state is None or layout.glyph is None:
            return
        glyph, tone = STATE_GLYPHS[state]
        is_plain = is_selected and self._theme.is_high_contrast
        painted = color if is_plain else glyph_color(self._theme, tone)
        paint_glyph(painter, glyph, layout.glyph, painted)

    def _paint_capabilities(
        self, painter: QPainter, rect: QRectF, row: ModelRow, color: QColor
    ) -> None:
        for name, place in capability_rects(row.record.capabilities, rect, self._is_rtl):
            paint_glyph(painter, CAPABILITY_GLYPHS[name], place, color)

    def helpEvent(
        self,
        event: QHelpEvent,
        view: QAbstractItemView,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> bool:
        if event.type() != QEvent.Type.ToolTip or not index.isValid():
            return super().helpEvent(event, view, option, index)
        if index.column() == NAME:
            rect = QRectF(option.rect)
            tip = self._name_tip(QPointF(event.pos()), rect, self._model.row_at(index.row()))
        elif index.column() == _CAPABILITIES:
            tip = tooltip(self._model.cell_text(self._model.row_at(index.row()), _CAPABILITIES))
        else:
            return super().helpEvent(event, view, option, index)
        QToolTip.showText(event.globalPos(), tip, view)
        return True

    def _name_tip(self, pos: QPointF, rect: QRectF, row: ModelRow) -> str:
        """What stands under the pointer: the icon, a badge, or a name that is cut."""
        if icon_rect(rect, self._is_rtl).contains(pos):
            return tooltip(kind_word(row.kind))
        layout = layout_name(row, rect, self._fonts, self._is_rtl)
        for badge, place in layout.badges:
            if place.contains(pos):
                return tooltip(badge_tip(badge, row, self._model.now))
        words = (row.record.name if layout.is_cut else "", row.remark.note)
        return tooltip("\n".join(filter(None, words)))
