"""Give a model another name on its server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QDialogButtonBox, QHBoxLayout, QWidget

from tray_app.core.names import ModelName
from tray_app.core.payloads import ModelRef, RenameRequest
from tray_app.core.renaming import Refused, new_name
from tray_app.text import server_name, tooltip, tr
from tray_app.text.renaming import refusal_line
from tray_app.views.components.buttons import Button, Kind
from tray_app.views.components.dialog_frame import DialogFrame
from tray_app.views.components.glyphs import SECONDARY, GlyphLabel
from tray_app.views.components.labels import PlainLabel
from tray_app.views.questions.new_name import NewNameField, shown_name
from tray_app.views.questions.waits import wait_line
from tray_app.views.theme import Tone

if TYPE_CHECKING:
    from tray_app.commands import Commands
    from tray_app.state.app_state import AppState

_WIDTH = 440


class RenameDialog(DialogFrame):
    """Takes any name that is free, as long as nothing else is being done to the model.

    `is_kept`: it is kept loaded, and will be under its new name.
    """

    def __init__(
        self,
        source: ModelRef,
        state: AppState,
        commands: Commands,
        parent: QWidget | None = None,
        *,
        is_kept: bool = False,
    ) -> None:
        super().__init__(tr("Rename model"), parent)
        self._source = source
        self._state = state
        self._commands = commands
        self._name: ModelName | None = None
        self.name = NewNameField(
            tr("Rename {name} &to").format(name=shown_name(source.name)),
            source.name,
            tr("Apps that use the old name no longer find it."),
            self,
        )
        self.name.edited.connect(self._update)
        self.body.addWidget(self.name)
        loaded = tr("It’s loaded now and will be unloaded first.")
        self.loaded_note = _note("chip", Tone.OK, loaded, self)
        self.kept_note = _note("keep", SECONDARY, tr("It stays kept loaded, under the new name."),
                               self)  # fmt: skip
        self.loaded_note.setVisible(self._is_loaded)
        self.kept_note.setVisible(is_kept)
        for note in (self.loaded_note, self.kept_note):
            self.body.addWidget(note)
        self.body.addStretch(1)
        role = QDialogButtonBox.ButtonRole
        cancel = self.add_button(Button(tr("&Cancel"), parent=self), role.RejectRole)
        cancel.clicked.connect(self.reject)
        rename = Button(tr("&Rename"), "edit", Kind.PRIMARY, parent=self)
        self.rename_button = self.add_button(rename, role.AcceptRole)
        self.rename_button.setDefault(True)
        self.rename_button.clicked.connect(self._on_rename_clicked)
        self.set_least_size(_WIDTH)
        self.name.setFocus()
        self.name.select_name()
        for changed in (
            *(state.snapshot_changed, state.status_changed, state.busy_changed),
            *(state.download_changed, state.download_removed),
            *(state.creates.changed, state.creates.removed),
        ):
            self.follow(changed, self._update)
        self._update()
        self.fit_height()

    @Slot()
    def _update(self) -> None:
        self.loaded_note.setVisible(self._is_loaded)
        self._name = None
        found = self._judged()
        if isinstance(found, ModelName):
            self._name = found
        away = self._away()
        self.rename_button.setEnabled(self._name is not None and not away)
        self.rename_button.setToolTip(tooltip(away))

    def _judged(self) -> ModelName | None:
        """The name, if it can be had now; what stands below the field says why not."""
        source, state = self._source, self._state
        found = new_name(
            self.name.text, source.name, state.installed(source.server_id), is_rename=True
        )
        wait = wait_line(state, source, found if isinstance(found, ModelName) else None)
        if self._is_gone:
            self.name.say_wrong(tr("This model was deleted."))
        elif isinstance(found, Refused) and (line := refusal_line(found)):
            self.name.say_wrong(line)
        elif wait:
            self.name.say_wait(wait)
        else:
            self.name.say_usual()
            return found if isinstance(found, ModelName) else None
        return None

    @property
    def _is_gone(self) -> bool:
        state, source = self._state, self._source
        return state.is_fresh(source.server_id) and state.record(source.key) is None

    @property
    def _is_loaded(self) -> bool:
        snapshot = self._state.snapshot(self._source.server_id)
        running = (snapshot.running if snapshot is not None else None) or ()
        is_fresh = self._state.is_fresh(self._source.server_id)
        return is_fresh and any(row.name == self._source.name for row in running)

    def _away(self) -> str:
        """Why the server cannot be asked now; "" = it can."""
        if self._state.is_online(self._source.server_id):
            return ""
        server = self._state.server_of(self._source.server_id)
        label = server_name(server.label, server.address)
        return tr("Can’t reach “{server}”").format(server=label)

    def _on_rename_clicked(self) -> None:
        record = self._state.record(self._source.key)
        if self._name is None or record is None:
            return
        source = ModelRef(*self._source.key, record.digest)
        request = RenameRequest(source, str(self._name), may_unload=self._is_loaded)
        self.accept()
        self._commands.rename_requested.emit(request)


def _note(glyph: str, tone: Tone | str, words: str, parent: QWidget) -> QWidget:
    note = QWidget(parent)
    row = QHBoxLayout(note)
    row.setContentsMargins(0, 2, 0, 2)
    row.setSpacing(10)
    row.addWidget(GlyphLabel(glyph, tone, 16, note))
    row.addWidget(PlainLabel(words, parent=note), 1)
    return note
