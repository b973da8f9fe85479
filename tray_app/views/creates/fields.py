"""Two fields side by side, or beneath each other where they do not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from tray_app.views.components.inputs import ComboBox
from tray_app.views.theme import TextRole, font

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

_GAP = 12
_LABEL_GAP = 6


class ChoiceField(QWidget):
    """A label over a combo box."""

    def __init__(self, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = QLabel(label, self)
        self.label.setFont(font(TextRole.NAME))
        self.combo = ComboBox(self)
        self.combo.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.label.setBuddy(self.combo)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(_LABEL_GAP)
        column.addWidget(self.label)
        column.addWidget(self.combo)

    @property
    def wanted_width(self) -> int:
        return max(self.label.sizeHint().width(), self.combo.sizeHint().width())


class FieldPair(QWidget):
    """Each gets half of the width."""

    def __init__(self, first: ChoiceField, second: ChoiceField, parent: QWidget) -> None:
        super().__init__(parent)
        self._fields = (first, second)
        self._layout = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(_GAP)
        for field in self._fields:
            self._layout.addWidget(field, 1)

    @property
    def is_stacked(self) -> bool:
        return self._layout.direction() is QBoxLayout.Direction.TopToBottom

    def arrange(self) -> None:
        """Side by side as long as both have what they want."""
        shown = [field for field in self._fields if not field.isHidden()]
        self.setVisible(bool(shown))
        half = (self.width() - _GAP) // 2
        fits = len(shown) < 2 or all(field.wanted_width <= half for field in shown)
        direction = QBoxLayout.Direction
        self._layout.setDirection(direction.LeftToRight if fits else direction.TopToBottom)

    def minimumSizeHint(self) -> QSize:
        shown = [field for field in self._fields if not field.isHidden()]
        width = max((field.minimumSizeHint().width() for field in shown), default=0)
        return QSize(width, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.arrange()
