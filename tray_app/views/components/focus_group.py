"""RovingFocus: several buttons are one Tab stop, and the arrow keys move between them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

_SIDEWAYS = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}
_DOWNWARDS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}


class RovingFocus(QObject):
    """Watches `widgets`; the one that had the focus last keeps the Tab stop."""

    def __init__(
        self, widgets: Sequence[QWidget], parent: QObject, *, is_column: bool = False
    ) -> None:
        super().__init__(parent)
        self._keys = _DOWNWARDS if is_column else _SIDEWAYS
        self._widgets = list(widgets)
        for widget in self._widgets:
            widget.installEventFilter(self)
        self._settle(None)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            step = self._keys.get(Qt.Key(event.key()))
            if step is not None and isinstance(watched, QWidget):
                is_rtl = watched.layoutDirection() == Qt.LayoutDirection.RightToLeft
                if is_rtl and self._keys is _SIDEWAYS:
                    step = -step
                return self._move(watched, step)
        elif kind == QEvent.Type.FocusIn and isinstance(watched, QWidget):
            self._settle(watched)
        elif kind == QEvent.Type.EnabledChange:
            self._settle(None)
        return super().eventFilter(watched, event)

    def let_go(self) -> None:
        """Watch them no longer: others do."""
        for widget in self._widgets:
            widget.removeEventFilter(self)
        self.deleteLater()

    def _move(self, start: QWidget, step: int) -> bool:
        usable = [w for w in self._widgets if w.isEnabled() and w.isVisible()]
        if start in usable:
            place = usable.index(start) + step
            if 0 <= place < len(usable):
                usable[place].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def _settle(self, wanted: QWidget | None) -> None:
        """Give the Tab stop to `wanted`, or leave it where it can be used."""
        enabled = [widget for widget in self._widgets if widget.isEnabled()]
        holder = wanted or next(
            (w for w in enabled if w.focusPolicy() & Qt.FocusPolicy.TabFocus),
            enabled[0] if enabled else None,
        )
        for widget in self._widgets:
            is_stop = widget is holder
            widget.setFocusPolicy(
                Qt.FocusPolicy.StrongFocus if is_stop else Qt.FocusPolicy.ClickFocus
            )
