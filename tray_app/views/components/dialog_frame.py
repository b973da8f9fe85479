"""What all dialogs have in common: margins, a hairline, a footer with buttons in native order."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QSize, Qt, SignalInstance, Slot
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QVBoxLayout, QWidget

from tray_app.resources import app_icon
from tray_app.views.components.buttons import Button
from tray_app.views.components.surfaces import Hairline

_SIDE = 20


class DialogFrame(QDialog):
    """Put the content into `body`; buttons into the footer with `add_button` and `add_left`.

    Shown with open() or show(), never with a loop of its own; deletes itself when closed.
    """

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setWindowIcon(app_icon())
        self._least: QSize | None = None
        self._followed: list[tuple[SignalInstance, Callable[..., None]]] = []
        self.finished.connect(self._stop_following)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.body = QVBoxLayout()
        self.body.setContentsMargins(_SIDE, 16, _SIDE, _SIDE)
        self.body.setSpacing(8)
        self.left = QHBoxLayout()
        self.left.setSpacing(8)
        self.button_box = QDialogButtonBox(self)
        footer = QHBoxLayout()
        footer.setContentsMargins(_SIDE, 12, _SIDE, 12)
        footer.setSpacing(8)
        footer.addLayout(self.left)
        footer.addStretch(1)
        footer.addWidget(self.button_box)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(self.body, 1)
        outer.addWidget(Hairline(self))
        outer.addLayout(footer)

    def follow(self, changed: SignalInstance, slot: Callable[..., None]) -> None:
        """Have `slot` called as long as the dialog is open; it is deleted only some time later."""
        changed.connect(slot)
        self._followed.append((changed, slot))

    @Slot()
    def _stop_following(self) -> None:
        for changed, slot in self._followed:
            changed.disconnect(slot)
        self._followed.clear()

    def set_least_size(self, width: int, height: int) -> None:
        """Never smaller than this, nor than what the words of this language need.

        (A minimum set on the widget would let it be smaller than its layout can be.)
        """
        self._least = QSize(width, height)
        self.resize(width, height)
        self._apply_least_size()

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Show):
            self._apply_least_size()
        return done

    def _apply_least_size(self) -> None:
        layout = self.layout()
        if self._least is None or layout is None:
            return
        width = max(self._least.width(), layout.totalMinimumSize().width())
        needed = layout.totalMinimumHeightForWidth(max(width, self.width()))
        self.setMinimumSize(width, max(self._least.height(), needed))

    def fit_height(self) -> None:
        """As high as the texts need at this width: at the smallest one until it is shown."""
        layout = self.layout()
        if layout is None:
            return
        layout.invalidate()
        layout.activate()
        least = max(self.minimumWidth(), layout.totalMinimumSize().width())
        width = max(self.width(), least) if self.isVisible() else least
        height = layout.totalHeightForWidth(width)
        self.resize(width, height if height > 0 else layout.totalSizeHint().height())

    def add_button(self, button: Button, role: QDialogButtonBox.ButtonRole) -> Button:
        """A button of the footer; the role decides where the platform wants it."""
        self.button_box.addButton(button, role)
        return button

    def add_left(self, button: Button) -> Button:
        """A button at the far side, for what is not an answer to the dialog."""
        self.left.addWidget(button)
        return button
