"""Copy a model to another name on the same server."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QDialogButtonBox, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from tray_app.commands import Commands
from tray_app.core.errors import BadName, NameProblem
from tray_app.core.names import ModelName, canonical, split_display
from tray_app.core.payloads import CopyRequest, ModelRef
from tray_app.state.app_state import AppState
from tray_app.text import name_problem, one_line, tr
from tray_app.views.components.buttons import Button, Kind
from tray_app.views.components.dialog_frame import DialogFrame
from tray_app.views.components.glyphs import GlyphLabel
from tray_app.views.components.inputs import set_invalid
from tray_app.views.components.labels import PlainLabel
from tray_app.views.theme import TextRole, Tone, font

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
        # A label takes "&" for a mnemonic.
        shown = one_line(source.name, 80).replace("&", "&&")
        label = QLabel(tr("Copy {name} &as").format(name=shown), self)
        label.setTextFormat(label.textFormat().PlainText)
        label.setFont(font(TextRole.NAME))
        self.field = QLineEdit(self)
        self.field.setMaxLength(400)
        self.field.setText(_proposal(source.name))
        self.field.textChanged.connect(self._update)
        label.setBuddy(self.field)
        self._glyph = GlyphLabel("error", Tone.DANGER, 14, self)
        self.helper = PlainLabel("", TextRole.SECONDARY, parent=self)
        helper = QHBoxLayout()
        helper.setSpacing(6)
        helper.addWidget(self._glyph)
        helper.addWidget(self.helper, 1)
        texts = QVBoxLayout()
        texts.setSpacing(6)
        texts.addWidget(label)
        texts.addWidget(self.field)
        texts.addLayout(helper)
        self.body.addLayout(texts)
        self.body.addStretch(1)
        role = QDialogButtonBox.ButtonRole
        cancel = self.add_button(Button(tr("&Cancel"), parent=self), role.RejectRole)
        cancel.clicked.connect(self.reject)
        duplicate = Button(tr("&Duplicate"), "duplicate", Kind.PRIMARY, parent=self)
        self.duplicate_button = self.add_button(duplicate, role.AcceptRole)
        self.duplicate_button.setDefault(True)
        self.duplicate_button.clicked.connect(self._on_duplicate_clicked)
        self.set_least_size(_WIDTH)
        self.field.setFocus()
        self.field.selectAll()
        self.follow(state.snapshot_changed, self._update)
        self._update()
        self.fit_height()

    @Slot()
    def _update(self) -> None:
        problem = self._problem()
        is_blank = not self.field.text().strip()
        set_invalid(self.field, bool(problem) and not is_blank)
        self._glyph.setVisible(bool(problem) and not is_blank)
        if problem and not is_blank:
            self.helper.setText(problem)
            self.helper.set_state(Tone.DANGER)
        else:
            self.helper.setText(tr("Takes no extra disk space."))
            self.helper.set_state(None)
        self.field.setAccessibleDescription(self.helper.text())
        self.duplicate_button.setEnabled(not problem)

    def _problem(self) -> str:
        self._name = None
        try:
            name = ModelName.parse(self.field.text())
        except BadName as error:
            return name_problem(error) if error.problem is not NameProblem.EMPTY else " "
        if name.has_misrouted_tag or name.source:
            return tr("“:{tag}” has a meaning of its own. Choose another tag.").format(
                tag=name.tag if not name.source else name.source
            )
        snapshot = self._state.snapshot(self._source.server_id)
        models = snapshot.models if snapshot is not None else ()
        if any(canonical(model.name) == str(name).casefold() for model in models):
            return tr("A model with this name exists.")
        self._name = name
        return ""

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
