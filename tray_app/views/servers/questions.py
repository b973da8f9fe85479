"""Asks before a server is removed, and before a secret is sent in clear."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QDialogButtonBox, QWidget

from tray_app.core.payloads import ServerRemoval
from tray_app.core.pulls.states import UNFINISHED
from tray_app.text import server_name, tr
from tray_app.text.sign_in import removed_secret_line
from tray_app.text.wording import english_singular, fill
from tray_app.views.components.buttons import Button, Kind
from tray_app.views.components.question import Question
from tray_app.views.theme import Tone

if TYPE_CHECKING:
    from tray_app.commands import Commands
    from tray_app.settings import Settings
    from tray_app.state.app_state import AppState


class UnencryptedQuestion(Question):
    """Whether a secret may be sent to a server in clear. Accepted = it may."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(tr("Without encryption"), "warning", Tone.WARN, parent)
        button = Button(tr("&Save anyway"), parent=self)
        button.setAutoDefault(False)
        self.save_button = self.add_button(button, QDialogButtonBox.ButtonRole.AcceptRole)
        self.save_button.clicked.connect(self.accept)
        self.ask(
            title,
            tr(
                "Everyone on the way can read it. In your own network that may be fine; across the "
                "internet use https."
            ),
        )


class RemoveServerDialog(Question):
    """Whether to take a server off the list, and what becomes of its downloads. It goes when the
    server does."""

    def __init__(
        self,
        server_id: str,
        settings: Settings,
        state: AppState,
        commands: Commands,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(tr("Remove server"), "server", None, parent)
        self._server_id = server_id
        self._settings, self._state, self._commands = settings, state, commands
        entry = settings.server(server_id)
        self._name = server_name(entry.label, settings.address(entry))
        role = QDialogButtonBox.ButtonRole
        self.drop_button = self.add_left(
            Button(tr("&Drop and remove"), kind=Kind.DANGER, parent=self)
        )
        self.drop_button.clicked.connect(self._on_drop_clicked)
        self.remove_button = self.add_button(Button(tr("&Remove"), parent=self), role.AcceptRole)
        self.remove_button.clicked.connect(self._on_remove_clicked)
        for button in (self.drop_button, self.remove_button):
            button.setAutoDefault(False)
        has_secret = entry.sign_in.needs_secret
        self._secret_words = removed_secret_line(entry.sign_in.kind) if has_secret else ""
        self._count = -1
        self._update()
        for changed in (state.download_changed, state.download_removed):
            self.follow(changed, self._update)
        self.follow(settings.changed, self._on_settings_changed)

    @Slot()
    def _update(self) -> None:
        """Other words only when another question is to be asked."""
        count = sum(
            item.server_id == self._server_id and item.state in UNFINISHED
            for item in self._state.downloads
        )
        if count == self._count:
            return
        self._count = count
        self.drop_button.setVisible(bool(count))
        self.remove_button.setText(tr("&Finish, then remove") if count else tr("&Remove"))
        self.note.say("" if count else self._secret_words, "key")
        if count:
            one = english_singular(count, "Remove “{server}”, with 1 unfinished download?")
            title = one or tr("Remove “{server}”, with %Ln unfinished downloads?", "", count)
            body = english_singular(
                count,
                "Finish it first, or drop it: what was fetched stays on “{server}” until it "
                "cleans up.",
            ) or tr(
                "Finish them first, or drop them: what was fetched stays on “{server}” until it "
                "cleans up."
            )
        else:
            title = tr("Remove “{server}” from the list?")
            body = tr("Its models stay where they are. What was downloaded stays in the history.")
        self.ask(fill(title, server=self._name), fill(body, server=self._name))

    @Slot()
    def _on_remove_clicked(self) -> None:
        self.accept()
        self._commands.server_remove_requested.emit(ServerRemoval(self._server_id))

    @Slot()
    def _on_drop_clicked(self) -> None:
        self.accept()
        removal = ServerRemoval(self._server_id, drops_downloads=True)
        self._commands.server_remove_requested.emit(removal)

    @Slot(str)
    def _on_settings_changed(self, name: str) -> None:
        entries = self._settings.servers()
        if name == "servers" and all(entry.id != self._server_id for entry in entries):
            self.reject()
