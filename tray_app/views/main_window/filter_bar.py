"""FilterBar: chips for All, Loaded, Updates, Cloud on the left, actions for the selection right.

When it gets narrow the actions lose their words, then the chips become one drop-down button.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QActionGroup, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QMenu, QToolButton, QWidget

from tray_app.itemmodels.model_table import FILTERS, Counts
from tray_app.text import filter_label, models_count, number, tooltip, tr
from tray_app.views.components.buttons import IconButton
from tray_app.views.components.chips import Chip
from tray_app.views.components.focus_group import RovingFocus
from tray_app.views.main_window.actions import ModelActions
from tray_app.views.shortcuts import hint

_SIDES = 16 + 12
_GAP = 4
_MIDDLE = 16


class FilterBar(QWidget):
    """Signals: `filter_chosen` (key)."""

    filter_chosen = Signal(str)

    def __init__(self, actions: ModelActions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions = actions
        self._counts: Counts | None = None
        self._chips = {key: Chip(filter_label(key), self) for key in FILTERS}
        self._group = QButtonGroup(self)
        self._is_choosing = False
        self._group.setExclusive(True)
        self._compact = self._make_compact()
        self._buttons = self._make_buttons()
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 12, 8)
        row.setSpacing(_GAP)
        for key, chip in self._chips.items():
            chip.setProperty("key", key)
            self._group.addButton(chip)
            row.addWidget(chip)
        row.addWidget(self._compact)
        row.addStretch(1)
        for button in self._buttons.values():
            row.addWidget(button)
        self._roving = RovingFocus(list(self._buttons.values()), self)
        self._chips["all"].setChecked(True)
        # Not "clicked": voice control and screen readers may toggle a chip without a click.
        self._group.buttonToggled.connect(self._on_group_toggled)
        actions.changed.connect(self._refresh_actions)
        self.set_counts(None, is_running_known=True)
        self._refresh_actions()

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

    def _make_buttons(self) -> dict[str, IconButton]:
        slots = {
            "details": ("info", self._actions.details),
            "load": ("load", self._actions.load_or_unload),
            "update": ("update", self._actions.update),
            "delete": ("trash", self._actions.delete),
        }
        made = {}
        for key, (icon, slot) in slots.items():
            made[key] = IconButton(icon, self._word(key), text=self._word(key), parent=self)
            made[key].clicked.connect(slot)
        return made

    @property
    def current(self) -> str:
        """The key of the chosen chip."""
        return next((key for key, chip in self._chips.items() if chip.isChecked()), "all")

    def chip(self, key: str) -> Chip:
        return self._chips[key]

    @property
    def stops(self) -> list[QWidget]:
        """Everything that can have the focus, in order."""
        return [*self._chips.values(), self._compact, *self._buttons.values()]

    def focus_chips(self, reason: Qt.FocusReason) -> None:
        """Focus on the chosen chip."""
        chip = self._chips[self.current]
        (self._compact if chip.isHidden() else chip).setFocus(reason)

    def button(self, key: str) -> IconButton:
        """The button of an action: details, load, update, delete."""
        return self._buttons[key]

    def set_counts(self, counts: Counts | None, *, is_running_known: bool) -> None:
        """How many models each chip would show; None = nothing is known yet."""
        self._counts = counts
        for key, chip in self._chips.items():
            count = counts.of(key) if counts else 0
            chip.set_count(number(count) if counts else "", self._spoken(key, count))
            chip.setEnabled(key == "all" or counts is None or count > 0 or chip.isChecked())
            is_hidden = (key == "cloud" and not count and counts is not None) or (
                key == "loaded" and not is_running_known and counts is not None
            )
            chip.setProperty("unused", is_hidden and not chip.isChecked())
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

    def _word(self, key: str) -> str:
        if key == "load":
            return tr("Unload") if self._actions.is_unload else tr("Load")
        return {"details": tr("Details"), "update": tr("Update"), "delete": tr("Delete")}[key]

    def _refresh_actions(self) -> None:
        """Words, icons and the reasons why something cannot be done now."""
        load = self._buttons["load"]
        load.set_icon_name("eject" if self._actions.is_unload else "load")
        load.setText(self._word("load"))
        for key, button in self._buttons.items():
            reason = getattr(self._actions.reasons, key)
            button.setEnabled(not reason)
            word = self._word(key)
            button.set_name(word, reason or f"{word} ({hint(key)})")
        self._fit()

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
        used = [chip for chip in self._chips.values() if not chip.property("unused")]
        chips = sum(chip.sizeHint().width() + _GAP for chip in used)
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
