"""Check box, combo box, spin box, time box and search field. On Fusion their marks are painted
here, since a stylesheet could only show image files that know nothing of the palette."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QLocale, QPoint, QRect, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QLineEdit,
    QSizePolicy,
    QSpinBox,
    QStyle,
    QStyleOptionButton,
    QTimeEdit,
    QToolButton,
    QWidget,
)

from tray_app.text import locale, tr
from tray_app.views.components.glyphs import glyph, paint_glyph
from tray_app.views.components.keep_focus import enable
from tray_app.views.components.safe_paint import guarded
from tray_app.views.style import is_styled
from tray_app.views.theme import Theme, mix

_BOX = 18
_TEXT_X = 28
_ARROW = 16
_MIN_CHECK = 160


class CheckBox(QCheckBox):
    """A check box with an 18 px mark; the text starts at x + 28, and breaks into lines where
    there is no room for it on one. (Native ones cannot do that.)"""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        policy = self.sizePolicy()
        policy.setHeightForWidth(is_styled())
        policy.setHorizontalPolicy(QSizePolicy.Policy.Preferred)
        policy.setVerticalPolicy(QSizePolicy.Policy.Preferred)
        self.setSizePolicy(policy)

    def setEnabled(self, is_enabled: bool) -> None:
        enable(self, is_enabled, super().setEnabled)

    def sizeHint(self) -> QSize:
        if not is_styled():
            return super().sizeHint()
        width = self.fontMetrics().size(Qt.TextFlag.TextShowMnemonic, self.text()).width()
        return QSize(_TEXT_X + width + 4, self._height(self.fontMetrics().height()))

    def minimumSizeHint(self) -> QSize:
        hint = self.sizeHint()
        return QSize(min(hint.width(), _MIN_CHECK), hint.height()) if is_styled() else hint

    def hasHeightForWidth(self) -> bool:
        return is_styled()

    def heightForWidth(self, width: int) -> int:
        room = QRect(0, 0, max(1, width - _TEXT_X), 10_000)
        flags = int(Qt.TextFlag.TextShowMnemonic | Qt.TextFlag.TextWordWrap)
        return self._height(self.fontMetrics().boundingRect(room, flags, self.text()).height())

    @staticmethod
    def _height(text: int) -> int:
        return max(_BOX + 4, text + 4)

    def hitButton(self, pos: QPoint) -> bool:
        return self.rect().contains(pos) if is_styled() else super().hitButton(pos)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        if not is_styled():
            super().paintEvent(event)
            return
        theme = Theme.of(self)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        is_rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left = self.width() - _BOX - 2 if is_rtl else 2
        # Beside the first line of several.
        line = self._height(self.fontMetrics().height())
        top = (self.height() - self.heightForWidth(self.width()) + line - _BOX) / 2
        box = QRectF(left, top, _BOX, _BOX)
        is_hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        paint_check_box(
            painter, box, theme, self.isChecked(), self.isEnabled(), is_hovered=is_hovered
        )
        if self.hasFocus():
            painter.setPen(QPen(theme.accent, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(-1, -1, 1, 1), 5, 5)
        painter.setPen(theme.window_text if self.isEnabled() else theme.disabled_text)
        text = self.rect().adjusted(0 if is_rtl else _TEXT_X, 0, -_TEXT_X if is_rtl else 0, 0)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading
        shortcut = Qt.TextFlag.TextShowMnemonic | Qt.TextFlag.TextWordWrap
        painter.drawText(
            text,
            int(QStyle.visualAlignment(self.layoutDirection(), flags)) | int(shortcut),
            self.text(),
        )


def paint_check_box(
    painter: QPainter,
    box: QRectF,
    theme: Theme,
    is_checked: bool,
    is_enabled: bool = True,
    *,
    is_hovered: bool = False,
) -> None:
    """The mark of a check box, 18 px on each side; for rows that are no widgets, too."""
    border = mix(theme.base, theme.text, 0.62 if is_hovered else 0.5)
    fill, mark = theme.base, theme.accent_text
    if is_checked:
        fill = border = theme.accent
    if not is_enabled:
        border = theme.control_border
        fill, mark = (theme.disabled_fill if is_checked else theme.window), theme.disabled_text
    painter.setPen(QPen(border, 1))
    painter.setBrush(fill)
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
    if is_checked:
        paint_glyph(painter, "check", box.adjusted(1, 1, -1, -1), mark)


class ComboBox(QComboBox):
    """A combo box. The wheel scrolls the page under it instead of changing the value."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if is_styled():
            theme = Theme.of(self)
            color = theme.secondary if self.isEnabled() else theme.disabled_text
            is_rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
            left = 8 if is_rtl else self.width() - _ARROW - 8
            rect = QRectF(left, (self.height() - _ARROW) / 2, _ARROW, _ARROW)
            paint_glyph(QPainter(self), "chevron-down", rect, color)


