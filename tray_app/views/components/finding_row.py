"""FindingRow: a row of a card that says one thing that was found: glyph, title, why, at most one
button, and details that open below."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.text import tr
from tray_app.views.components.buttons import Button, CopyButton, IconButton
from tray_app.views.components.glyphs import GlyphLabel
from tray_app.views.components.labels import PlainLabel
from tray_app.views.components.safe_paint import guarded
from tray_app.views.components.surfaces import Hairline, margins
from tray_app.views.theme import TextRole, Theme, Tone

_LEAST_TEXT = 240
_LEADING = 44
_STEPS = {Qt.Key.Key_Up: False, Qt.Key.Key_Down: True}
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


@dataclass(frozen=True, slots=True)
class RowTexts:
    """All that a row says. `lines` are the details in plain words, `details` those in the words of
    the machine; `command` is always seen. `spoken` is what a screen reader hears first."""

    title: str
    why: str = ""
    glyph: str = "info"
    tone: Tone = Tone.INFO
    button: str = ""
    command: str = ""
    lines: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    spoken: str = ""
    group: str = ""
    is_busy: bool = False


class FindingRow(QWidget):
    """One Tab stop with its button behind it; the arrows are for who keeps the rows.

    Signals: `button_clicked`, `stepped` to the next row (True) or the one before, `focused`.
    """

    button_clicked = Signal()
    stepped = Signal(bool)
    focused = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: RowTexts | None = None
        self._is_narrow: bool | None = None
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._glyph = GlyphLabel(parent=self)
        self._title = PlainLabel("", TextRole.NAME, parent=self)
        self._why = PlainLabel("", TextRole.SECONDARY, parent=self)
        self._command = PlainLabel("", TextRole.MONO, selectable=True, parent=self)
        self.button = Button("", small=True, parent=self)
        self.button.clicked.connect(self.button_clicked)
        self.chevron = IconButton("chevron-down", "", size=28, parent=self)
        self.chevron.clicked.connect(self._on_chevron_clicked)
        self._texts = texts = QVBoxLayout()
        texts.setSpacing(1)
        texts.addStretch(0)
        texts.addWidget(self._title)
        texts.addWidget(self._why)
        texts.addStretch(1)
        self._mark = mark = QVBoxLayout()
        mark.setContentsMargins(0, 2, 0, 0)
        mark.addStretch(0)
        mark.addWidget(self._glyph)
        mark.addStretch(1)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(0)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnMinimumWidth(0, 28)
        self._grid.addLayout(mark, 0, 0)
        self._grid.addLayout(texts, 0, 1)
        self._grid.addWidget(self._command, 1, 1, 1, 3)
        self._grid.addWidget(self.chevron, 0, 3, Qt.AlignmentFlag.AlignVCenter)
        self._line = Hairline(self)
        self._opened = QWidget(self)
        opened = QHBoxLayout(self._opened)
        opened.setContentsMargins(margins(_LEADING, 6, 8, 10))
        opened.setSpacing(8)
        self._words = QVBoxLayout()
        self._words.setSpacing(6)
        opened.addLayout(self._words, 1)
        self.copy_button = CopyButton(tr("Copy the details"), parent=self._opened)
        opened.addWidget(self.copy_button, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._grid)
        column.addWidget(self._line)
        column.addWidget(self._opened)
        self._line.hide()
        self._opened.hide()

    @property
    def shown(self) -> RowTexts | None:
        return self._shown

    @property
    def is_open(self) -> bool:
        return not self._opened.isHidden()

    @property
    def details_text(self) -> str:
        """What the details say, and their button copies."""
        return "" if self._shown is None else "\n".join((*self._shown.lines, *self._shown.details))

    def set_texts(self, texts: RowTexts) -> None:
        """Say this now; what is open stays open."""
        if texts == self._shown:
            return
        old, self._shown = self._shown, texts
        self._glyph.set_glyph(texts.glyph, texts.tone)
        self._title.setText(texts.title)
        self._why.setText(texts.why)
        self._why.setVisible(bool(texts.why))
        self._command.setText(texts.command)
        self._command.setVisible(bool(texts.command))
        # With an alignment, Qt would give texts that wrap the height of their handiest shape.
        is_centered = not texts.why
        self._texts.setStretch(0, int(is_centered))
        self._mark.setStretch(0, int(is_centered))
        self._mark.setContentsMargins(0, 0 if is_centered else 2, 0, 0)
        self.button.setText(texts.button)
        self.button.setVisible(bool(texts.button))
        self.button.setEnabled(not texts.is_busy)
        self.setAccessibleName(texts.spoken or texts.title)
        self.setAccessibleDescription(texts.group)
        has_details = bool(texts.lines or texts.details)
        self.chevron.setVisible(has_details)
        self._grid.setContentsMargins(margins(16, 9, 8 if has_details else 16, 9))
        if old is None or (old.lines, old.details) != (texts.lines, texts.details):
            self._fill_details()
        self.set_open(self.is_open and has_details)
        self._is_narrow = None
        self._place_button()

    def set_open(self, is_open: bool) -> None:
        """Show or hide the details."""
        self._opened.setVisible(is_open)
        self._line.setVisible(is_open and bool(self._shown and not self._shown.details))
        self.chevron.set_icon_name("chevron-up" if is_open else "chevron-down")
        self.chevron.set_name(tr("Hide the details") if is_open else tr("Show the details"))

    def set_current(self, is_current: bool) -> None:
        """Whether it is the one row that Tab stops at."""
        policy = Qt.FocusPolicy.StrongFocus if is_current else Qt.FocusPolicy.ClickFocus
        self.setFocusPolicy(policy)
        for each in (self.button, self.chevron, self.copy_button):
            each.setFocusPolicy(policy)

    def _fill_details(self) -> None:
        while (item := self._words.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        texts = self._shown
        if texts is None:
            return
        for line in texts.lines:
            self._words.addWidget(PlainLabel(line, TextRole.SECONDARY, parent=self._opened))
        if texts.details:
            said = "\n".join(texts.details)
            label = PlainLabel(said, TextRole.MONO, selectable=True, parent=self._opened)
            label.set_dim()
            self._words.addWidget(label)
        self.copy_button.setVisible(bool(texts.details))
        self.copy_button.set_copy_text(self.details_text)

    def _place_button(self) -> None:
        """Below the text where too little room would be left for it beside the button."""
        aside = self.button.sizeHint().width() + 12 + (36 if self._has_chevron else 0)
        is_narrow = self.width() - _LEADING - 16 - aside < _LEAST_TEXT
        if is_narrow == self._is_narrow:
            return
        self._is_narrow = is_narrow
        self._grid.removeWidget(self.button)
        leading = Qt.AlignmentFlag.AlignLeading
        if is_narrow:
            self._grid.addWidget(self.button, 2, 1, 1, 2, leading)
        else:
            self._grid.addWidget(self.button, 0, 2, Qt.AlignmentFlag.AlignVCenter)
        has_button = not self.button.isHidden() and not is_narrow
        self._grid.setColumnMinimumWidth(
            2, self.button.sizeHint().width() + 12 if has_button else 0
        )
        self._grid.setColumnMinimumWidth(3, 36 if self._has_chevron else 0)
        self._grid.setAlignment(
            self.button,
            leading
            if is_narrow
            else Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignTrailing,
        )
        self._grid.setAlignment(
            self.chevron, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignTrailing
        )

    @property
    def _has_chevron(self) -> bool:
        return not self.chevron.isHidden()

    def _on_chevron_clicked(self) -> None:
        self.set_open(not self.is_open)

    # Keys and looks.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        is_rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        if key in _STEPS:
            self.stepped.emit(_STEPS[key])
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            if self._has_chevron:
                self.set_open((key == Qt.Key.Key_Right) is not is_rtl)
        elif key in _ENTER:
            if self.button.isHidden():
                if self._has_chevron and not event.isAutoRepeat():
                    self.set_open(not self.is_open)
            elif not event.isAutoRepeat():
                self.button.click()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_button()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focused.emit()
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._is_narrow = None
            self._place_button()

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        if self.hasFocus():
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(Theme.of(self).accent, 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(2, 2, -2, -2), 6, 6)
