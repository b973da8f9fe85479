"""Asks before quitting while downloads run; says that nothing is lost."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialogButtonBox, QVBoxLayout, QWidget

from tray_app.core.pulls.states import TRANSITIONS, PullEvent, PullItem
from tray_app.text import cancel_question, tr
from tray_app.views.components.buttons import Button
from tray_app.views.components.dialog_frame import DialogFrame
from tray_app.views.components.labels import PlainLabel
from tray_app.views.theme import TextRole


class QuitDialog(DialogFrame):
    """Signals: quit_confirmed()."""

    quit_confirmed = Signal()

    def __init__(self, running: int, parent: QWidget | None = None) -> None:
        super().__init__(tr("Quit Ollama Tray"), parent)
        # English has no translation file that could bring its singular.
        title = tr("Quit and pause 1 download?") if running == 1 else ""
        title = title or tr("Quit and pause %Ln downloads?", "", running)
        them = tr("It continues when Ollama Tray starts again.") if running == 1 else ""
        them = them or tr("They continue when Ollama Tray starts again.")
        texts = QVBoxLayout()
        texts.setSpacing(6)
        texts.addWidget(PlainLabel(title, TextRole.QUESTION, natural=True, parent=self))
        body = PlainLabel(them, natural=True, parent=self)
        body.set_dim()
        texts.addWidget(body)
        self.body.addLayout(texts)
        self.setMinimumWidth(420)
        role = QDialogButtonBox.ButtonRole
        cancel = self.add_button(Button(tr("&Cancel"), parent=self), role.RejectRole)
        cancel.clicked.connect(self.reject)
        self.quit_button = self.add_button(
            Button(tr("&Quit"), "power", parent=self), role.AcceptRole
        )
        self.quit_button.clicked.connect(self._on_quit_clicked)
        cancel.setDefault(True)
        cancel.setFocus()
        self.fit_height()

    def _on_quit_clicked(self) -> None:
        self.accept()
        self.quit_confirmed.emit()


class CancelDialog(DialogFrame):
    """Signals: cancel_confirmed(id)."""

    cancel_confirmed = Signal(str)

    def __init__(self, item: PullItem, server_label: str, parent: QWidget | None = None) -> None:
        super().__init__(tr("Cancel download"), parent)
        self.item_id = item.id
        words = cancel_question(item, server_label)
        texts = QVBoxLayout()
        texts.setSpacing(6)
        texts.addWidget(PlainLabel(words.title, TextRole.QUESTION, natural=True, parent=self))
        body = PlainLabel(words.body, parent=self)
        body.set_dim()
        texts.addWidget(body)
        self.body.addLayout(texts)
        self.setMinimumWidth(480)
        role = QDialogButtonBox.ButtonRole
        keep = self.add_button(Button(words.keep, parent=self), role.RejectRole)
        keep.clicked.connect(self.reject)
        self.cancel_button = self.add_button(
            Button(words.cancel, "close", parent=self), role.AcceptRole
        )
        self.cancel_button.clicked.connect(self._on_cancel_clicked)
        keep.setDefault(True)
        keep.setFocus()
        self.fit_height()

    def set_pull_items(self, items: tuple[PullItem, ...]) -> None:
        """All downloads: the question goes when there is nothing to cancel any more."""
        item = next((item for item in items if item.id == self.item_id), None)
        if item is None or PullEvent.CANCEL not in TRANSITIONS[item.state]:
            self.reject()

    def _on_cancel_clicked(self) -> None:
        self.accept()
        self.cancel_confirmed.emit(self.item_id)
