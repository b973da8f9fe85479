"""FilterBar: chips for the filters on the left, actions for the selection right.

When it gets narrow the actions lose their words, then the chips become one drop-down button.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QActionGroup, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QMenu, QToolButton, QWidget

from tray_app.itemmodels.model_table import FILTERS, Counts
from tray_app.text import filter_label, models_count, number, tooltip, tr
from tray_app.views.components.buttons import IconButton, follow
from tray_app.views.components.chips import Chip
from tray_app.views.components.focus_group import RovingFocus
from tray_app.views.main_window.actions import Actions, Command
from tray_app.views.shortcuts import hint

_SIDES = 16 + 12
_GAP = 4
_MIDDLE = 16
_ANY_WIDTH = 16_777_215
_COMPARISON_MIN = 96
_BUTTONS = (Command.DETAILS, Command.LOAD, Command.UPDATE, Command.DELETE)
_RARE = frozenset({"cloud", "updates", "starred"})


class FilterBar(QWidget):
    """Signals: `filter_chosen` (key), `comparison_ended` (its chip was clicked)."""

    filter_chosen = Signal(str)
    comparison_ended = Signal()

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions = actions
        self._counts: Counts | None = None
        self._is_built = False
        self._chips = {key: Chip(filter_label(key), self) for key in FILTERS}
        self._group = QButtonGroup(self)
        self._is_choosing = False
        self._group.setExclusive(True)
        self._compact = self._make_compact()
        self.comparison_chip = self._make_comparison_chip()
        self._buttons = {command: self._make_button(command) for command in _BUTTONS}
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 12, 8)
        row.setSpacing(_GAP)
        for key, chip in self._chips.items():
            chip.setProperty("key", key)
            self._group.addButton(chip)
            row.addWidget(chip)
        row.addWidget(self._compact)
        row.addWidget(self.comparison_chip)
        row.addStretch(1)
        for button in self._buttons.values():
            row.addWidget(button)
        self._is_built = True
        self._roving = RovingFocus(list(self._buttons.values()), self)
        self._chips["all"].setChecked(True)
        # Not "clicked": voice control and screen readers may toggle a chip without a click.
        self._group.buttonToggled.connect(self._on_group_toggled)
        self.set_counts(None, is_running_known=True)

    def _make_compact(self) -> IconButton:
        button = IconButton("chevron-down", tr("Filter"), text=" ", size=28, parent=self)
        button.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the chevron comes last
        button.setProperty("framed", True)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(button)
        menu.setLayoutDirection(self.layoutDirection())
        menu.aboutToShow.connect(self._on_compact_menu_about_to_show)
        button.setMenu(menu)
        button.hide()
        return button

    def _make_comparison_chip(self) -> Chip:
        chip = Chip("", self, closes=True)
        chip.setChecked(True)
        chip.hide()
        chip.clicked.connect(self._on_comparison_chip_clicked)
        return chip

    def _on_comparison_chip_clicked(self) -> None:
        self.comparison_chip.setChecked(True)  # it goes, it is never off
        self.comparison_ended.emit()

    def _make_button(self, command: Command) -> IconButton:
        action = self._actions[command]
        button = IconButton(
            action.icon_name, action.iconText(), text=action.iconText(), parent=self
        )
        follow(button, action, hint(command))
        action.changed.connect(self._fit)
        return button

    @property
    def current(self) -> str:
        """The key of the chosen chip."""
        return next((key for key, chip in self._chips.items() if chip.isChecked()), "all")

    def chip(self, key: str) -> Chip:
        return self._chips[key]

    @property
    def stops(self) -> list[QWidget]:
        """Everything that can have the focus, in order."""
        return [
            *self._chips.values(),
            *(self._compact, self.comparison_chip),
            *self._buttons.values(),
        ]

    def focus_chips(self, reason: Qt.FocusReason) -> None:
        """Focus on the chosen chip."""
        chip = self._chips[self.current]
        (self._compact if chip.isHidden() else chip).setFocus(reason)

    def button(self, command: str) -> IconButton:
        """The button of a command: details, load, update, delete."""
        return self._buttons[Command(command)]

    def set_counts(
        self, counts: Counts | None, *, is_running_known: bool, has_news: bool = False
    ) -> None:
        """How many models each chip would show; None = nothing is known yet. `has_news`: there is
        something to say of updates, be there any or not."""
        self._counts = counts
        for key, chip in self._chips.items():
            count = counts.of(key) if counts else 0
            chip.set_count(number(count) if counts else "", self._spoken(key, count))
            is_told = count > 0 or (key == "updates" and has_news)
            chip.setEnabled(key == "all" or counts is None or is_told or chip.isChecked())
            is_hidden = (key in _RARE and not is_told and counts is not None) or (
                key == "loaded" and not is_running_known and counts is not None
            )
            chip.setProperty("unused", is_hidden and not chip.isChecked())
        self._fit()

    def set_comparison(self, words: str, count: int) -> None:
        """Which servers are compared how, and how many models that shows; "" = they are not."""
        chip = self.comparison_chip
        chip.setText(words)
        chip.setProperty("unused", not words)
        chip.setToolTip(tooltip(tr("End the comparison")) if words else "")
        template = tr("{filter}, {models}, filter")
        chip.set_count(number(count), template.format(filter=words, models=models_count(count)))
        chip.updateGeometry()
        self._fit()

    def choose(self, key: str) -> None:
        """Choose a chip without telling."""
        self._is_choosing = True
        self._chips[key].setChecked(True)
        self._is_choosing = False
        if self._counts is not None:
            self._fit()

    def _spoken(self, key: str, count: int) -> str:
        template = tr("{filter}, {models}, filter")
        return template.format(filter=filter_label(key), models=models_count(count))

    def _on_group_toggled(self, chip: Chip, is_on: bool) -> None:
        if is_on and not self._is_choosing:
            self._fit()
            self.filter_chosen.emit(str(chip.property("key")))

    def _on_compact_menu_about_to_show(self) -> None:
        menu = self._compact.menu()
        menu.clear()
        group = QActionGroup(menu)
        for key, chip in self._chips.items():
            if chip.property("unused"):
                continue
            count = number(self._counts.of(key)) if self._counts else ""
            action = menu.addAction(f"{filter_label(key)}  {count}".rstrip())
            action.setCheckable(True)
            action.setChecked(chip.isChecked())
            action.setEnabled(chip.isEnabled())
            action.triggered.connect(chip.click)
            group.addAction(action)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.StyleChange, QEvent.Type.ApplicationFontChange):
            self._fit()

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def _fit(self) -> None:
        if not self._is_built:
            return
        used = [chip for chip in self._chips.values() if not chip.property("unused")]
        chips = sum(chip.sizeHint().width() + _GAP for chip in used)
        compares = bool(self.comparison_chip.text())
        self.comparison_chip.setVisible(compares)
        self.comparison_chip.setMaximumWidth(_ANY_WIDTH)
        if compares:
            chips += self.comparison_chip.sizeHint().width() + _GAP
        self._set_words(True)
        if chips + self._buttons_width() + _SIDES + _MIDDLE > self.width():
            self._set_words(False)
        is_compact = chips + self._buttons_width() + _SIDES + _MIDDLE > self.width()
        for chip in self._chips.values():
            chip.setVisible(chip in used and not is_compact)
        self._compact.setVisible(is_compact)
        if is_compact:
            key = self.current
            count = number(self._counts.of(key)) if self._counts else ""
            self._compact.setText(f"{filter_label(key)}  {count}".rstrip())
            self._compact.setToolTip(tooltip(tr("Filter")))
        if compares and is_compact:
            # Its words are cut where there is no room for all of them.
            taken = self._compact.sizeHint().width() + self._buttons_width() + _SIDES + 2 * _MIDDLE
            self.comparison_chip.setMaximumWidth(max(_COMPARISON_MIN, self.width() - taken))

    def _set_words(self, has_words: bool) -> None:
        style = (
            Qt.ToolButtonStyle.ToolButtonTextBesideIcon
            if has_words
            else Qt.ToolButtonStyle.ToolButtonIconOnly
        )
        for button in self._buttons.values():
            button.setToolButtonStyle(style)

    def _buttons_width(self) -> int:
        return sum(button.sizeHint().width() + _GAP for button in self._buttons.values())
