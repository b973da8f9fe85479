"""ScrollArea: the one that all pages scroll in, by wheel, bar and keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QAbstractSlider, QFrame, QScrollArea, QWidget

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent
    from PySide6.QtWidgets import QAbstractScrollArea

_WAYS = {
    Qt.Key.Key_Home: QAbstractSlider.SliderAction.SliderToMinimum,
    Qt.Key.Key_End: QAbstractSlider.SliderAction.SliderToMaximum,
    Qt.Key.Key_PageUp: QAbstractSlider.SliderAction.SliderPageStepSub,
    Qt.Key.Key_PageDown: QAbstractSlider.SliderAction.SliderPageStepAdd,
}
_HARMLESS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.KeypadModifier


def end_of_list(event: QKeyEvent) -> int | None:
    """The index of the row to which a key leads: that of the first one, or of the last."""
    ends = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: -1}
    return None if event.modifiers() & ~_HARMLESS else ends.get(Qt.Key(event.key()))


def give_viewport(
    area: QAbstractScrollArea, role: QPalette.ColorRole = QPalette.ColorRole.Base
) -> QWidget:
    """Give `area`, which is empty so far, a viewport like its own: to say of what class Qt's is,
    PySide makes all classes of widgets that there are, which is a tenth of building a window."""
    viewport = QWidget()
    viewport.setObjectName("qt_scrollarea_viewport")
    viewport.setBackgroundRole(role)
    viewport.setAutoFillBackground(True)
    viewport.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
    area.setViewport(viewport)
    return viewport


class ScrollArea(QScrollArea):
    """Without a frame; its content is as wide as it. Home and End, which Qt's own does not know,
    go to its ends, also from a button or a row in it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        give_viewport(self, QPalette.ColorRole.Window)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)

    def scroll_by_key(self, event: QKeyEvent) -> bool:
        """Scroll if it is one of the keys for that; whether there was anything to scroll."""
        way, bar = _WAYS.get(Qt.Key(event.key())), self.verticalScrollBar()
        if way is None or event.modifiers() & ~_HARMLESS or bar.maximum() <= bar.minimum():
            return False
        bar.triggerAction(way)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.scroll_by_key(event):
            super().keyPressEvent(event)
