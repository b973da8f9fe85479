"""Rows and pages of the settings: a label with a control, a check box with its explanation.

A page binds its controls to settings: a change is stored at once, and a change from elsewhere
shows at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from tray_app.views.components.inputs import CheckBox, ComboBox, SpinBox
from tray_app.views.components.labels import PlainLabel, heading
from tray_app.views.components.scrolling import ScrollArea
from tray_app.views.components.surfaces import Card, margins
from tray_app.views.theme import TextRole

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from tray_app.settings import Settings

_MIN_ROW = 44
_CONTROL_WIDTH = 200
_HELPER_X = 28
_NUMBER_WIDTH = 132


class CheckRow(QWidget):
    """A check box; its explanation stands beneath its text."""

    def __init__(self, text: str, helper: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumHeight(_MIN_ROW)
        self.box = CheckBox(text, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 9, 16, 9)
        layout.setSpacing(0)
        layout.addWidget(self.box)
        self.helper = PlainLabel(helper, TextRole.SECONDARY, parent=self)
        self.helper.setContentsMargins(margins(_HELPER_X, 0, 0, 0))
        layout.addWidget(self.helper)
        self.set_helper(helper)

    def set_helper(self, helper: str) -> None:
        """Explain; "" = nothing to explain."""
        self.helper.setText(helper)
        self.helper.setVisible(bool(helper))
        self.box.setAccessibleDescription(helper)


class ControlRow(QWidget):
    """A label left and a control right; beneath each other when there is no room."""

    def __init__(
        self, text: str, control: QWidget, helper: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setMinimumHeight(_MIN_ROW)
        self.label = QLabel(text, self)
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setWordWrap(True)
        self.label.setBuddy(control)
        self._control = control
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(self.label)
        if helper:
            texts.setContentsMargins(0, 3, 0, 3)
            texts.addWidget(PlainLabel(helper, TextRole.SECONDARY, parent=self))
            control.setAccessibleDescription(helper)
        self._layout = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._layout.setContentsMargins(16, 6, 16, 6)
        self._layout.setSpacing(12)
        self._layout.addLayout(texts, 1)
        self._layout.addWidget(control, 0, Qt.AlignmentFlag.AlignVCenter)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        flag = Qt.TextFlag.TextShowMnemonic
        words = self.label.fontMetrics().size(flag, self.label.text()).width()
        text = max(words, int(self.width() * 0.4))
        is_wide = text + self._control.sizeHint().width() + 44 <= self.width()
        direction = QBoxLayout.Direction
        self._layout.setDirection(direction.LeftToRight if is_wide else direction.TopToBottom)


class CheckControlRow(QWidget):
    """A check box left, with its explanation, and what it switches on at the right."""

    def __init__(
        self,
        text: str,
        controls: Sequence[QWidget],
        helper: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setMinimumHeight(_MIN_ROW)
        self.box = CheckBox(text, self)
        self._controls = tuple(controls)
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(self.box)
        if helper:
            texts.setContentsMargins(0, 3, 0, 3)
            label = PlainLabel(helper, TextRole.SECONDARY, parent=self)
            label.setContentsMargins(margins(_HELPER_X, 0, 0, 0))
            texts.addWidget(label)
            self.box.setAccessibleDescription(helper)
        right = QHBoxLayout()
        right.setSpacing(8)
        for control in controls:
            right.addWidget(control)
        self._layout = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._layout.setContentsMargins(16, 6, 16, 6)
        self._layout.setSpacing(12)
        self._layout.addLayout(texts, 1)
        self._layout.addLayout(right)
        self.box.toggled.connect(self._on_box_toggled)
        self._on_box_toggled(False)

    def _on_box_toggled(self, is_checked: bool) -> None:
        for control in self._controls:
            control.setEnabled(is_checked)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        text = max(self.box.sizeHint().width(), int(self.width() * 0.4))
        controls = sum(control.sizeHint().width() + 8 for control in self._controls)
        is_wide = text + controls + 36 <= self.width()
        direction = QBoxLayout.Direction
        self._layout.setDirection(direction.LeftToRight if is_wide else direction.TopToBottom)


class SettingsPage(ScrollArea):
    """A page that scrolls, made of titled cards; bound to the settings."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.settings = settings
        self._shows: dict[str, list[Callable[[Any], None]]] = {}
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        content = QWidget(self)
        self.column = QVBoxLayout(content)
        self.column.setContentsMargins(24, 20, 24, 20)
        self.column.setSpacing(8)
        self.setWidget(content)
        settings.changed.connect(self._on_settings_changed)

    def add_group(self, title: str = "") -> Card:
        """A card, below a title."""
        if self.column.count():
            self.column.addSpacing(12)
        if title:
            self.column.addWidget(heading(title))
        card = Card()
        self.column.addWidget(card)
        return card

    def finish(self) -> None:
        """Everything is added; what is left of the height stays empty."""
        self.column.addStretch(1)

    def add_check(self, card: Card, name: str, text: str, helper: str = "") -> CheckRow:
        """A check box for the setting `name`."""
        row = CheckRow(text, helper)
        self.bind_check(row.box, name)
        card.add_row(row)
        return row

    def bind_check(self, box: CheckBox, name: str) -> None:
        """Have `box` show and change the setting `name`."""
        box.setProperty("setting", name)
        box.setChecked(self.settings.value(name))
        box.toggled.connect(self._on_box_toggled)
        self.follow(name, box.setChecked)

    def follow(self, name: str, show: Callable[[Any], None]) -> None:
        """Have `show` called with every new value of the setting `name`."""
        self._shows.setdefault(name, []).append(show)

    def add_choice(
        self,
        card: Card,
        name: str,
        text: str,
        choices: Sequence[tuple[Any, str]],
        helper: str = "",
    ) -> ComboBox:
        """A combo box for the setting `name`; `choices` are (value, words)."""
        combo = ComboBox()
        combo.setMinimumWidth(_CONTROL_WIDTH)
        combo.setProperty("setting", name)
        for value, words in choices:
            combo.addItem(words, value)

        def show(value: Any) -> None:
            combo.setCurrentIndex(combo.findData(value))

        show(self.settings.value(name))
        combo.activated.connect(self._on_combo_activated)
        self._shows.setdefault(name, []).append(show)
        card.add_row(ControlRow(text, combo, helper))
        return combo

    def add_number(
        self, card: Card, name: str, text: str, low: int, high: int, helper: str = ""
    ) -> SpinBox:
        """A spin box for the setting `name`."""
        spin = self.number(name, low, high)
        card.add_row(ControlRow(text, spin, helper))
        return spin

    def number(self, name: str, low: int, high: int) -> SpinBox:
        """A spin box for the setting `name`, to be put somewhere."""
        spin = SpinBox()
        spin.setRange(low, high)
        spin.setMinimumWidth(_NUMBER_WIDTH)
        spin.setProperty("setting", name)
        spin.setValue(self.settings.value(name))
        spin.valueChanged.connect(self._on_spin_value_changed)
        self.follow(name, spin.setValue)
        return spin

    def _on_box_toggled(self, checked: bool) -> None:
        self.settings.set(self.sender().property("setting"), checked)

    def _on_combo_activated(self, index: int) -> None:
        combo = self.sender()
        if isinstance(combo, ComboBox):
            self.settings.set(combo.property("setting"), combo.itemData(index))

    def _on_spin_value_changed(self, value: int) -> None:
        self.settings.set(self.sender().property("setting"), value)

    def _on_settings_changed(self, name: str) -> None:
        for show in self._shows.get(name, ()):
            show(self.settings.value(name))
