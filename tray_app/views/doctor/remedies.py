"""Remedies: does what the button of a finding says, and has it looked at again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from tray_app.core.diagnosis.findings import Finding, Remedy, RemedyKind
from tray_app.core.endpoint import NO_PROXY
from tray_app.core.payloads import ModelRef, OtherAddress
from tray_app.core.sign_in import SignInKind
from tray_app.views.components.buttons import copy_text

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from tray_app.commands import Commands
    from tray_app.settings import ServerEntry, Settings
    from tray_app.state.app_state import AppState

_ADDRESSES = (RemedyKind.USE_ADDRESS, RemedyKind.USE_HTTPS, RemedyKind.USE_HTTP)
_ASKED_AGAIN = (
    *(RemedyKind.CHECK_AGAIN, RemedyKind.START, RemedyKind.WAKE, RemedyKind.UNLOCK),
    *(*_ADDRESSES, RemedyKind.USE_NO_PROXY),
)


class Remedies:
    """Keeps nothing. Thread: GUI thread."""

    def __init__(self, settings: Settings, state: AppState, commands: Commands) -> None:
        self._settings = settings
        self._state = state
        self._commands = commands

    def unusable(self, finding: Finding) -> bool:
        """Whether its button could do nothing here."""
        remedy = finding.remedy
        if remedy is None or remedy.kind is not RemedyKind.START:
            return False
        return not self._state.can_start(finding.server_id)

    def apply(self, finding: Finding, button: QWidget) -> bool:
        """Do it; whether the finding is looked at again. `button` is where that is said."""
        remedy = finding.remedy
        if remedy is None:
            return False
        is_done = self._tell(finding, remedy) or self._change(finding, remedy)
        if not is_done and remedy.kind in (RemedyKind.COPY_COMMAND, RemedyKind.COPY_SETTING):
            copy_text(button, remedy.value)
        elif remedy.kind is RemedyKind.OPEN_PAGE:
            QDesktopServices.openUrl(QUrl(remedy.value))
        elif remedy.kind is RemedyKind.OPEN_FOLDER:
            QDesktopServices.openUrl(QUrl.fromLocalFile(remedy.value))
        if remedy.kind not in _ASKED_AGAIN or not is_done:
            return False
        self._commands.doctor_again_requested.emit(finding)
        return True

    def _tell(self, finding: Finding, remedy: Remedy) -> bool:
        """What somebody else does for us."""
        commands, server_id = self._commands, finding.server_id
        if remedy.kind is RemedyKind.START:
            commands.start_requested.emit(server_id)
        elif remedy.kind is RemedyKind.WAKE:
            commands.wake_requested.emit(server_id)
        elif remedy.kind is RemedyKind.UNLOCK:
            commands.keyring_unlock_requested.emit()
        elif remedy.kind is RemedyKind.EDIT_SERVER:
            commands.server_form_requested.emit(server_id)
        elif remedy.kind is RemedyKind.SHOW_MODEL:
            commands.details_dialog_requested.emit(ModelRef(server_id, remedy.value))
        elif remedy.kind is RemedyKind.PULL_AGAIN:
            commands.pull_dialog_requested.emit(remedy.value)
        else:
            return remedy.kind is RemedyKind.CHECK_AGAIN
        return True

    def _change(self, finding: Finding, remedy: Remedy) -> bool:
        """Another address, or no proxy, for the entry of the server. Where something signs in, a
        person looks at the address before it is sent there."""
        entry = self._entry(finding.server_id)
        if entry is None:
            return False
        if remedy.kind is RemedyKind.USE_NO_PROXY:
            self._settings.change_server(entry.id, proxy=NO_PROXY)
            return True
        if remedy.kind not in _ADDRESSES or entry.is_given:
            return False
        if entry.sign_in.kind is not SignInKind.NONE:
            other = OtherAddress(entry.id, remedy.value)
            self._commands.server_address_dialog_requested.emit(other)
            return False
        self._settings.change_server(entry.id, address=remedy.value)
        return True

    def _entry(self, server_id: str) -> ServerEntry | None:
        return next((each for each in self._settings.servers() if each.id == server_id), None)
