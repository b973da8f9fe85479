"""The banner: one message across the width of a window, with small buttons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.views.components.announce import announce
from tray_app.views.components.buttons import Button
from tray_app.views.components.glyphs import paint_glyph
from tray_app.views.components.labels import PlainLabel
from tray_app.views.components.safe_paint import guarded
from tray_app.views.components.spinner import Spinner
from tray_app.views.components.surfaces import margins
from tray_app.views.theme import Theme, Tone

_GLYPHS = {
    Tone.OK: "check-circle",
    Tone.INFO: "info",
    Tone.WARN: "warning",
    Tone.DANGER: "error",
    Tone.NEUTRAL: "info",
}


@dataclass(frozen=True, slots=True)
class BannerText:
    """What a banner says. `actions` are (key, label); `is_busy` shows a spinner for an icon;
    `stays`: until a person has answered it."""

    text: str
    state: Tone = Tone.INFO
    actions: Sequence[tuple[str, str]] = field(default_factory=tuple)
    glyph: str = ""
    is_busy: bool = False
    stays: bool = False


class Banner(QWidget):
    """Shows one BannerText at a time.

    Signals: action_triggered(key of the button).
    """

    action_triggered = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: BannerText | None = None
        self._buttons: list[Button] = []
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.setMinimumHeight(42)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(margins(44, 8, 12, 8))
        self._row.setSpacing(8)
        self._label = PlainLabel(parent=self)
        self._spinner = Spinner(16, self)
        self._spinner.hide()
        self._row.addWidget(self._label, 1)
        self.hide()

    @property
    def shown(self) -> BannerText | None:
        return self._shown

    def button(self, key: str) -> Button | None:
        """The button of an action."""
        return next((b for b in self._buttons if b.property("key") == key), None)

    def set_text(self, text: BannerText | None) -> None:
        """Show `text`, or nothing."""
        if text == self._shown:
            return
        says_new = text is not None and (self._shown is None or self._shown.text != text.text)
        keeps_buttons = (
            text is not None
            and self._shown is not None
            and tuple(text.actions) == tuple(self._shown.actions)
        )
        self._shown = text
        if text is None:
            self.hide()
            return
        self._label.setText(text.text)
        if not keeps_buttons:
            self._set_actions(text.actions)
        self._spinner.setVisible(text.is_busy)
        self.show()
        self.update()
        if says_new:
            announce(self, text.text)

    def _set_actions(self, actions: Sequence[tuple[str, str]]) -> None:
        for button in self._buttons:
            self._row.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._buttons = []
        for key, label in actions:
            button = Button(label, small=True, parent=self)
            button.setProperty("key", key)
            button.clicked.connect(self._on_button_clicked)
            self._row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
            button.show()
            self._buttons.append(button)

    def _on_button_clicked(self) -> None:
        self.action_triggered.emit(self.sender().property("key"))

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._shown is None:
            return
        theme = Theme.of(self)
        state = self._shown.state
        painter = QPainter(self)
        tint = theme.tint(state) if state is not Tone.NEUTRAL else theme.window
        painter.fillRect(self.rect(), tint)
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.hairline)
        top = self._label.geometry().center().y() - 7
        is_rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        left = self.width() - 32 if is_rtl else 16
        if self._shown.is_busy:
            self._spinner.move(left, top)
            return
        rect = QRectF(left, top, 16, 16)
        color = theme.state(state)
        paint_glyph(painter, self._shown.glyph or _GLYPHS[state], rect, color)
