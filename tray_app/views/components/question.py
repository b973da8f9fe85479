"""Question: a dialog that asks one thing, with a tile, and Cancel as what Enter and Esc mean."""

from __future__ import annotations

from PySide6.QtWidgets import QDialogButtonBox, QHBoxLayout, QVBoxLayout, QWidget

from tray_app.text import tr
from tray_app.views.components.buttons import Button
from tray_app.views.components.dialog_frame import DialogFrame
from tray_app.views.components.helper_line import HelperLine
from tray_app.views.components.labels import PlainLabel
from tray_app.views.components.surfaces import StateTile
from tray_app.views.theme import TextRole, Tone

_WIDTH = 480


class Question(DialogFrame):
    """A tile, a title and an explanation; Cancel is what Enter and Esc mean. What else there is to
    see stands in `texts`."""

    def __init__(
        self, title: str, glyph: str, tone: Tone | None, parent: QWidget | None = None
    ) -> None:
        super().__init__(title, parent)
        self.title = PlainLabel("", TextRole.QUESTION, natural=True, parent=self)
        self.told = PlainLabel("", natural=True, parent=self)
        self.told.set_dim()
        self.note = HelperLine(self)
        self.texts = QVBoxLayout()
        self.texts.setSpacing(6)
        for widget in (self.title, self.told, self.note):
            self.texts.addWidget(widget)
        texts = QVBoxLayout()
        texts.addLayout(self.texts)
        texts.addStretch(1)
        tile = QVBoxLayout()
        tile.addWidget(StateTile(glyph, tone, 40, self))
        tile.addStretch(1)
        line = QHBoxLayout()
        line.setSpacing(16)
        line.addLayout(tile)
        line.addLayout(texts, 1)
        self.body.addLayout(line)
        role = QDialogButtonBox.ButtonRole
        self.cancel_button = self.add_button(Button(tr("&Cancel"), parent=self), role.RejectRole)
        self.cancel_button.clicked.connect(self.reject)

    def ask(self, title: str, body: str, width: int = _WIDTH) -> None:
        """Say this, and stand ready on Cancel."""
        self.title.setText(title)
        self.told.setText(body)
        self.setAccessibleDescription(f"{title} {body}")
        self.cancel_button.setDefault(True)
        self.cancel_button.setFocus()
        self.set_least_size(width)
        self.fit_height()
