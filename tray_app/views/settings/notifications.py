"""The settings page Notifications: what is told, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from tray_app.text import tr
from tray_app.views.components.buttons import Button
from tray_app.views.settings.rows import SettingsPage

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from tray_app.commands import Commands
    from tray_app.settings import Settings


class NotificationsPage(SettingsPage):
    """A switch for each occasion, and one notification to try them."""

    def __init__(
        self, settings: Settings, commands: Commands, parent: QWidget | None = None
    ) -> None:
        super().__init__(settings, parent)
        tell = self.add_group(tr("Tell me when"))
        self.add_check(tell, "notify_finished", tr("A download is &finished"))
        self.add_check(tell, "notify_failed", tr("A &download has failed"))
        self.add_check(tell, "notify_offline", tr("A &server goes offline or comes back"))
        self.add_check(tell, "notify_updates", tr("Models have &newer versions"))
        how = self.add_group(tr("How"))
        self.add_check(how, "notify_combine", tr("&Combine several into one notification"))
        self.test = Button(tr("Send a &test notification"), "bell")
        self.test.setAutoDefault(False)
        self.test.clicked.connect(commands.notice_test_requested)
        self.column.addSpacing(12)
        self.column.addWidget(self.test, 0, Qt.AlignmentFlag.AlignLeading)
        self.finish()
