"""Create from file: what a file is, the model it becomes, where, and what that costs.

The file is read elsewhere, again and again while the dialog is open; what has to be said of it is
`core.creates.refusals`. Nothing here waits.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import QDialogButtonBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from tray_app.core.creates.groups import FileGroup, group_paths
from tray_app.core.creates.records import CreateItem, CreateRequest
from tray_app.core.creates.refusals import (
    Choice,
    Notice,
    Permission,
    ServerFault,
    Standing,
    base_candidates,
    stand,
)
from tray_app.core.gguf.names import file_name, suggested_name
from tray_app.core.gguf.records import FileFault
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.names import ModelName
from tray_app.core.payloads import DiskTarget
from tray_app.text import EstimateLine, server_name, tr
from tray_app.text import create_dialog as words
from tray_app.views.components.announce import announce
from tray_app.views.components.buttons import Button, Kind
from tray_app.views.components.dialog_frame import DialogFrame
from tray_app.views.components.glyphs import glyph, glyph_color
from tray_app.views.components.helper_line import HelperLine
from tray_app.views.components.inputs import ComboBox, set_invalid
from tray_app.views.components.notice_card import NoticeCard
from tray_app.views.components.server_glyphs import STATE_GLYPHS
from tray_app.views.creates.chooser import ask_for_files
from tray_app.views.creates.cost_card import CostCard
from tray_app.views.creates.fields import ChoiceField, FieldPair
from tray_app.views.creates.file_card import FileCard
from tray_app.views.creates.places import Places
from tray_app.views.theme import TextRole, Theme, Tone, font

if TYPE_CHECKING:
    from tray_app.commands import Commands
    from tray_app.core.creates.costs import CreateCost
    from tray_app.core.creates.files import FileFacts
    from tray_app.core.records import ModelRecord
    from tray_app.state.app_state import AppState

_WIDTH, _HEIGHT = 560, 400
_MAX_NAME = 400
LOOK_MS = 5000
"""So often the file and the disk are looked at again."""
_BONES_MS = 300
_MENDED = frozenset({FileFault.GONE, FileFault.UNREADABLE, FileFault.PART_MISSING})
"""Faults that looking again may mend."""


@dataclass(frozen=True, slots=True)
class Place:
    """Which of several files this is: "(1 of 3)"."""

    number: int = 1
    count: int = 1


class CreateDialog(DialogFrame):
    """Makes a model of `group`. `changed` is what was asked for before, to be filled in."""

    def __init__(
        self,
        group: FileGroup,
        state: AppState,
        commands: Commands,
        parent: QWidget | None = None,
        *,
        changed: CreateItem | None = None,
        place: Place = Place(),  # noqa: B008 - frozen
    ) -> None:
        super().__init__(words.create_title(place.number, place.count), parent)
        self._state = state
        self._commands = commands
        self._changed_item = changed
        self._places = Places(state, changed)
        self._group = group
        self._facts: FileFacts | None = None
        self._newer: FileFacts | None = None  # read since: the file has changed
        self._is_name_ours = changed is None
        self._standing = Standing(Permission.OFF)
        self._has_bones = False
        self._quantize = changed.request.quantize if changed is not None else ""
        self._base = changed.request.base if changed is not None else ""
        self._shown_servers: tuple[tuple[str, str], ...] = ()
        self._base_models: tuple[ModelRecord, ...] | None = None
        self._in_line: tuple[str, ...] = ()
        self._look_timer = QTimer(self, interval=LOOK_MS)
        self._look_timer.setObjectName("create dialog")
        self._look_timer.timeout.connect(self._look)
        self._bones_timer = QTimer(self, singleShot=True, interval=_BONES_MS)
        self._bones_timer.timeout.connect(self._on_bones_timer_timeout)
        self.finished.connect(self._on_finished)
        self._build()
        if changed is not None:
            self.field.setText(changed.name)
        for fact in (
            *(state.server_changed, state.snapshot_changed, state.status_changed),
            state.disk_space_changed,
        ):
            self.follow(fact, self._update)
        for fact in (
            *(state.download_changed, state.download_removed),
            *(state.creates.changed, state.creates.removed),
        ):
            self.follow(fact, self._on_line_changed)
        self.follow(state.creates.file_read, self._on_file_read)
        self._fill_servers(changed.server_id if changed is not None else state.server.id)
        self.take(group)
        self._look_timer.start()

    def _build(self) -> None:
        self.card = FileCard(self)
        self.card.choose.clicked.connect(self._on_choose_clicked)
        self.card.projector_changed.connect(self._update)
        self.notice = NoticeCard(self)
        self.notice.button.clicked.connect(self._on_notice_button_clicked)
        self.base = ComboBox(self)
        self.base.activated.connect(self._on_base_activated)
        self._base_label = self._label(tr("&Based on"), self.base)
        self.field = QLineEdit(self)
        self.field.setMaxLength(_MAX_NAME)
        self.field.textEdited.connect(self._on_field_text_edited)
        self.field.textChanged.connect(self._update)
        self._name_label = self._label(tr("&Name"), self.field)
        self.helper = HelperLine(self)
        self.server = ChoiceField(tr("Create &on"), self)
        self.server.combo.activated.connect(self._on_server_activated)
        self.quantize = ChoiceField(tr("&Quantize"), self)
        self.quantize.combo.activated.connect(self._on_quantize_activated)
        self.pair = FieldPair(self.server, self.quantize, self)
        self.server_helper = HelperLine(self)
        self.quantize_helper = HelperLine(self)
        self.cost = CostCard(self)
        self.cost.free_button.clicked.connect(self._on_free_button_clicked)
        self._groups = (
            self._column(self._base_label, self.base),
            self._column(self._name_label, self.field, self.helper),
            self._column(self.pair, self.server_helper, self.quantize_helper),
        )
        self.body.addWidget(self.card)
        self.body.addWidget(self.notice)
        for part in self._groups:
            self.body.addWidget(part)
        self.body.addWidget(self.cost)
        self.body.addStretch(1)
        role = QDialogButtonBox.ButtonRole
        cancel = self.add_button(Button(tr("&Cancel"), parent=self), role.RejectRole)
        cancel.clicked.connect(self.reject)
        create = Button(tr("C&reate"), "upload", Kind.PRIMARY, parent=self)
        self.create_button = self.add_button(create, role.AcceptRole)
        self.create_button.setDefault(True)
        self.create_button.clicked.connect(self._on_create_clicked)
        self.notice.button.setAutoDefault(False)
        stops: tuple[QWidget, ...] = (
            *(self.card.choose, self.card.box, self.card.combo, self.base, self.field),
            *(self.server.combo, self.quantize.combo, self.notice.button),
            *(self.cost.free_button, cancel, create),
        )
        for before, after in pairwise(stops):
            QWidget.setTabOrder(before, after)
        for part in (self.notice, *self._groups, self.cost):
            part.hide()  # it is shown as high as what is known needs
        self.set_least_size(_WIDTH, _HEIGHT)

    def _label(self, text: str, buddy: QWidget) -> QLabel:
        label = QLabel(text, self)
        label.setFont(font(TextRole.NAME))
        label.setBuddy(buddy)
        return label

    def _column(self, *widgets: QWidget) -> QWidget:
        part = QWidget(self)
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(6)
        for widget in widgets:
            column.addWidget(widget)
        return part

    # --- the file ------------------------------------------------------------------------------

    def take(self, group: FileGroup) -> None:
        """Make the model of this file instead."""
        self._group = group
        self._facts = self._newer = self._base_models = None
        self._has_bones = False
        self._bones_timer.start()
        if self._is_name_ours:
            self.field.setText(suggested_name(file_name(group.path), "", self._quantize))
        self._look()
        self._focus_name()

    @Slot()
    def _look(self) -> None:
        """Have the file and the disk looked at."""
        self._commands.create_files_requested.emit(self._group)
        if self._places.is_here(self.server_id):
            self._commands.disk_requested.emit(self.server_id)
        self._update()

    @Slot()
    def _on_line_changed(self) -> None:
        """Most of what is on its way only goes on, and its names are the same."""
        if self._places.in_line(self.server_id) != self._in_line:
            self._update()

    @Slot(object)
    def _on_file_read(self, facts: FileFacts) -> None:
        if facts.path != self._group.path or facts is self._facts:
            return
        if facts == self._facts:
            self._newer = None
            self._update()
            return
        was_usable = self._facts is not None and self._facts.refusal is None
        if was_usable and facts.refusal is None:
            self._newer = facts  # a person has seen what it was
        else:
            self._take_facts(facts)
        self._update()

    def _take_facts(self, facts: FileFacts) -> None:
        is_first = self._facts is None
        self._facts, self._newer = facts, None
        self._bones_timer.stop()
        projector = None
        if self._changed_item is not None:
            projector = self._changed_item.request.projector
        self.card.show_facts(facts, projector)
        self._fill_quantize(facts)
        self._suggest_name()
        if facts.refusal is None and is_first:
            self._focus_name()

    def _suggest_name(self) -> None:
        facts = self._facts
        if facts is None or not self._is_name_ours:
            return
        file_type = facts.header.file_type if facts.header is not None else ""
        self.field.setText(
            suggested_name(file_name(facts.path), file_type, self._quantize)
            if self._quantize
            else facts.name
        )

    def _focus_name(self) -> None:
        """The name with what stands before the tag selected."""
        if self.field.isHidden():
            return
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.field.setSelection(0, len(self.field.text().partition(":")[0]))

    @property
    def facts(self) -> FileFacts | None:
        """What is known of the file; None = it is still being read."""
        return self._facts

    # --- the choices ---------------------------------------------------------------------------

    @property
    def server_id(self) -> str:
        """The server that is chosen."""
        return str(self.server.combo.currentData() or self._state.server.id)

    @property
    def _label_of_server(self) -> str:
        server = self._places.server(self.server_id)
        return server_name(server.label, server.address)

    def _fill_servers(self, chosen: str) -> None:
        """All that are on; one that was chosen and is switched off meanwhile stays."""
        combo = self.server.combo
        shown = [(each.id, server_name(each.label, each.address)) for each in self._state.servers]
        if chosen not in (server_id for server_id, _ in shown) and self._changed_item is None:
            chosen = self._state.default_server_id
        theme = Theme.of(self)
        if tuple(shown) != self._shown_servers:
            self._shown_servers = tuple(shown)
            combo.clear()
            for server_id, label in shown:
                combo.addItem(label, server_id)
            combo.setCurrentIndex(max(0, combo.findData(chosen)))
        for index, (server_id, _) in enumerate(shown):
            status = self._state.status(server_id)
            name, color = STATE_GLYPHS[status.state] if status is not None else ("", "")
            if name:
                combo.setItemIcon(index, glyph(name, glyph_color(theme, color)))
        self.server.setVisible(len(shown) > 1)

    def _fill_quantize(self, facts: FileFacts) -> None:
        combo = self.quantize.combo
        combo.clear()
        if facts.header is not None:
            combo.addItem(words.kept_type(facts.header.file_type), "")
        for choice in facts.choices:
            combo.addItem(words.quantize_choice(choice), choice.file_type)
        found = combo.findData(self._quantize)
        self._quantize = self._quantize if found >= 0 else ""
        combo.setCurrentIndex(max(0, found))
        self.quantize.setVisible(bool(facts.choices))

    def _fill_bases(self, facts: FileFacts) -> None:
        """The models that an adapter may be for."""
        models = self._places.models(self.server_id)
        if models is self._base_models:  # most polls bring the very same ones
            return
        self._base_models = models
        self.base.clear()
        self.base.addItem(tr("Choose a model"), "")
        for model in base_candidates(facts, models):
            self.base.addItem(model.name, model.name)
        self.base.setCurrentIndex(max(0, self.base.findData(self._base)))
        self._base = str(self.base.currentData() or "")

    @property
    def _choice(self) -> Choice:
        is_adapter = self._facts is not None and self._facts.is_adapter
        return Choice(
            self.field.text(),
            self.card.projector,
            self._quantize,
            self._base if is_adapter else "",
        )

    # --- what is shown -------------------------------------------------------------------------

    @Slot()
    def _update(self) -> None:
        self._fill_servers(self.server_id)
        facts = self._facts
        if facts is not None and facts.is_adapter:
            self._fill_bases(facts)
        self._in_line = self._places.in_line(self.server_id)
        server = self._places.standing(self.server_id, self._in_line)
        is_changed = self._newer is not None
        self._standing = stand(facts, self._choice, server, is_changed=is_changed)
        is_refused = self._standing.notice is Notice.REFUSED
        is_adapter = facts is not None and facts.is_adapter and not is_refused
        if facts is None:
            self.card.show_reading(self._group.path, tr("Reading the file…"))
        self.quantize.setVisible(facts is not None and bool(facts.choices))
        self._show_helpers(server.version)
        has_choices = not (self.server.isHidden() and self.quantize.isHidden())
        has_choices = has_choices or bool(self.server_helper.text)
        for part, is_shown in zip(self._groups, (is_adapter, True, has_choices), strict=True):
            part.setVisible(is_shown and not is_refused)
        self.pair.arrange()
        self._show_notice()
        self._show_cost(is_refused)
        self._show_button()

    def _show_notice(self) -> None:
        found, facts = self._standing.notice, self._facts
        self.notice.setVisible(found is not None)
        if found is None or facts is None:
            return
        title, body = "", ""
        glyph_name, tone, action = "error", Tone.DANGER, ""
        match found:
            case Notice.REFUSED:
                title, body = words.refusal_words(facts)
                action = tr("Look &again") if facts.fault in _MENDED else ""
            case Notice.CHANGED:
                title, body = words.changed_words()
                action = tr("Look &again")
            case Notice.ADAPTER:
                title, body = words.adapter_words()
                glyph_name, tone = "info", Tone.INFO
            case Notice.ARCHITECTURE:
                kind = facts.header.architecture if facts.header is not None else ""
                title, body = words.unknown_kind_words(kind, self._label_of_server)
                glyph_name, tone = "warning", Tone.WARN
            case Notice.PULL_HINT:
                title, body = words.pull_hint_words(facts.pull_hint, self._standing.cost)
                glyph_name, tone, action = "info", Tone.INFO, tr("&Pull instead…")
        is_new = title != self.notice.title
        self.notice.say(title, body, glyph=glyph_name, state=tone, action=action)
        if is_new and found in (Notice.REFUSED, Notice.CHANGED):
            mend = self.notice.button if action else self.card.choose
            mend.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_helpers(self, version: str) -> None:
        standing, label = self._standing, self._label_of_server
        fault = words.name_fault_line(standing, self.field.text())
        is_known = self._facts is not None and not fault
        is_listed = is_known and self._places.is_listed(self.server_id)
        if fault:
            self.helper.say(fault, "error", Tone.DANGER)
        else:
            line = words.name_line(standing, label, is_ours=self._is_name_ours, is_listed=is_listed)
            glyph_name, tone = ("check", Tone.OK) if is_listed else ("", None)
            self.helper.say(line, glyph_name, tone)
        set_invalid(self.field, bool(fault))
        self.field.setAccessibleDescription(self.helper.text)
        against = words.server_fault_line(standing.server_fault, label, version)
        is_away = standing.server_fault is ServerFault.AWAY
        mark, tone = ("clock", None) if is_away else ("error", Tone.DANGER)
        self.server_helper.say(against, mark if against else "", tone)
        self.server.combo.setAccessibleDescription(against)
        has_choice = self._facts is not None and bool(self._facts.choices)
        self.quantize_helper.say(words.quantize_line() if has_choice else "")
        self.quantize.combo.setAccessibleDescription(self.quantize_helper.text)

    def _show_cost(self, is_refused: bool) -> None:
        cost = self._standing.cost
        self.cost.setVisible(not is_refused and (cost is not None or self._has_bones))
        self.cost.show_cost(cost, self._disk_line(cost) if cost is not None else None)

    def _disk_line(self, cost: CreateCost) -> EstimateLine | None:
        is_here = self._places.is_here(self.server_id)
        if is_here and not self._places.is_measured(self.server_id):
            return None
        place = words.quoted_server(self._label_of_server)
        return words.create_disk_line(cost, place, is_here=is_here)

    def _show_button(self) -> None:
        permission = self._standing.permission
        is_anyway = permission is Permission.ANYWAY
        self.create_button.setText(tr("C&reate anyway") if is_anyway else tr("C&reate"))
        self.create_button.set_icon_name("" if is_anyway else "upload")
        kind = Kind.NORMAL if is_anyway else Kind.PRIMARY
        if kind is not self.create_button.kind:
            self.create_button.set_kind(kind)
        self.create_button.setEnabled(permission is not Permission.OFF)

    def show_bones_now(self) -> None:
        """Do not wait any longer."""
        self._on_bones_timer_timeout()

    @Slot()
    def _on_bones_timer_timeout(self) -> None:
        self._has_bones = self._facts is None
        self._update()

    # --- asking --------------------------------------------------------------------------------

    def _on_field_text_edited(self) -> None:
        self._is_name_ours = False

    def _on_server_activated(self) -> None:
        if self._places.is_here(self.server_id):
            self._commands.disk_requested.emit(self.server_id)
        self._base_models = None
        self._update()

    def _on_quantize_activated(self) -> None:
        self._quantize = str(self.quantize.combo.currentData() or "")
        self._suggest_name()
        self._update()

    def _on_base_activated(self) -> None:
        self._base = str(self.base.currentData() or "")
        self._update()

    def _on_choose_clicked(self) -> None:
        ask_for_files(self, self._on_files_chosen)

    def _on_files_chosen(self, paths: tuple[str, ...]) -> None:
        """What is no .gguf file by its name is looked at all the same: a person has chosen it."""
        found = group_paths(paths)
        if self._changed_item is None:
            self._is_name_ours = True
        self.take(found[0] if found else FileGroup(paths[0], (paths[0],)))

    def _on_notice_button_clicked(self) -> None:
        found, facts = self._standing.notice, self._facts
        if found is Notice.PULL_HINT and facts is not None:
            self.reject()
            self._commands.pull_dialog_requested.emit(facts.pull_hint)
        elif found is Notice.CHANGED and self._newer is not None:
            self._take_facts(self._newer)
            self._update()
            announce(self, self.card.name.accessibleName())
        else:
            self.take(self._group)

    def _on_free_button_clicked(self) -> None:
        cost = self._standing.cost
        if cost is not None and cost.free_bytes is not None:
            missing = max(0, cost.needed_bytes - cost.free_bytes)
            name = self._choice.name or file_name(self._group.path)
            target = DiskTarget(self.server_id, "", name, missing)
            self._commands.disk_dialog_requested.emit(target)

    def _on_create_clicked(self) -> None:
        facts = self._facts
        if self._standing.permission is Permission.OFF or facts is None or facts.header is None:
            return
        choice = self._choice
        sizes = {each.path: each.size_bytes for each in facts.projectors}
        request = CreateRequest(
            self.server_id,
            str(ModelName.parse(choice.name)),
            facts.files,
            projector=choice.projector,
            adapter=facts.is_adapter,
            base=choice.base,
            quantize=choice.quantize,
            architecture=facts.header.architecture,
            file_type=facts.header.file_type,
            size_bytes=facts.size_bytes,
            projector_bytes=sizes.get(choice.projector, 0),
            is_stored_as_is=facts.is_stored_as_is,
        )
        self.accept()
        if self._changed_item is not None:
            self._commands.create_remove_requested.emit(self._changed_item.id)
        self._commands.create_requested.emit(request)

    def _on_finished(self) -> None:
        self._look_timer.stop()
        self._bones_timer.stop()
