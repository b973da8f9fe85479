"""Pull a model: name or link, what is known of it, Pull. The download itself lives elsewhere.

Nothing here waits for a network; what is not known is not said.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialogButtonBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from tray_app.commands import Commands
from tray_app.core.errors import ModelNotFound, OllamaError, TooOld
from tray_app.core.estimate import PullCheck, PullEstimate, room_of
from tray_app.core.names import LIBRARY_URL, ModelName, SameName
from tray_app.core.payloads import PullRequest
from tray_app.core.pulls.rules import GB, HoldReason, Room, outlook
from tray_app.core.pulls.states import UNFINISHED, Hold, PullItem, PullState
from tray_app.core.records import ModelRecord, Recommendation
from tray_app.settings import Settings
from tray_app.state import AppState
from tray_app.text import (
    already_here,
    cloud_is_off,
    is_loopback,
    looking_up,
    lookup_failed,
    private_hint,
    pull_button,
    pull_wait,
    pull_wait_note,
    server_name,
    tr,
    unchecked,
)
from tray_app.text.addresses import server_address
from tray_app.views.components.buttons import Button, Kind
from tray_app.views.components.dialog_frame import DialogFrame
from tray_app.views.components.glyphs import GlyphLabel
from tray_app.views.components.inputs import set_invalid
from tray_app.views.components.labels import PlainLabel
from tray_app.views.pull.field import NameField, PullHelper
from tray_app.views.pull.input_state import (
    KnownNames,
    Reading,
    ServerFacts,
    downloading_title,
    helper,
    read,
    suggestions,
    will_fail,
)
from tray_app.views.pull.license_dialog import license_reader
from tray_app.views.pull.lookup import PullLookup
from tray_app.views.pull.result import PullResult
from tray_app.views.pull.suggestions import Suggestion
from tray_app.views.theme import TextRole, Tone, font

_WIDTH, _HEIGHT = 560, 568


class PullDialog(DialogFrame):
    """Pulls to the server that is shown when it opens."""

    def __init__(
        self,
        settings: Settings,
        state: AppState,
        commands: Commands,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(tr("Pull model"), parent)
        self._settings = settings
        self._state = state
        self._commands = commands
        self._server_id = state.server.id
        self._reading = Reading()
        self._known = KnownNames()
        self._unfinished: dict[str, PullItem] = {}  # as they were when they got into their state
        self._download: PullItem | None = None
        self._wait: HoldReason | None = None
        self.lookup = PullLookup((self._server_id,), state, commands, self)
        self.lookup.changed.connect(self._update)
        self.finished.connect(self._on_finished)
        self._build()
        for changed in (
            state.server_changed,
            state.snapshot_changed,
            state.recommendations_changed,
            state.estimate_changed,
            state.status_changed,
            state.pull_rules_changed,
            state.disk_space_changed,
            settings.changed,
        ):
            self.follow(changed, self._update)
        self.follow(state.download_changed, self._on_state_download_changed)
        self.follow(state.download_removed, self._on_state_download_removed)
        for item in state.downloads:
            self._note_download(item)
        self._update()

    def _build(self) -> None:
        label = QLabel(tr("&Model name or link"), self)
        label.setFont(font(TextRole.NAME))
        self.field = NameField(self)
        self.field.changed.connect(self._update)
        self.field.down_pressed.connect(self._on_field_down_pressed)
        label.setBuddy(self.field)
        self._helper = PullHelper(self)
        self._helper.use.clicked.connect(self._on_helper_use_clicked)
        self.helper = self._helper.label
        self.area = PullResult(self)
        self.area.list.chosen.connect(self._on_list_chosen)
        self.area.notice.button.clicked.connect(self._on_notice_button_clicked)
        self.area.card.read_button.clicked.connect(self._on_read_button_clicked)
        top = QVBoxLayout()
        top.setSpacing(6)
        top.addWidget(label)
        top.addWidget(self.field)
        top.addWidget(self._helper)
        self.wait_note = PlainLabel("", TextRole.SECONDARY, parent=self)
        self._wait_glyph = GlyphLabel("clock", parent=self)
        wait = QHBoxLayout()
        wait.setSpacing(7)
        wait.addWidget(self._wait_glyph, 0, Qt.AlignmentFlag.AlignTop)
        wait.addWidget(self.wait_note, 1)
        self.body.addLayout(top)
        self.body.addWidget(self.area, 1)
        self.body.addLayout(wait)
        browse = self.add_left(
            Button(tr("&Browse the library"), "external", Kind.LINK, parent=self)
        )
        browse.clicked.connect(self._on_browse_clicked)
        role = QDialogButtonBox.ButtonRole
        cancel = self.add_button(Button(tr("&Cancel"), parent=self), role.RejectRole)
        cancel.clicked.connect(self.reject)
        pull = Button(tr("&Pull"), "download", Kind.PRIMARY, parent=self)
        self.pull_button = self.add_button(pull, role.AcceptRole)
        self.pull_button.setDefault(True)
        self.pull_button.clicked.connect(self._on_pull_clicked)
        self.set_least_size(_WIDTH, _HEIGHT)
        self.field.setFocus()

    def set_text(self, text: str) -> None:
        """Fill the field, as if `text` had been pasted."""
        self.field.paste_text(text)

    # --- facts ---------------------------------------------------------------------------------

    @property
    def _here(self) -> ModelRecord | None:
        """The installed model of the name in the field."""
        name = self._reading.name
        return self._state.installed(self._server_id).of(name) if name is not None else None

    @property
    def _keep_free_bytes(self) -> int:
        return self._settings.values.keep_free_gb * GB

    @property
    def _recommended(self) -> tuple[Recommendation, ...]:
        found = self._state.recommendations(self._server_id)
        return found.rows if found is not None else ()

    @property
    def _is_cloud_off(self) -> bool:
        found = self._state.recommendations(self._server_id)
        return found is not None and found.is_cloud_off

    @property
    def _server(self) -> ServerFacts:
        server, snapshot = self._state.server, self._state.snapshot(self._server_id)
        version = snapshot.version if snapshot is not None else ""
        return ServerFacts(server_name(server.label, server.address), version)

    @Slot(object)
    def _on_state_download_changed(self, item: PullItem) -> None:
        """Most only go on, and are not what is asked about."""
        if self._note_download(item) or (self._download and self._download.id == item.id):
            self._update()

    @Slot(str)
    def _on_state_download_removed(self, item_id: str) -> None:
        if self._unfinished.pop(item_id, None) is not None:
            self._update()

    def _note_download(self, item: PullItem) -> bool:
        """Whether it has come or ended, or takes one of the places now, or leaves it."""
        old = self._unfinished.get(item.id)
        if item.state not in UNFINISHED:
            self._unfinished.pop(item.id, None)
            return old is not None
        if old is not None and old.state is item.state:
            return False
        self._unfinished[item.id] = item
        return True

    def _find_download(self, name: ModelName) -> PullItem | None:
        """The unfinished download of that name to this server."""
        items = (item for item in self._unfinished.values() if item.server_id == self._server_id)
        is_same = SameName(str(name))
        found = next((item for item in items if is_same(item.name)), None)
        return self._state.download(found.id) if found is not None else None

    # --- what is shown -------------------------------------------------------------------------

    @Slot()
    def _update(self) -> None:
        reading = self._reading = read(self.field.text())
        name = reading.name
        self._download = self._find_download(name) if name is not None else None
        is_worth_asking = name is not None and not name.is_cloud and self._download is None
        self.lookup.set_name(str(name) if is_worth_asking else "")
        answer = self.lookup.answer(self._server_id)
        self._show_helper(answer)
        if name is None:
            installed = self._state.installed(self._server_id)
            self.area.show_suggestions(suggestions(self._recommended, installed))
            self._show_wait(None)
            self._set_pull(tr("&Pull"), enabled=False)
            return
        self._known = self._known.renewed(
            self._recommended,
            self._state.installed(self._server_id),
            [item.name for item in self._unfinished.values()],
        )
        near = self._known.similar(reading.cleaned)
        here = self._here
        room = self._room(answer)
        self._show_wait(None if self._download is not None else self._outlook(room))
        if self._download is not None:
            title, body = downloading_title(self._download), ""
            if self._download.state is PullState.WAITING:
                body = pull_wait(self._download, self._server.label)
            self.area.say(title, body, action=tr("&Show"), near=near)
            self._set_pull(tr("&Pull"), enabled=False)
        elif name.is_cloud or (answer is not None and answer.is_cloud):
            title = tr("Runs on ollama.com, nothing is stored here")
            off = cloud_is_off(self._server.label) if self._is_cloud_off else ""
            state = Tone.WARN if off else Tone.NEUTRAL
            self.area.say(title, off, glyph="cloud", state=state, near=near)
            kind = Kind.NORMAL if off else Kind.PRIMARY
            self._set_pull(tr("&Add") if here is None else tr("&Add again"), kind=kind)
        elif answer is not None and answer.is_found:
            self._show_found(answer, room, near)
        elif here is not None:
            self._show_here(here, answer.failure if answer else None, near)
        elif answer is not None and answer.failure is not None:
            self._show_failure(name, answer.failure, near)
        else:
            if self.lookup.is_asked:
                self.area.show_lookup(looking_up(str(name)))
            else:
                self.area.show_similar(near)
            self._set_pull(tr("&Pull"))

    def _room(self, answer: PullEstimate | None) -> Room | None:
        """The room on the disk for what the registry has told of."""
        if answer is None or answer.standing is PullCheck.CURRENT:
            return None
        items = [i for i in self._state.downloads if i.server_id == self._server_id]
        return room_of(answer, items, self._state.disk_space(self._server_id))

    def _outlook(self, room: Room | None) -> HoldReason | None:
        """What the download would wait for, by the rules of the queue."""
        server = self._state.server
        return outlook(
            self._state.downloads,
            self._state.pull_rules,
            self._settings.values.max_pulls,
            self._keep_free_bytes,
            is_online=self._state.is_online(self._server_id),
            is_here=is_loopback(server_address(server.label, server.address).host),
            room=room,
        )

    def _show_wait(self, reason: HoldReason | None) -> None:
        """Say what the download would wait for, before it is asked for."""
        self._wait = reason
        note = ""
        if reason is not None:
            values = self._settings.values
            note = pull_wait_note(
                reason, self._server.label, self._keep_free_bytes, values.max_pulls
            )
        self.wait_note.setText(note)
        self.wait_note.setVisible(bool(note))
        self._wait_glyph.setVisible(bool(note))
        self.pull_button.setAccessibleDescription(note)

    def _show_found(self, answer: PullEstimate, room: Room | None, near: list[Suggestion]) -> None:
        """The registry has told of it."""
        if answer.standing is PullCheck.CURRENT:
            title = tr("You already have this version")
            explanation = tr("Pulling it again changes nothing but its date.")
            self.area.say(title, explanation, glyph="check-circle", state=Tone.OK, near=near)
        else:
            self.area.show_estimate(answer, room, self._keep_free_bytes)
        # One that waits for room does not fail for the lack of it.
        waits_for_room = self._wait is not None and self._wait.hold is Hold.DISK
        is_wrong = will_fail(answer, self._server.version, None if waits_for_room else room)
        kind = Kind.NORMAL if is_wrong else Kind.PRIMARY
        self._set_pull(pull_button(answer, is_wrong=is_wrong), kind=kind)

    def _show_here(
        self, here: ModelRecord, failure: OllamaError | None, near: list[Suggestion]
    ) -> None:
        """It is installed, and whether the registry has another version is not known."""
        explanation = tr("Pulling it again fetches only what has changed since.")
        if failure is not None:
            explanation = unchecked(failure, here.name)
        title = already_here(here.name)
        self.area.say(title, explanation, glyph="check-circle", state=Tone.OK, near=near)
        self._set_pull(tr("&Pull again"))

    def _show_failure(self, name: ModelName, failure: OllamaError, near: list[Suggestion]) -> None:
        """The registry did not tell. The server may do better, so it can still pull."""
        if isinstance(failure, ModelNotFound):
            self.area.show_similar(near or self._known.misspelt(name), private_hint(name))
            self._set_pull(tr("&Pull anyway"), kind=Kind.NORMAL)
        elif isinstance(failure, TooOld):
            self.area.show_similar(near)
            self._set_pull(tr("&Pull anyway"), kind=Kind.NORMAL)
        else:
            title, explanation = lookup_failed(failure, str(name))
            self.area.say(title, explanation, glyph="warning", state=Tone.WARN, near=near)
            self._set_pull(tr("&Pull anyway"))

    def _show_helper(self, answer: PullEstimate | None) -> None:
        said = helper(self._reading, self.field.source, answer, self._here, self._server)
        set_invalid(self.field, said.is_wrong)
        self._helper.say(said.text, said.glyph, said.state, said.use)
        self.field.setAccessibleDescription(said.text)

    def _set_pull(self, text: str, *, enabled: bool = True, kind: Kind = Kind.PRIMARY) -> None:
        if enabled and self._wait is not None and kind is Kind.PRIMARY:
            text = tr("Add to &queue")
        self.pull_button.setText(text)
        self.pull_button.setEnabled(enabled)
        if kind is not self.pull_button.kind:
            self.pull_button.set_icon_name("download" if kind is Kind.PRIMARY else "")
            self.pull_button.set_kind(kind)

    # --- what a person does --------------------------------------------------------------------

    def _on_field_down_pressed(self) -> None:
        self.area.focus_suggestions()

    def _on_helper_use_clicked(self) -> None:
        self.field.choose(self._reading.proposal)

    def _on_list_chosen(self, name: str) -> None:
        self.field.choose(name)

    def _on_notice_button_clicked(self) -> None:
        if self._download is not None:
            self._commands.pull_show_requested.emit(self._download.id)
            self.accept()

    def _on_read_button_clicked(self) -> None:
        answer = self.lookup.answer(self._server_id)
        if answer is not None and answer.licenses:
            license_reader(answer, self).open()

    def _on_finished(self) -> None:
        self.lookup.set_name("")

    def _on_browse_clicked(self) -> None:
        QDesktopServices.openUrl(QUrl(LIBRARY_URL))

    def _on_pull_clicked(self) -> None:
        name = self._reading.name
        if name is None or self._download is not None:
            return
        here = self._here
        # An installed model keeps the spelling that the server knows it by.
        request = PullRequest(
            self._server_id,
            here.name if here else str(name),
            here.digest if here else "",
        )
        self.accept()
        self._commands.pull_requested.emit(request)
