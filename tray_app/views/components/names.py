"""Model names: quiet prefix, strong base, quiet tag; painter for delegates and a widget."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.names import split_display
from tray_app.text import one_line, tooltip
from tray_app.views.components.safe_paint import guarded
from tray_app.views.theme import TextRole, Theme, baseline, font

_SHORT_PREFIX = "…/"
_TAG_SHARE = 0.4  # of a room that is too small for both
_MAX_NAME_CHARS = 500  # no width is worth measuring more


@dataclass(frozen=True, slots=True)
class NameText:
    """A name cut to a width, with the width it really takes."""

    prefix: str
    base: str
    tag: str
    width: float
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class NameFonts:
    """The two fonts of a name; make them once per font change, not per cell."""

    strong: QFont
    quiet: QFont

    @classmethod
    def of_role(cls, role: TextRole = TextRole.NAME, base: QFont | None = None) -> NameFonts:
        strong = font(role, base)
        quiet = QFont(strong)
        quiet.setWeight(QFont.Weight.Normal)
        return cls(strong, quiet)


def fit_name(name: str, fonts: NameFonts, width: float) -> NameText:
    """Elide `name` to `width`: first the prefix, then what is long of the tag, so that most of the
    base stays; a short tag is never cut."""
    prefix, base, tag = split_display(one_line(name, _MAX_NAME_CHARS))
    tag = ":" + tag if tag else ""
    strong, quiet = QFontMetricsF(fonts.strong), QFontMetricsF(fonts.quiet)
    prefix_width, tag_width = quiet.horizontalAdvance(prefix), quiet.horizontalAdvance(tag)
    base_width = strong.horizontalAdvance(base)
    if prefix_width + base_width + tag_width <= width:
        return NameText(prefix, base, tag, prefix_width + base_width + tag_width)
    if prefix:
        prefix = _SHORT_PREFIX
        prefix_width = quiet.horizontalAdvance(prefix)
    room = max(0.0, width - prefix_width)
    tag_room = max(room - base_width, room * _TAG_SHARE)
    if tag_width > tag_room:
        # Its end tells quantizations apart, and stands last in names of files.
        tag = quiet.elidedText(tag, Qt.TextElideMode.ElideMiddle, tag_room)
        tag_width = quiet.horizontalAdvance(tag)
    if base_width > room - tag_width:
        base = strong.elidedText(base, Qt.TextElideMode.ElideMiddle, max(room - tag_width, 0.0))
        base_width = strong.horizontalAdvance(base)
    return NameText(prefix, base, tag, prefix_width + base_width + tag_width, is_cut=True)


def paint_name(
    painter: QPainter,
    left: float,
    baseline_y: float,
    text: NameText,
    fonts: NameFonts,
    strong_color: QColor,
    quiet_color: QColor,
) -> None:
    """Draw a fitted name with its left edge at `left`; names run from left to right everywhere."""
    x = left
    around = painter.layoutDirection()
    painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
    parts = (
        (text.prefix, fonts.quiet, quiet_color),
        (text.base, fonts.strong, strong_color),
        (text.tag, fonts.quiet, quiet_color),
    )
    for piece, piece_font, color in parts:
        if piece:
            painter.setFont(piece_font)
            painter.setPen(color)
            painter.drawText(QPointF(x, baseline_y), piece)
            x += QFontMetricsF(piece_font).horizontalAdvance(piece)
    painter.setLayoutDirection(around)


class NameLabel(QWidget):
    """A name as a widget; the tooltip has the whole name when it is cut."""

    def __init__(
        self, name: str = "", role: TextRole = TextRole.NAME, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._name = name
        self._role = role
        self._fonts = NameFonts.of_role(role)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.set_name(name)

    @property
    def name(self) -> str:
        return self._name

    def set_name(self, name: str) -> None:
        """Show `name`."""
        self._name = name
        self.setAccessibleName(name)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        fitted = fit_name(self._name, self._fonts, 1e6)
        return QSize(int(fitted.width) + 2, self._height())

    def minimumSizeHint(self) -> QSize:
        metrics = QFontMetricsF(self._fonts.strong)
        return QSize(int(metrics.horizontalAdvance("…")) + 8, self._height())

    def _height(self) -> int:
        # A pixel more on both sides: some fonts draw an underscore below their own descent.
        return int(QFontMetricsF(self._fonts.strong).height() + 0.999) + 2

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationFontChange:
            self._fonts = NameFonts.of_role(self._role)
            self.updateGeometry()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        theme = Theme.of(self)
        fitted = fit_name(self._name, self._fonts, self.width())
        self.setToolTip(tooltip(self._name) if fitted.is_cut else "")
        strong = theme.window_text if self.isEnabled() else theme.disabled_text
        quiet = theme.secondary if self.isEnabled() else theme.disabled_text
        painter = QPainter(self)
        y = baseline(QRectF(self.rect()), self._fonts.strong)
        is_rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        left = float(max(0, int(self.width() - fitted.width))) if is_rtl else 0.0
        paint_name(painter, left, y, fitted, self._fonts, strong, quiet)
