"""LoginSwitch: the switch "start at login", whoever keeps it: our own access to the system's
setting, or in a Flatpak the Background portal, which asks the person and answers later."""

import logging

from PySide6.QtCore import QObject, Signal, Slot

from tray_app.core.file_failures import file_failed
from tray_app.desktop.autostart.base import Autostart

_log = logging.getLogger(__name__)


class LoginSwitch(QObject):
    """Signals: `told` how it stands (None = it can't be had here), after `look` and after each
    change or attempt; `failed` what kept it from being written; `refused` why a portal didn't.

    Thread: the GUI thread; waits for nobody.
    """

    told = Signal(object)  # bool | None
    failed = Signal(object)  # FileFailed
    refused = Signal(object)  # LoginRefusal

    def look(self) -> None:
        """Find out how it stands."""

    def set_enabled(self, is_enabled: bool) -> None:
        """Nothing is started or stopped now."""

    def close(self) -> None:
        """The program ends."""


class SystemLoginSwitch(LoginSwitch):
    """Where the system's setting is ours to read and to write."""

    def __init__(self, autostart: Autostart, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._autostart = autostart

    @Slot()
    def look(self) -> None:
        try:
            self.told.emit(self._autostart.is_enabled())
        except OSError as error:
            _log.info("autostart unknown: %s", error)
            self.told.emit(None)

    @Slot(bool)
    def set_enabled(self, is_enabled: bool) -> None:
        try:
            self._autostart.set_enabled(is_enabled)
        except OSError as error:
            self.failed.emit(file_failed(error, error.filename or ""))
        self.look()
