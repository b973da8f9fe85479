"""PanelTheme: whether the panel behind the tray icon is dark, where the system can be asked.

Windows has a theme for the taskbar alone; the Xfce panel has a dark mode of its own, KDE's a style.
Elsewhere nobody tells, and `look` goes by the desktop's name and the system's color scheme: never
by the theme that our own windows were given.
"""

import os
import sys

from PySide6.QtCore import SLOT, QFileSystemWatcher, QObject, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QPalette

from tray_app.desktop.tray import plasma

if sys.platform == "linux":
    from PySide6.QtDBus import (
        QDBusConnection,
        QDBusMessage,
        QDBusPendingCallWatcher,
        QDBusVariant,
    )

_PERSONALIZE = r"Software\Microsoft\Windows\CurrentVersion\Themes\Personalize"
_XFCONF = "org.xfce.Xfconf"
_XFCONF_PATH = "/org/xfce/Xfconf"
_XFCE_DARK_MODE = ("xfce4-panel", "/panels/dark-mode")
_TIMEOUT_MS = 2000


def _is_scheme_dark() -> bool:
    """Whether applications are dark, ours as well when it has a theme of its own."""
    # Not styleHints().colorScheme(): `Qt` and its enumerations take 15 ms to load.
    return QGuiApplication.palette().color(QPalette.ColorRole.Window).lightness() < 128


class PanelTheme(QObject):
    """Signals: `changed` when `is_dark` is another than before. Thread: the GUI thread; asks
    without waiting. `is_dark` None = not known."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.is_dark: bool | None = None
        self.is_system_dark = _is_scheme_dark()
        """The system's color scheme, as far as it is not hidden by a theme of our own."""
        self._has_own_theme = False
        self._pending: QObject | None = None
        names = os.environ.get("XDG_CURRENT_DESKTOP", "").casefold().split(":")
        self._is_xfce = sys.platform == "linux" and "xfce" in names
        self._is_kde = sys.platform == "linux" and "kde" in names
        self._files: QFileSystemWatcher | None = None

    def start(self) -> None:
        """Ask now, and listen to changes where there is somebody to listen to."""
        if sys.platform == "linux" and self._is_xfce:
            slot = SLOT("_on_xfconf_property_changed(QDBusMessage)")
            QDBusConnection.sessionBus().connect(
                *(_XFCONF, _XFCONF_PATH, _XFCONF, "PropertyChanged", self),
                slot,  # type: ignore[call-overload]  # bytes, says the stub; a str, says the library
            )
        if self._is_kde:
            self._files = QFileSystemWatcher(self)
            self._files.fileChanged.connect(self._on_file_changed)
        self.ask()

    def set_own_theme(self, has_own_theme: bool) -> None:
        """Whether our windows have a theme of their own, which says nothing about the system."""
        self._has_own_theme = has_own_theme
        if not has_own_theme:
            QTimer.singleShot(0, self, self.ask)  # once they look like the system again

    def stop(self) -> None:
        """Ask no more; a late answer is ignored."""
        self._is_xfce = self._is_kde = False
        if self._files is not None:
            self._files.deleteLater()
            self._files = None
        if self._pending is not None:
            self._pending.deleteLater()
            self._pending = None

    def ask(self) -> None:
        """Find out again; the answer may come later."""
        is_system_dark = self.is_system_dark if self._has_own_theme else _is_scheme_dark()
        if is_system_dark is not self.is_system_dark:
            self.is_system_dark = is_system_dark
            self.changed.emit()
        if sys.platform == "win32":
            self._set(_is_taskbar_dark())
        elif self._is_xfce:
            self._ask_xfconf()
        elif self._is_kde:
            self._read_plasma()

    @Slot(str)
    def _on_file_changed(self, _: str) -> None:
        self._read_plasma()

    def _read_plasma(self) -> None:
        self._set(plasma.panel_is_dark(os.environ))
        if self._files is not None and (files := plasma.watched_files(os.environ)):
            self._files.addPaths(files)  # anew: a file that is replaced is watched no more

    def _set(self, is_dark: bool | None) -> None:
        if is_dark is not self.is_dark:
            self.is_dark = is_dark
            self.changed.emit()

    if sys.platform == "linux":

        def _ask_xfconf(self) -> None:
            bus = QDBusConnection.sessionBus()
            if not bus.isConnected() or self._pending is not None:
                return
            message = QDBusMessage.createMethodCall(_XFCONF, _XFCONF_PATH, _XFCONF, "GetProperty")
            message.setAutoStartService(False)
            message.setArguments(list(_XFCE_DARK_MODE))
            self._pending = QDBusPendingCallWatcher(bus.asyncCall(message, _TIMEOUT_MS), self)
            self._pending.finished.connect(self._on_pending_finished)

        @Slot(QDBusPendingCallWatcher)
        def _on_pending_finished(self, pending: QDBusPendingCallWatcher) -> None:
            answer = pending.reply()
            pending.deleteLater()
            self._pending = None
            if answer.type() is QDBusMessage.MessageType.ReplyMessage and answer.arguments():
                # Switched off, the panel follows the theme, as everything else does.
                self._set(True if _plain(answer.arguments()[0]) is True else None)

        @Slot(QDBusMessage)
        def _on_xfconf_property_changed(self, message: QDBusMessage) -> None:
            arguments = message.arguments()
            if self._is_xfce and tuple(arguments[:2]) == _XFCE_DARK_MODE and len(arguments) > 2:
                self._set(True if _plain(arguments[2]) is True else None)


if sys.platform == "linux":

    def _plain(value: object) -> object:
        return value.variant() if isinstance(value, QDBusVariant) else value


def _is_taskbar_dark() -> bool | None:
    if sys.platform == "win32":
        import winreg

        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, _PERSONALIZE) as key:
                is_light, _ = winreg.QueryValueEx(key, "SystemUsesLightTheme")
        except OSError:
            return None
        return not is_light
    return None
