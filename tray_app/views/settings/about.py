"""The settings page About: what this is, and what helps when something goes wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from tray_app import APP_NAME, __version__
from tray_app.resources import app_icon
from tray_app.text import tr
from tray_app.views.components.buttons import Button, tell_copied
from tray_app.views.components.labels import PlainLabel
from tray_app.views.settings.rows import ControlRow, SettingsPage
from tray_app.views.theme import TextRole

if TYPE_CHECKING:
    from tray_app.commands import Commands
    from tray_app.settings import Settings
    from tray_app.state.app_state import AppState

_ICON = 64


class AboutPage(SettingsPage):
    """What this is, what helps, and where the log lies if there is one."""

    def __init__(
        self,
        settings: Settings,
        state: AppState,
        commands: Commands,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(settings, parent)
        self._log_folder = state.log_folder
        head = QHBoxLayout()
        head.setSpacing(16)
        picture = QLabel()
        picture.setPixmap(app_icon().pixmap(QSize(_ICON, _ICON), self.devicePixelRatioF()))
        names = QVBoxLayout()
        names.setSpacing(2)
        names.addWidget(PlainLabel(APP_NAME, TextRole.TITLE, wrap=False))
        version = tr("Version {version}").format(version=__version__)
        version_label = PlainLabel(version, wrap=False, selectable=True)
        version_label.set_dim()
        names.addWidget(version_label)
        names.addStretch(1)
        head.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(names, 1)
        self.column.addLayout(head)
        card = self.add_group()
        show_help = Button(tr("&Show"), small=True)
        show_help.clicked.connect(commands.help_dialog_requested)
        words = tr("Keys, folders, and what leaves this computer")
        card.add_row(ControlRow(tr("Help"), show_help, words))
        show_help.setAccessibleName(tr("Show the help"))
        self._release = ControlRow(tr("A newer version is out"), self._add_page_button())
        card.add_row(self._release)
        self._card, self._project = card, state.project
        state.project.release_changed.connect(self._show_release)
        self._show_release()
        help_card = self.add_group(tr("Help us help you"))
        self._copy = Button(tr("&Copy"), "copy", small=True)
        self._copy.setAccessibleName(tr("Copy diagnostics"))
        self._copy.clicked.connect(commands.diagnostics_requested)
        help_card.add_row(
            ControlRow(
                tr("Copy diagnostics"),
                self._copy,
                tr("Versions, settings, last errors. Server names and tokens are left out."),
            )
        )
        open_log = Button(tr("&Open"), "folder", small=True)
        open_log.setAccessibleName(tr("Open the log folder"))
        open_log.clicked.connect(self._on_open_log_clicked)
        log_row = ControlRow(tr("Log folder"), open_log)
        help_card.add_row(log_row)
        log_row.setVisible(bool(self._log_folder))
        self.column.addSpacing(12)
        for line in (
            tr("Free and open-source software."),
            tr("Not affiliated with Ollama. Ollama is a trademark of its owner."),
        ):
            label = PlainLabel(line, TextRole.SECONDARY)
            self.column.addWidget(label)
        self.finish()
        state.diagnostics_copied.connect(self._on_state_diagnostics_copied)

    @Slot()
    def _on_state_diagnostics_copied(self) -> None:
        if self.isVisible():
            tell_copied(self._copy)

    def _add_page_button(self) -> Button:
        self._page = Button(tr("Open page"), "external", small=True)
        self._page.clicked.connect(self._on_page_clicked)
        return self._page

    @Slot()
    def _show_release(self) -> None:
        release = self._project.release
        if release is not None:
            words = tr("Ollama Tray {version} is out.").format(version=release.version)
            self._release.label.setText(words)
            self._page.setAccessibleName(tr("Open the page of the newer version"))
        self._card.show_row(self._release, release is not None)

    def _on_page_clicked(self) -> None:
        if self._project.release is not None:
            QDesktopServices.openUrl(QUrl(self._project.release.page))

    def _on_open_log_clicked(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(self._log_folder))
