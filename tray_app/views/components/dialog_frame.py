"""What all dialogs have in common: margins, a hairline, a footer with buttons in native order,
and that they fit the screen: the content scrolls before a button leaves."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, SignalInstance, Slot
from PySide6.QtWidgets import (
    QBoxLayout,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from tray_app.resources import app_icon
from tray_app.views.components.screen_fit import FittingContent, FittingScroll, ScreenFit
from tray_app.views.components.surfaces import Hairline

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QResizeEvent

    from tray_app.views.components.buttons import Button

_SIDE = 20


class DialogFrame(QDialog):
    """Put the content into `body`; buttons into the footer with `add_button` and `add_left`.

    Shown with open() or show(), never with a loop of its own; deletes itself when closed.
    """

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setWindowIcon(app_icon())
        self._wanted = QSize(0, 0)
        self._followed: list[tuple[SignalInstance, Callable[..., None]]] = []
        self.finished.connect(self._stop_following)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._content = FittingContent()
        self.body = QVBoxLayout(self._content)
        self.body.setContentsMargins(_SIDE, 16, _SIDE, _SIDE)
        self.body.setSpacing(8)
        self.scroller = FittingScroll(self._content, self)
        self.left = QHBoxLayout()
        self.left.setSpacing(8)
        self.button_box = QDialogButtonBox(self)
        left = QHBoxLayout()
        left.addLayout(self.left)
        left.addStretch(1)
        self._footer = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._footer.setContentsMargins(_SIDE, 12, _SIDE, 12)
        self._footer.setSpacing(8)
        self._footer.addLayout(left, 1)
        self._footer.addWidget(self.button_box)
        self._line = Hairline(self)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.scroller, 1)
        outer.addWidget(self._line)
        outer.addLayout(self._footer)
        self.screen_fit = ScreenFit(self, self._least_size)
        self._content.needs_changed.connect(self.screen_fit.apply_least)

    def follow(self, changed: SignalInstance, slot: Callable[..., None]) -> None:
        """Have `slot` called as long as the dialog is open; it is deleted only some time later."""
        changed.connect(slot)
        self._followed.append((changed, slot))

    @Slot()
    def _stop_following(self) -> None:
        for changed, slot in self._followed:
            changed.disconnect(slot)
        self._followed.clear()

    # its size

    def set_least_size(self, width: int, height: int = 0) -> None:
        """Never smaller than this, nor than what the words of this language need, as long as the
        screen has room for it."""
        self._wanted = QSize(width, height)
        self.resize(width, height or self.height())
        self.screen_fit.apply_least()

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self.screen_fit.apply_least()  # of the buttons; the content tells by itself
        return done

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._turn_footer(event.size().width())

    def fit_height(self) -> None:
        """As high as the texts need at this width: at the smallest one until it is shown."""
        self.body.invalidate()
        self.body.activate()
        room = self.screen_fit.room()
        least = min(self._least_width(), room.width())
        width = max(self.width(), least) if self.isVisible() else least
        self._turn_footer(width)
        height = self.body.totalHeightForWidth(width)
        if height < 0:
            height = self.body.totalSizeHint().height()
        self.resize(width, min(height + self._footer_height(), room.height()))

    def _least_size(self) -> QSize:
        width = self._least_width()
        room = self.screen_fit.room().width()
        content = self._content.heightForWidth(min(max(width, self.width()), room))
        if content < 0:
            content = self.body.totalMinimumSize().height()
        return QSize(width, max(self._wanted.height(), content + self._footer_height()))

    def _least_width(self) -> int:
        content = self.body.totalMinimumSize().width()
        return max(self._wanted.width(), content, self._footer_width())

    def _footer_width(self) -> int:
        """What the buttons need in one line."""
        sides = self._footer.contentsMargins()
        left, right = self.left.sizeHint().width(), self.button_box.sizeHint().width()
        between = self._footer.spacing() if left else 0
        return sides.left() + left + between + right + sides.right()

    def _footer_height(self) -> int:
        # The line has no size of its own to hint at, only the one that is set.
        return self._line.minimumHeight() + self._footer.sizeHint().height()

    def _turn_footer(self, width: int) -> None:
        """One below the other where the screen has no room for all buttons in a line."""
        is_narrow = width < self._footer_width() and self.left.count() > 0
        direction = QBoxLayout.Direction
        self._footer.setDirection(direction.TopToBottom if is_narrow else direction.LeftToRight)

    # its buttons and keys

    def add_button(self, button: Button, role: QDialogButtonBox.ButtonRole) -> Button:
        """A button of the footer; the role decides where the platform wants it."""
        self.button_box.addButton(button, role)
        return button

    def add_left(self, button: Button) -> Button:
        """A button at the far side, for what is not an answer to the dialog."""
        self.left.addWidget(button)
        return button

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.scroller.scroll_by_key(event):
            super().keyPressEvent(event)
