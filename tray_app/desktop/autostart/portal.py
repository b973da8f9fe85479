"""Start at login from inside a Flatpak: the Background portal writes the entry that we cannot.

It can be asked to change it, not how it stands: what it answered last is kept in our settings.
Importing this module imports jeepney.
"""

import logging

from jeepney import new_method_call
from PySide6.QtCore import QObject, Slot

from tray_app.core.payloads import LoginRefusal
from tray_app.desktop.autostart.base import LOGIN_FLAG
from tray_app.desktop.autostart.switch import LoginSwitch
from tray_app.desktop.dbus.portal import PortalRequest
from tray_app.desktop.dbus.responses import (
    PORTAL_TIMEOUT_S,
    PortalAnswer,
    PortalOutcome,
    portal_address,
)
from tray_app.settings import Settings
from tray_app.text.files import login_reason

_log = logging.getLogger(__name__)

_BACKGROUND = portal_address("org.freedesktop.portal.Background")
_COMMAND = ("ollama-tray-gui", LOGIN_FLAG)
"""The portal puts `flatpak run` before it."""
_REFUSALS = {
    PortalOutcome.ABSENT: LoginRefusal.NOT_OFFERED,
    PortalOutcome.SILENT: LoginRefusal.NO_ANSWER,
    PortalOutcome.FAILED: LoginRefusal.NOT_DONE,
}


class PortalLoginSwitch(LoginSwitch):
    """Signals and thread are those of LoginSwitch. The bus is connected to at the first change."""

    def __init__(
        self,
        settings: Settings,
        parent: QObject | None = None,
        *,
        is_login: bool = False,
        timeout_s: float = PORTAL_TIMEOUT_S,
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._request = PortalRequest(self, timeout_s=timeout_s)
        if is_login:
            # Whatever was answered: here we are.
            self._keep(True)

    @Slot()
    def look(self) -> None:
        self.told.emit(self._settings.values.portal_autostart)

    @Slot(bool)
    def set_enabled(self, is_enabled: bool) -> None:
        options = {
            "reason": ("s", login_reason()),
            "autostart": ("b", is_enabled),
            "commandline": ("as", list(_COMMAND)),
        }
        message = new_method_call(_BACKGROUND, "RequestBackground", "sa{sv}", ("", options))
        self._request.ask(message, lambda answer: self._on_answered(answer, is_enabled))
        self.look()  # until then it stands as it stood

    def close(self) -> None:
        self._request.close()

    def _on_answered(self, answer: PortalAnswer, is_wanted: bool) -> None:
        given = answer.results.get("autostart")
        is_enabled = answer.outcome is PortalOutcome.DONE and given is True
        if answer.outcome is PortalOutcome.DONE or is_wanted:
            self._keep(is_enabled)
        if is_enabled is not is_wanted or answer.outcome is not PortalOutcome.DONE:
            _log.info("start at login: the portal answers %s", answer.outcome)
            self.refused.emit(_REFUSALS.get(answer.outcome, LoginRefusal.REFUSED))
        self.look()

    def _keep(self, is_enabled: bool) -> None:
        if self._settings.values.portal_autostart is not is_enabled:
            self._settings.update({"portal_autostart": is_enabled})
