"""Lists of registries that a person allows something, and what it means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from tray_app.core.errors import BadName
from tray_app.core.names import DEFAULT_HOST, ModelName
from tray_app.text import tr
from tray_app.views.components.buttons import Button, IconButton
from tray_app.views.components.inputs import set_invalid
from tray_app.views.components.labels import PlainLabel, heading
from tray_app.views.components.surfaces import Card
from tray_app.views.theme import TextRole, Tone

if TYPE_CHECKING:
    from tray_app.settings import Settings


def host_of(text: str) -> str:
    """The host (with port) in what was typed or pasted; "" when there is none."""
    words = text.strip().casefold().removeprefix("http://").removeprefix("https://")
    host = words.partition("/")[0]
    try:
        found = ModelName.parse(f"{host}/x/y").host
    except BadName:
        return ""
    is_one = found == host and ("." in host or ":" in host or host == "localhost")
    return host if is_one and host != DEFAULT_HOST else ""


class HostsCard(QWidget):
    """Bound to a setting that holds hosts. `words` explain it, as a warning or not."""

    def __init__(
        self,
        settings: Settings,
        setting: str,
        title: str,
        words: str,
        parent: QWidget | None = None,
        *,
        is_warning: bool = False,
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._setting = setting
        self.card = Card()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(heading(title))
        layout.addWidget(self.card)
        self.field = QLineEdit()
        self.field.setPlaceholderText("registry.local:5000")
        self.field.setAccessibleName(tr("Registry host"))
        self.field.textChanged.connect(self._on_field_text_changed)
        self.field.returnPressed.connect(self._on_add)
        self.add = Button(tr("&Add"))
        self.add.setAutoDefault(False)
        self.add.clicked.connect(self._on_add)
        self._fixed = (self._words(words, is_warning=is_warning), self._field_row())
        self._rows: list[QWidget] = []
        self.card.add_row(self._fixed[0])
        self.card.add_row(self._fixed[1])
        settings.changed.connect(self._on_settings_changed)
        self._on_field_text_changed("")
        self._fill()

    @property
    def _hosts(self) -> tuple[str, ...]:
        found: tuple[str, ...] = self._settings.value(self._setting)
        return found

    def _words(self, said: str, *, is_warning: bool) -> QWidget:
        row = QWidget()
        layout = QVBoxLayout(row)
        layout.setContentsMargins(16, 9, 16, 9)
        state = Tone.WARN if is_warning else None
        words = PlainLabel(said, TextRole.SECONDARY, state=state, parent=row)
        layout.addWidget(words)
        self.field.setAccessibleDescription(words.text())
        return row

    def _field_row(self) -> QWidget:
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(16, 6, 16, 6)
        layout.setSpacing(8)
        layout.addWidget(self.field, 1)
        layout.addWidget(self.add)
        return row

    def _fill(self) -> None:
        for row in self._rows:
            self.card.remove_row(row)
        self._rows = [self._host_row(host) for host in self._hosts]
        for place, row in enumerate(self._rows, 1):
            self.card.insert_row(place, row)

    def _host_row(self, host: str) -> QWidget:
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(16, 6, 12, 6)
        layout.addWidget(PlainLabel(host, wrap=False, parent=row), 1)
        remove = IconButton("close", tr("Remove {host}").format(host=host), size=28, parent=row)
        remove.setProperty("host", host)
        remove.clicked.connect(self._on_remove_clicked)
        layout.addWidget(remove)
        return row

    def _on_field_text_changed(self, text: str) -> None:
        host = host_of(text)
        self.add.setEnabled(bool(host))
        set_invalid(self.field, bool(text.strip()) and not host)

    def _on_add(self) -> None:
        host, known = host_of(self.field.text()), self._hosts
        if not host:
            return
        self.field.clear()
        self.field.setFocus()  # Add has nothing to add any more
        if host not in known:
            self._settings.set(self._setting, (*known, host))

    def _on_remove_clicked(self) -> None:
        gone = self.sender().property("host")
        self.field.setFocus()  # the button goes with its row
        self._settings.set(self._setting, tuple(host for host in self._hosts if host != gone))

    def _on_settings_changed(self, name: str) -> None:
        if name == self._setting:
            self._fill()
