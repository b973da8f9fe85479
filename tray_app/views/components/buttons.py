"""Buttons whose icon keeps the palette's colour: normal, primary, destructive, link, copy."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QEvent, QPoint, QSize, Qt
from PySide6.QtGui import QAction, QColor, QGuiApplication, QIcon, QKeyEvent, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QPushButton,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
    QToolButton,
    QToolTip,
    QWidget,
)

from tray_app.text import tooltip, tr
from tray_app.views.components.announce import announce
from tray_app.views.components.glyphs import glyph
from tray_app.views.components.keep_focus import enable
from tray_app.views.components.safe_paint import guarded
from tray_app.views.style import is_styled
from tray_app.views.theme import Theme, Tone

ICON = QSize(16, 16)
_SPACED_ICON = QSize(20, 16)  # beside a text; styles leave only 4 px between the two


class Kind(StrEnum):
    """What a button is for; its look follows."""

    NORMAL = "normal"
    PRIMARY = "primary"
    DESTRUCTIVE = "destructive"  # the last step of a deletion
    DANGER = "danger"  # leads to a deletion
    LINK = "link"


def enter_clicks(button: QAbstractButton, event: QKeyEvent) -> bool:
    """Whether the key was Enter, which then clicked the button: a dialog would give it to its
    default button, and do the contrary of what is framed on the screen."""
    if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter) or event.isAutoRepeat():
        return False
    button.click()
    return True


class Button(QPushButton):
    """A push button. One primary button per surface."""

    def __init__(
        self,
        text: str,
        icon: str = "",
        kind: Kind = Kind.NORMAL,
        *,
        small: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self._icon_name = icon
        self._kind = kind
        self.setIconSize(_SPACED_ICON if is_styled() else ICON)
        if small:
            self.setProperty("small", True)
        self.set_kind(kind)
        if kind is Kind.LINK:
            self.setFlat(not is_styled())
            self.setCursor(Qt.CursorShape.PointingHandCursor)

    def setEnabled(self, is_enabled: bool) -> None:
        enable(self, is_enabled, super().setEnabled)

    @property
    def kind(self) -> Kind:
        return self._kind

    def set_kind(self, kind: Kind) -> None:
        """Change the look."""
        self._kind = kind
        self.setProperty("kind", kind.value)
        self.style().unpolish(self)
        self.style().polish(self)
        self._refresh_icon()

    def set_icon_name(self, name: str) -> None:
        """Show another icon ("" = none)."""
        if name != self._icon_name:
            self._icon_name = name
            self._refresh_icon()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not enter_clicks(self, event):
            super().keyPressEvent(event)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        missing = self.sizeHint().width() - self.width()
        if missing <= 0:
            super().paintEvent(event)
            return
        # In a window that cannot grow: better an ellipsis than a text cut at both ends.
        option = QStyleOptionButton()
        self.initStyleOption(option)
        metrics, flag = self.fontMetrics(), int(Qt.TextFlag.TextShowMnemonic)
        room = max(0, metrics.size(flag, self.text()).width() - missing)
        elided = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, room, flag)
        option.text = elided  # type: ignore[attr-defined]
        QStylePainter(self).drawControl(QStyle.ControlElement.CE_PushButton, option)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._refresh_icon()

    def _refresh_icon(self) -> None:
        if not self._icon_name:
            self.setIcon(QIcon())
            return
        self.setIcon(glyph(self._icon_name, self._icon_color()))

    def _icon_color(self) -> QColor:
        theme = Theme.of(self)
        if self._kind is Kind.PRIMARY and (is_styled() or self.isDefault()):
            return theme.accent_text
        if self._kind is Kind.DESTRUCTIVE:
            return theme.destructive_text if is_styled() else theme.danger
        if self._kind is Kind.DANGER:
            return theme.danger
        return theme.info if self._kind is Kind.LINK else theme.button_text


class IconButton(QToolButton):
    """A flat tool button: an icon, a name for screen readers, a tooltip."""

    def __init__(
        self,
        icon: str,
        name: str,
        *,
        text: str = "",
        size: int = 32,
        state: Tone | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._icon_name = icon
        self._state = state
        self.setIconSize(ICON)
        # Unlike push buttons, tool buttons are no Tab stop unless told so.
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAutoRaise(True)
        if text:
            self.setText(text)
            self.setIconSize(_SPACED_ICON if is_styled() else ICON)
            self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            self.setMinimumHeight(size)
        else:
            self.setFixedSize(size, size)
        self.set_name(name)
        self._refresh_icon()

    def setEnabled(self, is_enabled: bool) -> None:
        enable(self, is_enabled, super().setEnabled)

    def set_name(self, name: str, tip: str = "") -> None:
        """The accessible name, and the tooltip if it says more."""
        self.setAccessibleName(name)
        self.setToolTip(tooltip(tip or name))

    def set_icon_name(self, name: str) -> None:
        """Show another icon."""
        if name != self._icon_name:
            self._icon_name = name
            self._refresh_icon()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.menu() is not None or not enter_clicks(self, event):
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._refresh_icon()

    def _refresh_icon(self) -> None:
        theme = Theme.of(self)
        color = theme.state(self._state) if self._state is not None else theme.window_text
        self.setIcon(glyph(self._icon_name, color))


def follow(button: IconButton, action: QAction, keys: str) -> None:
    """Have a button be an action: its word, whether it can be used and why not, its click. The
    icon stays the button's own, in the colors of buttons, and is named by `icon_name`."""

    def show() -> None:
        word, reason = action.iconText(), action.toolTip() if not action.isEnabled() else ""
        button.setEnabled(action.isEnabled())
        button.setText(word)
        button.set_icon_name(getattr(action, "icon_name", ""))
        button.set_name(word, reason or f"{word} ({keys})")

    action.changed.connect(show)
    button.clicked.connect(action.trigger)
    show()


class CopyButton(IconButton):
    """Copies a text when clicked, and says so."""

    def __init__(self, name: str, text: str = "", *, size: int = 28, parent: QWidget | None = None):
        super().__init__("copy", name, size=size, parent=parent)
        self._copy_text = text
        self.clicked.connect(self._on_clicked)

    def set_copy_text(self, text: str) -> None:
        """What a click copies."""
        self._copy_text = text

    def _on_clicked(self) -> None:
        copy_text(self, self._copy_text)


def copy_text(widget: QWidget, text: str) -> None:
    """Put `text` on the clipboard; tooltip at `widget` and a polite announcement say so."""
    QGuiApplication.clipboard().setText(text)
    tell_copied(widget)


def tell_copied(widget: QWidget) -> None:
    """Something is on the clipboard now: a tooltip at `widget` and a polite announcement."""
    said = tr("Copied")
    QToolTip.showText(widget.mapToGlobal(QPoint(0, widget.height())), said, widget)
    announce(widget, said)
