"""The settings pages General and Notifications: only what exists and does something."""

from __future__ import annotations

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtWidgets import QWidget

from tray_app.language import languages, spoken
from tray_app.settings import Settings
from tray_app.text import tr
from tray_app.views.components.buttons import Button
from tray_app.views.components.surfaces import Hairline
from tray_app.views.settings.rows import CheckRow, SettingsPage

_REFRESH_S = (1, 2, 5, 10, 30)


class GeneralPage(SettingsPage):
    """Start and close, look, model list.

    Signals: autostart_requested(bool).
    """

    autostart_requested = Signal(bool)

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(settings, parent)
        start = self.add_group(tr("Start and close"))
        self.autostart = CheckRow(tr("Start Ollama Tray when I &sign in"))
        self.autostart.box.clicked.connect(self.autostart_requested)
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
        self.set_autostart(None)

    def set_autostart(self, enabled: bool | None) -> None:
        """What the system says; None = it can't be told here, and nothing is offered."""
        for row in (self.autostart, self.hidden):
            row.setVisible(enabled is not None)
        for line in self._start.findChildren(Hairline):
            line.setVisible(enabled is not None)
        self.autostart.box.setChecked(bool(enabled))
        self.hidden.box.setEnabled(bool(enabled))

    def set_tray_available(self, available: bool) -> None:
        """Whether this desktop shows a tray."""
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


class NotificationsPage(SettingsPage):
    """What is told, and how.

    Signals: test_requested().
    """

    test_requested = Signal()

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(settings, parent)
        tell = self.add_group(tr("Tell me when"))
        self.add_check(tell, "notify_finished", tr("A download is &finished"))
        self.add_check(tell, "notify_failed", tr("A &download has failed"))
        self.add_check(tell, "notify_offline", tr("A &server goes offline or comes back"))
        how = self.add_group(tr("How"))
        self.add_check(how, "notify_combine", tr("&Combine several into one notification"))
        self.test = Button(tr("Send a &test notification"), "bell")
        self.test.setAutoDefault(False)
        self.test.clicked.connect(self.test_requested)
        self.column.addSpacing(12)
        self.column.addWidget(self.test, 0, Qt.AlignmentFlag.AlignLeading)
        self.finish()
