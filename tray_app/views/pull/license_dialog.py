"""A window for one long text, as plain as it came: the licence of a model before its pull."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialogButtonBox, QWidget

from tray_app.text import one_line, tr
from tray_app.views.components.buttons import Button
from tray_app.views.components.dialog_frame import DialogFrame
from tray_app.views.details.text import TextTab

if TYPE_CHECKING:
    from tray_app.core.estimate import PullEstimate

_WIDTH, _HEIGHT = 640, 520
_BETWEEN = "\n\n" + "─" * 40 + "\n\n"


class LicenseDialog(DialogFrame):
    """Shows `text`; `kind` says in the line above it what it is. It can be searched and copied."""

    def __init__(self, title: str, kind: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.reader = TextTab(title, kind, self)
        self.reader.set_text(text)
        self.body.addWidget(self.reader, 1)
        close = self.add_button(
            Button(tr("&Close"), parent=self), QDialogButtonBox.ButtonRole.RejectRole
        )
        close.setDefault(True)
        close.clicked.connect(self.reject)
        self.set_least_size(420, 320)
        self.resize(_WIDTH, _HEIGHT)
        self.reader.editor.setFocus()


def license_reader(estimate: PullEstimate, parent: QWidget | None = None) -> LicenseDialog:
    """The licences of a model, one below the other."""
    title = tr("License of {name}").format(name=one_line(estimate.name, 80))
    text = _BETWEEN.join(each.text.strip("\r\n") for each in estimate.licenses)
    return LicenseDialog(title, tr("License"), text, parent)
