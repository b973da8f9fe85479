"""Asks before running downloads are stopped: by quitting, which loses nothing, or by a cancel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QDialogButtonBox, QVBoxLayout, QWidget

from tray_app.core.pulls.states import TRANSITIONS, PullEvent, PullItem
from tray_app.text import cancel_question, sentences, server_name, tr
from tray_app.text.creating import goes_on_without_us
from tray_app.views.components.buttons import Button
from tray_app.views.components.dialog_frame import DialogFrame
from tray_app.views.components.labels import PlainLabel
from tray_app.views.theme import TextRole

if TYPE_CHECKING:
    from tray_app.commands import Commands
    from tray_app.state.app_state import AppState


class QuitDialog(DialogFrame):
    """Whether to quit while `running` downloads run and Ollama makes `goes_on` models, which it
    does by itself."""

    def __init__(
        self,
        running: int,
        commands: Commands,
        parent: QWidget | None = None,
        goes_on: int = 0,
    ) -> None:
        super().__init__(tr("Quit Ollama Tray"), parent)
        self._commands = commands
        title, them = tr("Quit Ollama Tray?"), ""
        if running:
            # English has no translation file that could bring its singular.
            title = tr("Quit and pause 1 download?") if running == 1 else ""
            title = title or tr("Quit and pause %Ln downloads?", "", running)
            them = tr("It continues when Ollama Tray starts again.") if running == 1 else ""
            them = them or tr("They continue when Ollama Tray starts again.")
        them = sentences(them, goes_on_without_us(goes_on))
        texts = QVBoxLayout()
        texts.setSpacing(6)
        texts.addWidget(PlainLabel(title, TextRole.QUESTION, natural=True, parent=self))
        body = PlainLabel(them, natural=True, parent=self)
        body.set_dim()
        texts.addWidget(body)
        self.body.addLayout(texts)
        self.set_least_size(420)
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
        self._commands.quit_now_requested.emit()


class CancelDialog(DialogFrame):
    """Whether to give up a download of which much is there. The question goes when there is
    nothing to cancel any more."""

    def __init__(
        self,
        item: PullItem,
        state: AppState,
        commands: Commands,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(tr("Cancel download"), parent)
        self._item_id = item.id
        self._server_id = item.server_id
        self._state = state
        self._commands = commands
        words = cancel_question(item, self._server_label)
        texts = QVBoxLayout()
        texts.setSpacing(6)
        texts.addWidget(PlainLabel(words.title, TextRole.QUESTION, natural=True, parent=self))
        self._said = PlainLabel(words.body, parent=self)
        self._said.set_dim()
        texts.addWidget(self._said)
        self.body.addLayout(texts)
        self.set_least_size(480)
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
        self.follow(state.server_changed, self._update)
        self.follow(state.download_changed, self._update)
        self.follow(state.download_removed, self._update)

    @property
    def _server_label(self) -> str:
        server = self._state.server_of(self._server_id)
        return server_name(server.label, server.address)

    @Slot()
    def _update(self) -> None:
        item = self._state.download(self._item_id)
        if item is None or PullEvent.CANCEL not in TRANSITIONS[item.state]:
            self.reject()
        else:
            self._said.setText(cancel_question(item, self._server_label).body)

    def _on_cancel_clicked(self) -> None:
        self.accept()
        self._commands.pull_cancel_now_requested.emit(self._item_id)
