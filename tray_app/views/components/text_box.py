"""TextBox: several lines of text in a frame like that of a field, as high as they need."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QTextOption
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QVBoxLayout, QWidget

from tray_app.views.components.safe_paint import guarded
from tray_app.views.theme import TextRole, Theme, font

_RADIUS = 6
_MARGIN = 8
_MOST_TYPED, _SHOWN = 200_000, 20_000  # characters


class TextBox(QFrame):
    """Tab leaves it. It grows from `least` to `most` pixels with its text, then it scrolls.

    Signals: `changed` when a person, or a program, has put another text in.
    """

    changed = Signal()

    def __init__(
        self,
        least: int,
        most: int,
        role: TextRole = TextRole.BODY,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._least, self._most, self._role = least, most, role
        self._is_invalid = False
        self._given = self._shown = ""
        self.editor = QPlainTextEdit(self)
        self.editor.setFrameShape(QFrame.Shape.NoFrame)
        self.editor.setTabChangesFocus(True)
        self.editor.viewport().setAutoFillBackground(False)
        self.editor.setFont(font(role))
        self.editor.document().setDocumentMargin(_MARGIN)
        self.editor.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.editor.installEventFilter(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(2, 2, 2, 2)
        column.addWidget(self.editor)
        layout = self.editor.document().documentLayout()
        layout.documentSizeChanged.connect(self._fit)
        self.editor.textChanged.connect(self.changed)
        self.setFixedHeight(least)

    @property
    def text(self) -> str:
        """What stands there. Line ends and blanks that the editor writes its own way are as they
        came in, for as long as nobody types."""
        found = self.editor.toPlainText()
        return self._given if found == self._shown else found

    def set_text(self, text: str) -> None:
        """Another text; an equal one leaves the cursor where it is. A very long one is shown in
        part, and cannot be typed into."""
        if text != self.text:
            was_blocked = self.editor.blockSignals(True)
            # Of what nobody wrote by hand, laying out all would take seconds.
            is_long = len(text) > _MOST_TYPED
            self.editor.setPlainText(f"{text[:_SHOWN]}…" if is_long else text)
            self.editor.setReadOnly(is_long)
            self.editor.blockSignals(was_blocked)
            self._given, self._shown = text, self.editor.toPlainText()
            self.changed.emit()

    def set_invalid(self, is_invalid: bool) -> None:
        """Mark it as holding something that cannot be used."""
        if is_invalid != self._is_invalid:
            self._is_invalid = is_invalid
            self.update()

    def _fit(self) -> None:
        # Of a plain text edit, the height is counted in lines.
        lines = self.editor.document().documentLayout().documentSize().height()
        needed = round(lines * self.editor.fontMetrics().lineSpacing()) + 2 * _MARGIN + 6
        height = max(self._least, min(needed, self._most))
        if height != self.height():
            self.setFixedHeight(height)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        return super().eventFilter(watched, event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationFontChange:
            self.editor.setFont(font(self._role))

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        theme = Theme.of(self)
        color, width = theme.control_border, 1.0
        if self._is_invalid or self.editor.hasFocus():
            color, width = theme.danger if self._is_invalid else theme.accent, 2.0
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(color, width))
        painter.setBrush(theme.base if self.isEnabled() else theme.window)
        half = width / 2
        rect = QRectF(self.rect()).adjusted(half, half, -half, -half)
        painter.drawRoundedRect(rect, _RADIUS, _RADIUS)
        painter.setBrush(Qt.BrushStyle.NoBrush)