class SpinBox(QSpinBox):
    """A spin box. The wheel scrolls the page under it unless it has the focus."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        _fit(self)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        _paint_steps(self, self.value() < self.maximum(), self.value() > self.minimum())


class TimeBox(QTimeEdit):
    """A time of day, in the locale's way. The wheel as in SpinBox."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        _fit(self)
        self.setWrapping(True)
        self.setDisplayFormat(locale().timeFormat(QLocale.FormatType.ShortFormat))

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        _paint_steps(self, can_go_up=True, can_go_down=True)


def _fit(box: QSpinBox | QTimeEdit) -> None:
    if is_styled():
        # The stylesheet's padding does not reach the field inside.
        box.lineEdit().setTextMargins(7, 0, 0, 0)
    box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)


def _paint_steps(box: QWidget, can_go_up: bool, can_go_down: bool) -> None:
    if not is_styled():
        return
    theme = Theme.of(box)
    is_rtl = box.layoutDirection() == Qt.LayoutDirection.RightToLeft
    left = 6 if is_rtl else box.width() - 20
    painter = QPainter(box)
    half = box.height() / 2
    for name, top, ok in (
        ("chevron-up", half - 13, can_go_up),
        ("chevron-down", half + 1, can_go_down),
    ):
        color = theme.secondary if ok and box.isEnabled() else theme.disabled_text
        paint_glyph(painter, name, QRectF(left, top, 12, 12), color)


class SearchField(QLineEdit):
    """A field with a magnifying glass, and a clear button once there is something to clear."""

    def __init__(self, placeholder: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder)
        self._action = self.addAction(
            glyph("search", Theme.of(self).secondary), QLineEdit.ActionPosition.LeadingPosition
        )
        for button in self.findChildren(QToolButton):
            button.setAccessibleName(placeholder)
        self.textChanged.connect(self._on_text_changed)

    @Slot(str)
    def _on_text_changed(self, words: str) -> None:
        """Qt looks through the icons of the system for this button: not for a field in which
        nobody types."""
        if not words or self.isClearButtonEnabled():
            return
        self.setClearButtonEnabled(True)
        for button in self.findChildren(QToolButton):
            if button.defaultAction() is not self._action:
                button.setAccessibleName(tr("Clear"))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._action.setIcon(glyph("search", Theme.of(self).secondary))


def set_invalid(field: QLineEdit, invalid: bool) -> None:
    """Mark a field as holding something that cannot be used."""
    _mark(field, "invalid", invalid)


def set_quiet(field: QWidget, quiet: bool) -> None:
    """Mark a field as holding what nobody has typed there."""
    _mark(field, "quiet", quiet)


def _mark(field: QWidget, name: str, is_so: bool) -> None:
    if bool(field.property(name)) == is_so:
        return
    field.setProperty(name, is_so)
    field.style().unpolish(field)
    field.style().polish(field)
    field.update()
