"""The settings page General: start and close, look, model list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, Slot

from tray_app.language import languages, spoken
from tray_app.text import tr
from tray_app.views.components.surfaces import Hairline
from tray_app.views.settings.rows import CheckRow, SettingsPage

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from tray_app.commands import Commands
    from tray_app.settings import Settings
    from tray_app.state.app_state import AppState

_REFRESH_S = (1, 2, 5, 10, 30)


class GeneralPage(SettingsPage):
    """What this system cannot do is not offered."""

    def __init__(
        self,
        settings: Settings,
        state: AppState,
        commands: Commands,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(settings, parent)
        self._state = state
        start = self.add_group(tr("Start and close"))
        self.autostart = CheckRow(tr("Start Ollama Tray when I &sign in"))
        self.autostart.box.clicked.connect(commands.autostart_requested)
        start.add_row(self.autostart)
        self.hidden = self.add_check(
            start, "start_hidden", tr("Start in the &tray, without the window")
        )
        self._start = start
        self.keep = self.add_check(
            start,
            "keep_in_tray",
            tr("&Keep running in the tray when the window is closed"),
            tr("Downloads go on. Quit from the tray menu."),
        )
        look = self.add_group(tr("Look"))
        known = languages()
        if len(known) > 1:
            self.add_choice(look, "language", tr("&Language"), _language_choices(known))
        self.add_choice(
            look,
            "theme",
            tr("T&heme"),
            (("system", tr("Follow system")), ("light", tr("Light")), ("dark", tr("Dark"))),
        )
        self.add_choice(
            look,
            "tray_icon",
            tr("Tray &icon"),
            (
                ("automatic", tr("Automatic")),
                ("light", tr("For a light panel")),
                ("dark", tr("For a dark panel")),
                ("color", tr("Colored")),
            ),
            tr("Automatic follows the color of your panel or taskbar."),
        )
        models = self.add_group(tr("Model list"))
        self.add_choice(
            models,
            "refresh_s",
            tr("&Refresh while the window is open"),
            [(seconds, _every(seconds)) for seconds in _REFRESH_S],
        )
        self.add_choice(
            models,
            "size_units",
            tr("Show si&zes in"),
            (("decimal", tr("GB (1,000 MB)")), ("binary", tr("GiB (1,024 MiB)"))),
            tr("Ollama counts in GB."),
        )
        self.finish()
        state.autostart_changed.connect(self._show_autostart)
        state.tray_available_changed.connect(self._show_tray_available)
        self._show_autostart()
        self._show_tray_available()

    @Slot()
    def _show_autostart(self) -> None:
        enabled = self._state.autostart
        for row in (self.autostart, self.hidden):
            row.setVisible(enabled is not None)
        for line in self._start.findChildren(Hairline):
            line.setVisible(enabled is not None)
        self.autostart.box.setChecked(bool(enabled))
        self.hidden.box.setEnabled(bool(enabled))

    @Slot()
    def _show_tray_available(self) -> None:
        available = self._state.is_tray_available
        self.keep.box.setEnabled(available)
        self.keep.set_helper(
            tr("Downloads go on. Quit from the tray menu.")
            if available
            else tr("Your desktop shows no tray. On GNOME, the AppIndicator extension adds one.")
        )


def _every(seconds: int) -> str:
    return tr("Every second") if seconds == 1 else tr("Every %Ln seconds", "", seconds)


def _language_choices(known: tuple[str, ...]) -> list[tuple[str, str]]:
    # A language is named in itself, so that who reads no other can find it.
    names = {code: QLocale(code).nativeLanguageName() or code for code in known}
    names["en"] = "English"  # Qt says "American English"
    system = tr("System ({language})").format(language=names[spoken()])
    return [("system", system), *names.items()]
