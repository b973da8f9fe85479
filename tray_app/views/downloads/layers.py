"""The layers of one download, painted in one widget: a model may have hundreds of them."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from tray_app.core.pulls.progress import LayerProgress, LayerState
from tray_app.core.pulls.states import IN_TRANSFER, PullItem
from tray_app.text import join, layer_detail, layer_label, tr
from tray_app.views.components.glyphs import paint_glyph
from tray_app.views.components.safe_paint import guarded
from tray_app.views.theme import TextRole, Theme, Tone, baseline, font

ROW_HEIGHT = 24
MAX_ROWS = 400
_BOTTOM = 10
_GLYPH = 14
_NAME_X = 26
_DIGEST_X = 122
_BAR_X = 214
_BAR_WIDTH, _BAR_HEIGHT = 200, 4


class DownloadLayers(QWidget):
    """Rows of 24 px: icon, kind, digest, a bar for the layer that is on its way, bytes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layers: tuple[LayerProgress, ...] = ()
        self._is_idle = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_item(self, item: PullItem) -> None:
        """Show the layers of `item`."""
        layers = item.progress.layers if item.progress else ()
        is_idle = item.state not in IN_TRANSFER
        if layers == self._layers and is_idle == self._is_idle:
            return
        grows = len(layers) != len(self._layers)
        self._layers, self._is_idle = layers, is_idle
        if grows:
            self.updateGeometry()
        self.setAccessibleDescription(join([_spoken(layer) for layer in layers[:20]]))
        self.update()

    def line_count(self) -> int:
        """How many lines are shown; 1 says that nothing is known yet or that more were left out."""
        return max(1, min(len(self._layers), MAX_ROWS + 1))

    def sizeHint(self) -> QSize:
        return QSize(400, self.line_count() * ROW_HEIGHT + _BOTTOM)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        theme = Theme.of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self._layers:
            self._paint_line(painter, 0, theme, tr("The layers aren’t known yet."))
            return
        first = max(0, event.rect().top() // ROW_HEIGHT)
        last = min(self.line_count() - 1, event.rect().bottom() // ROW_HEIGHT)
        for index in range(first, last + 1):
            if index == MAX_ROWS:
                rest = tr("%Ln more layers", "", len(self._layers) - MAX_ROWS)
                self._paint_line(painter, index, theme, rest)
            else:
                self._paint_layer(painter, index, theme)

    def _paint_line(self, painter: QPainter, index: int, theme: Theme, text: str) -> None:
        rect = QRectF(0, index * ROW_HEIGHT, self.width(), ROW_HEIGHT)
        painter.setFont(font(TextRole.SECONDARY))
        painter.setPen(theme.secondary)
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading, text)

    def _paint_layer(self, painter: QPainter, index: int, theme: Theme) -> None:
        layer = self._layers[index]
        rect = QRectF(0, index * ROW_HEIGHT, self.width(), ROW_HEIGHT)
        body, mono = font(TextRole.SECONDARY), font(TextRole.MONO)
        y = baseline(rect, body)
        glyph, color = {
            LayerState.WAITING: ("clock", theme.secondary),
            LayerState.RUNNING: ("download", theme.secondary),
            LayerState.DONE: ("check", theme.state(Tone.OK)),
            LayerState.HERE: ("check", theme.state(Tone.OK)),
        }[layer.state]
        top = rect.top() + (ROW_HEIGHT - _GLYPH) / 2
        paint_glyph(painter, glyph, self._mirrored(QRectF(0, top, _GLYPH, _GLYPH)), color)
        label = layer_label(layer.kind)
        label_width = QFontMetricsF(body).horizontalAdvance(label)
        digest_x = max(_DIGEST_X, _NAME_X + label_width + 12)
        self._text(painter, body, theme.text, _NAME_X, label_width, y, label)
        digest = layer.digest.removeprefix("sha256:")[:12]
        digest_width = QFontMetricsF(mono).horizontalAdvance(digest)
        right = layer_detail(layer)
        right_width = QFontMetricsF(body).horizontalAdvance(right)
        room = self.width() - right_width - 12
        if digest_x + digest_width < room:
            self._text(painter, mono, theme.secondary, digest_x, digest_width, y, digest)
        left = self.width() - right_width
        self._text(painter, body, theme.secondary, left, right_width, y, right)
        bar_x = max(_BAR_X, digest_x + digest_width + 12)
        if layer.state is LayerState.RUNNING and bar_x + _BAR_WIDTH < room:
            self._paint_bar(painter, QRectF(bar_x, rect.center().y(), _BAR_WIDTH, _BAR_HEIGHT),
                            layer, theme)  # fmt: skip

    def _paint_bar(
        self, painter: QPainter, rect: QRectF, layer: LayerProgress, theme: Theme
    ) -> None:
        rect.translate(0, -_BAR_HEIGHT / 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.bar_track)
        painter.drawRoundedRect(self._mirrored(rect), 2, 2)
        if layer.total_bytes > 0 and layer.completed_bytes > 0:
            share = min(1.0, layer.completed_bytes / layer.total_bytes)
            rect.setWidth(max(_BAR_HEIGHT, rect.width() * share))
            painter.setBrush(theme.bar_paused if self._is_idle else theme.accent)
            painter.drawRoundedRect(self._mirrored(rect), 2, 2)

    def _text(
        self,
        painter: QPainter,
        text_font: QFont,
        color: object,
        x: float,
        width: float,
        y: float,
        text: str,
    ) -> None:
        painter.setFont(text_font)
        painter.setPen(color)  # type: ignore[call-overload]
        painter.drawText(QPointF(self._mirrored(QRectF(x, 0, width, 1)).x(), y), text)

    def _mirrored(self, rect: QRectF) -> QRectF:
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            return QRectF(self.width() - rect.right(), rect.y(), rect.width(), rect.height())
        return rect


def _spoken(layer: LayerProgress) -> str:
    return tr("{layer}: {bytes}", "a layer").format(
        layer=layer_label(layer.kind), bytes=layer_detail(layer)
    )
