"""Copy a model to another name on the same server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QDialogButtonBox, QWidget

from tray_app.core.errors import BadName
from tray_app.core.names import ModelName, split_display
from tray_app.core.payloads import CopyRequest, ModelRef
from tray_app.core.renaming import Refused, new_name
from tray_app.text import tr
from tray_app.text.renaming import refusal_line
from tray_app.views.components.buttons import Button, Kind
from tray_app.views.components.dialog_frame import DialogFrame
from tray_app.views.questions.new_name import NewNameField, shown_name
from tray_app.views.questions.waits import arriving

if TYPE_CHECKING:
    from tray_app.commands import Commands
    from tray_app.state.app_state import AppState

_WIDTH = 440


class DuplicateDialog(DialogFrame):
    """Proposes a name and takes any that is free."""

    def __init__(
        self,
        source: ModelRef,
        state: AppState,
        commands: Commands,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(tr("Duplicate model"), parent)
        self._source = source
        self._state = state
        self._commands = commands
        self._name: ModelName | None = None
        self.name = NewNameField(
            tr("Copy {name} &as").format(name=shown_name(source.name)),
            _proposal(source.name),
            tr("Takes no extra disk space."),
            self,
        )
        self.name.edited.connect(self._update)
        self.body.addWidget(self.name)
        self.body.addStretch(1)
        role = QDialogButtonBox.ButtonRole
        cancel = self.add_button(Button(tr("&Cancel"), parent=self), role.RejectRole)
        cancel.clicked.connect(self.reject)
        duplicate = Button(tr("&Duplicate"), "duplicate", Kind.PRIMARY, parent=self)
        self.duplicate_button = self.add_button(duplicate, role.AcceptRole)
        self.duplicate_button.setDefault(True)
        self.duplicate_button.clicked.connect(self._on_duplicate_clicked)
        self.set_least_size(_WIDTH)
        self.name.setFocus()
        self.name.field.selectAll()
        for changed in (
            *(state.snapshot_changed, state.download_changed, state.download_removed),
            *(state.creates.changed, state.creates.removed),
        ):
            self.follow(changed, self._update)
        self._update()
        self.fit_height()

    @Slot()
    def _update(self) -> None:
        self._name = self._judged()
        self.duplicate_button.setEnabled(self._name is not None)

    def _judged(self) -> ModelName | None:
        """The name, if it can be had now; what stands below the field says why not."""
        server_id = self._source.server_id
        taken = self._state.installed(server_id)
        found = new_name(self.name.text, self._source.name, taken, is_rename=False)
        if isinstance(found, Refused):
            line = refusal_line(found)
            if line:
                self.name.say_wrong(line)
            else:
                self.name.say_usual()
            return None
        if wait := arriving(self._state, server_id, found):
            self.name.say_wait(wait)
            return None
        self.name.say_usual()
        return found

    def _on_duplicate_clicked(self) -> None:
        if self._name is not None:
            request = CopyRequest(self._source, str(self._name))
            self.accept()
            self._commands.copy_requested.emit(request)


def _proposal(name: str) -> str:
    """A first name for the copy, without the registry of the original."""
    _, base, tag = split_display(name)
    proposed = f"{base}-copy" + (f":{tag}" if tag and tag != "latest" else "")
    try:
        ModelName.parse(proposed)
    except BadName:
        return ""
    return proposed
