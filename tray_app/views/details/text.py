"""Text tabs of the details dialog: template, system prompt, license, Modelfile; with find."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut, QTextCursor, QTextDocument
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from tray_app.text import text_stats, tr
from tray_app.views.components.announce import announce
from tray_app.views.components.buttons import Button, IconButton, copy_text
from tray_app.views.components.inputs import SearchField
from tray_app.views.components.labels import ElidedLabel, PlainLabel
from tray_app.views.components.surfaces import Card
from tray_app.views.details.facts import cut
from tray_app.views.details.page import MARGINS
from tray_app.views.theme import TextRole, Tone, font


class FindBar(QWidget):
    """Finds a text in an editor, plainly and without case.

    Signals: closed().
    """

    closed = Signal()

    def __init__(self, editor: QPlainTextEdit, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self.field = SearchField(tr("Find"), self)
        self.field.textChanged.connect(self._on_field_text_changed)
        self.field.installEventFilter(self)
        self.answer = PlainLabel("", TextRole.SECONDARY, wrap=False, parent=self)
        previous = IconButton("chevron-up", tr("Previous match"), size=28, parent=self)
        following = IconButton("chevron-down", tr("Next match"), size=28, parent=self)
        close = IconButton("close", tr("Close search"), size=28, parent=self)
        previous.clicked.connect(self.find_previous)
        following.clicked.connect(self.find_next)
        close.clicked.connect(self.closed)  # passed on: Esc closes as well
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.field, 1)
        layout.addWidget(self.answer)
        for button in (previous, following, close):
            layout.addWidget(button)

    def find_next(self) -> None:
        """To the next match, from the top again after the last."""
        self._find(QTextDocument.FindFlag(0))

    def find_previous(self) -> None:
        """To the match before."""
        self._find(QTextDocument.FindFlag.FindBackward)

    def _find(self, flags: QTextDocument.FindFlag) -> None:
        wanted = self.field.text()
        if not wanted:
            self.answer.setText("")
            return
        if not self._editor.find(wanted, flags):
            is_back = bool(flags & QTextDocument.FindFlag.FindBackward)
            end = QTextCursor.MoveOperation.End if is_back else QTextCursor.MoveOperation.Start
            self._editor.moveCursor(end)
            if not self._editor.find(wanted, flags):
                self.answer.setText(tr("Not found"))
                self.answer.set_state(Tone.DANGER)
                announce(self, tr("Not found"))
                return
        self.answer.setText("")
        self.answer.set_state(None)

    def _on_field_text_changed(self) -> None:
        cursor = self._editor.textCursor()
        cursor.setPosition(cursor.selectionStart())
        self._editor.setTextCursor(cursor)
        self.find_next()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
                self.find_previous() if back else self.find_next()
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.closed.emit()
                return True
        return super().eventFilter(watched, event)


class TextTab(QWidget):
    """A text of the server, as plain as it came. `kind` leads the line above it."""

    def __init__(self, name: str, kind: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind = kind
        self._whole = ""
        self.line = ElidedLabel("", TextRole.SECONDARY, parent=self)
        self.note = PlainLabel("", TextRole.SECONDARY, state=Tone.WARN, parent=self)
        self.note.hide()
        self._find_button = IconButton("search", tr("Find in this text"), size=28, parent=self)
        self._find_button.clicked.connect(self.open_find)
        copy = Button(tr("&Copy"), "copy", small=True, parent=self)
        copy.setAutoDefault(False)
        copy.clicked.connect(self._on_copy_clicked)
        self._copy = copy
        self.editor = QPlainTextEdit(self)
        self.editor.setReadOnly(True)
        self.editor.setFrameShape(QFrame.Shape.NoFrame)
        self.editor.viewport().setAutoFillBackground(False)  # the card is behind it
        self.editor.setAccessibleName(name)
        self.editor.setFont(font(TextRole.MONO))
        self.editor.document().setDocumentMargin(12)
        # A read-only text is still for reading by keyboard.
        self.editor.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.editor.setTabChangesFocus(True)
        self.find_bar = FindBar(self.editor, self)
        self.find_bar.hide()
        self.find_bar.closed.connect(self.close_find)
        card = Card(self)
        card.setSizePolicy(self.sizePolicy())
        card.rows.setContentsMargins(1, 4, 1, 4)
        card.rows.addWidget(self.editor)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.line, 1)
        head.addWidget(self._find_button)
        head.addWidget(copy)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*MARGINS)
        layout.setSpacing(8)
        layout.addLayout(head)
        layout.addWidget(self.find_bar)
        layout.addWidget(self.note)
        layout.addWidget(card, 1)
        shortcut = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self.open_find)

    def set_text(self, text: str) -> None:
        """Show `text`, or as much of it as can be shown."""
        if text == self._whole:
            return
        self._whole = text
        shown, note = cut(text)
        self.editor.setPlainText(shown)
        self.note.setText(note)
        self.note.setVisible(bool(note))
        self.line.setText(text_stats(self._kind, len(text)))

    def open_find(self) -> None:
        """Show the search; a selected text is what is looked for."""
        chosen = self.editor.textCursor().selectedText()
        self.find_bar.show()
        self.find_bar.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        if chosen and "\u2029" not in chosen:
            self.find_bar.field.setText(chosen)
        self.find_bar.field.selectAll()

    def close_find(self) -> None:
        """Back to the text."""
        self.find_bar.hide()
        self.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_copy_clicked(self) -> None:
        copy_text(self._copy, self._whole)
