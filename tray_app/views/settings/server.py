"""The settings page Servers: name and address of the server, a test, and an explicit Save.

The one page that does not apply at once: half an address is no server.
"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from tray_app.commands import Commands
from tray_app.core.endpoint import shown_address
from tray_app.core.payloads import ServerTest
from tray_app.core.records import ServerState
from tray_app.settings import ServerEntry, Settings
from tray_app.state import AppState
from tray_app.text import (
    address_problem,
    error_text,
    models_count,
    number,
    one_line,
    port_note,
    sentences,
    server_name,
    server_state,
    tr,
)
from tray_app.views.components.buttons import Button, Kind
from tray_app.views.components.glyphs import ACCENT, GlyphLabel
from tray_app.views.components.inputs import set_invalid
from tray_app.views.components.labels import ElidedLabel, PlainLabel
from tray_app.views.components.notice_card import NoticeCard
from tray_app.views.settings.rows import SettingsPage
from tray_app.views.settings.this_computer import add_this_computer
from tray_app.views.theme import TextRole, Tone

_DOTS: dict[ServerState, tuple[str, Tone | str]] = {
    ServerState.ONLINE: ("dot-online", Tone.OK),
    ServerState.CONNECTING: ("dot-connecting", ACCENT),
    ServerState.STARTING: ("dot-connecting", ACCENT),
    ServerState.OFFLINE: ("dot-offline", Tone.WARN),
    ServerState.REFUSED: ("warning", Tone.DANGER),
    ServerState.NOT_OLLAMA: ("warning", Tone.WARN),
    ServerState.FAILING: ("warning", Tone.WARN),
    ServerState.WAITING: ("key", Tone.WARN),
}


class ServerPage(SettingsPage):
    """Shows the entry of the settings, and how the server of the state stands."""

    def __init__(
        self,
        settings: Settings,
        state: AppState,
        commands: Commands,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(settings, parent)
        self._state = state
        self._commands = commands
        self._entry = self._default()
        self._tested = ""
        self._build_row()
        self._build_form()
        add_this_computer(self)
        self.finish()
        self._show_entry()
        state.server_changed.connect(self._show_status)
        state.status_changed.connect(self._show_status)
        state.server_test_changed.connect(self._on_state_server_test_changed)
        self._show_status()

    def _build_row(self) -> None:
        card = self.add_group()
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(16, 10, 16, 10)
        line.setSpacing(12)
        self._dot = GlyphLabel("dot-connecting", ACCENT, 16, row)
        self._title = ElidedLabel("", TextRole.NAME, parent=row)
        self._shown_address = ElidedLabel("", TextRole.SECONDARY, parent=row)
        self._state_label = PlainLabel("", TextRole.SECONDARY, natural=True, parent=row)
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(self._title)
        texts.addWidget(self._shown_address)
        line.addWidget(self._dot)
        line.addLayout(texts, 1)
        line.addWidget(self._state_label)
        card.add_row(row)

    def _build_form(self) -> None:
        card = self.add_group(tr("Edit server"))
        form = QWidget()
        grid = QGridLayout(form)
        grid.setContentsMargins(16, 16, 16, 16)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        grid.setColumnMinimumWidth(0, 88)
        self.name_field = QLineEdit(form)
        self.name_field.setMaxLength(80)
        self.address_field = QLineEdit(form)
        self.address_field.setMaxLength(400)
        right = Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter
        for row, (text, field) in enumerate(
            ((tr("&Name"), self.name_field), (tr("&Address"), self.address_field))
        ):
            label = QLabel(text, form)
            label.setWordWrap(True)
            label.setAlignment(right)
            label.setBuddy(field)
            grid.addWidget(label, row * 2, 0, right)
            grid.addWidget(field, row * 2, 1)
            field.textChanged.connect(self._on_field_text_changed)
        grid.setRowMinimumHeight(1, 8)
        self.helper = PlainLabel("", TextRole.SECONDARY, parent=form)
        grid.addWidget(self.helper, 3, 1)
        self.result = NoticeCard(form)
        self.result.button.clicked.connect(self._on_test_clicked)
        self.result.hide()
        grid.setRowMinimumHeight(4, 4)
        grid.addWidget(self.result, 5, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        self.test_button = Button(tr("&Test"), parent=form)
        self.cancel_button = Button(tr("&Cancel"), parent=form)
        self.save_button = Button(tr("&Save"), kind=Kind.PRIMARY, parent=form)
        self.test_button.clicked.connect(self._on_test_clicked)
        self.cancel_button.clicked.connect(self._on_cancel_clicked)
        self.save_button.clicked.connect(self._on_save_clicked)
        for field in (self.name_field, self.address_field):
            field.returnPressed.connect(self._on_save_clicked)
        buttons.addWidget(self.test_button)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.save_button)
        grid.setRowMinimumHeight(6, 8)
        grid.addLayout(buttons, 7, 0, 1, 2)
        card.add_row(form)

    @Slot()
    def _show_status(self) -> None:
        """How the server stands now."""
        status = self._state.status(self._state.server.id)
        state = status.state if status is not None else ServerState.CONNECTING
        self._dot.set_glyph(*_DOTS[state])
        self._state_label.setText(server_state(status))
        color = _DOTS[state][1]
        is_plain = state in (ServerState.ONLINE, ServerState.CONNECTING, ServerState.STARTING)
        self._state_label.set_state(None if is_plain or not isinstance(color, Tone) else color)

    @Slot(object)
    def _on_state_server_test_changed(self, test: ServerTest) -> None:
        if test.address != self._tested:
            return
        again = tr("Test &again")
        if test.error is not None:
            message = error_text(test.error, address=test.address)
            body = sentences(message.body, message.hint)
            self.result.say(message.title, body, glyph="error", state=Tone.DANGER, action=again)
            self._show_tested()
            return
        version = one_line(test.version, 40)
        title = tr("Connected to Ollama {version}").format(version=version)
        text = tr("{models}, {loaded} loaded. Answered in {time} ms.")
        if test.running_count is None:
            text = tr("{models}. Answered in {time} ms.")
        body = text.format(
            models=models_count(test.model_count),
            loaded=number(test.running_count or 0),
            time=number(max(1, round(test.elapsed_s * 1000))),
        )
        self.result.say(title, body, glyph="check-circle", state=Tone.OK, action=again)
        self._show_tested()

    def _show_tested(self) -> None:
        """The card has a button of its own to test again: it takes the focus of the other."""
        if self.window().focusWidget() is self.test_button:
            self.result.button.setFocus(Qt.FocusReason.OtherFocusReason)
        self.test_button.hide()

    def focus_address(self) -> None:
        """Ready to type another address."""
        self.address_field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.address_field.selectAll()

    def fill_in(self, address: str) -> None:
        """Another address, to be tested and saved."""
        self.address_field.setText(address)
        self.focus_address()

    # --- inside --------------------------------------------------------------------------------

    def _show_entry(self) -> None:
        self._entry = self._default()
        self.name_field.setText(self._entry.label)
        self.address_field.setText(shown_address(self._entry.address))
        self._title.setText(server_name(self._entry.label, self._entry.address))
        self._shown_address.setText(shown_address(self._entry.address))
        self._tested = ""
        self._hide_result()
        self._update()

    def _on_field_text_changed(self) -> None:
        if self._address() != self._tested:
            self._tested = ""
            self._hide_result()
        self._update()

    def _hide_result(self) -> None:
        self.test_button.show()
        if self.window().focusWidget() is self.result.button:
            self.test_button.setFocus(Qt.FocusReason.OtherFocusReason)
        self.result.hide()

    def _update(self) -> None:
        address = self._address()
        problem = address_problem(address)
        set_invalid(self.address_field, bool(problem))
        self.helper.setText(problem or port_note())
        self.helper.set_state(Tone.DANGER if problem else None)
        self.address_field.setAccessibleDescription(self.helper.text())
        self.name_field.setPlaceholderText(server_name("", address))
        self.test_button.setEnabled(not problem)
        self.result.button.setEnabled(not problem)
        is_changed = self._edited() != self._entry
        self.save_button.setEnabled(is_changed and not problem)
        self.cancel_button.setEnabled(is_changed)

    def _default(self) -> ServerEntry:
        entry = self.settings.server()
        return replace(entry, address=self.settings.address(entry))

    def _edited(self) -> ServerEntry:
        return ServerEntry(self._entry.id, self.name_field.text().strip(), self._address())

    def _address(self) -> str:
        """What is typed; untouched, the address there is, whose password is not shown."""
        typed = self.address_field.text().strip()
        return self._entry.address if typed == shown_address(self._entry.address) else typed

    def _on_test_clicked(self) -> None:
        self._tested = self._address()
        self._hide_result()
        self.result.say(tr("Testing…"), busy=True)
        self.result.show()
        self.ensureWidgetVisible(self.result)
        self._commands.server_test_requested.emit(self._tested)

    def _on_save_clicked(self) -> None:
        if not self.save_button.isEnabled():
            return
        edited = self._edited()
        others = [entry for entry in self.settings.values.servers if entry.id != edited.id]
        self.settings.set("servers", (edited, *others))
        self._entry = self._default()
        self._title.setText(server_name(self._entry.label, self._entry.address))
        self._shown_address.setText(shown_address(self._entry.address))
        self._leave_buttons()
        self._update()

    def _on_cancel_clicked(self) -> None:
        self._leave_buttons()
        self._show_entry()

    def _leave_buttons(self) -> None:
        """Save and Cancel have done their work, and cannot be used before something is typed."""
        if self.window().focusWidget() in (self.save_button, self.cancel_button):
            self.address_field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_settings_changed(self, name: str) -> None:
        super()._on_settings_changed(name)
        if name == "servers" and self._default() != self._edited():
            self._show_entry()
