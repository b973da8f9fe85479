"""Pull a model: name or link, what is known of it, Pull. The download itself lives elsewhere.

Nothing here waits for a network; what is not known is not said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialogButtonBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from tray_app.core.errors import ModelNotFound, OllamaError, TooOld
from tray_app.core.estimate import PullCheck, PullEstimate, room_of
from tray_app.core.names import LIBRARY_URL, ModelName, SameName, canonical
from tray_app.core.payloads import DiskTarget, ModelRef, PullRequest
from tray_app.core.pulls.rules import GB, HoldReason, Room, outlook
from tray_app.core.pulls.states import UNFINISHED, Hold, PullItem, PullState
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
    pulls_itself,
    server_name,
    tooltip,
    tr,
    unchecked,
)
from tray_app.text.addresses import server_address
from tray_app.text.several import already_on
from tray_app.views.components.buttons import Button, Kind
from tray_app.views.components.dialog_frame import DialogFrame
from tray_app.views.components.glyphs import GlyphLabel
from tray_app.views.components.helper_line import HelperLine
from tray_app.views.components.inputs import set_invalid
from tray_app.views.components.labels import PlainLabel
from tray_app.views.pull.choice import TargetChoice
from tray_app.views.pull.field import NameField
from tray_app.views.pull.input_state import (
    Helper,
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
from tray_app.views.pull.server_card import ServerCard, Tick
from tray_app.views.pull.targets import TargetFacts, Targets
from tray_app.views.theme import TextRole, Tone, font
from tray_app.views.updates.pulled_over import is_lost_by_pull

if TYPE_CHECKING:
    from tray_app.commands import Commands
    from tray_app.core.records import ModelRecord, Recommendation, Server
    from tray_app.settings import Settings
    from tray_app.state.app_state import AppState
    from tray_app.views.pull.suggestions import Suggestion

_WIDTH, _HEIGHT = 560, 568
_MORE_HEIGHT = 64  # for a fourth server
_RULES = (Hold.QUIET_HOURS, Hold.METERED, Hold.BATTERY)


class PullDialog(DialogFrame):
    """Pulls to the one server that is on when it opens, or to those of several that a person ticks.

    `elsewhere` is a model of one server that others are to pull.
    """

    def __init__(
        self,
        settings: Settings,
        state: AppState,
        commands: Commands,
        parent: QWidget | None = None,
        *,
        elsewhere: ModelRef | None = None,
    ) -> None:
        super().__init__(tr("Pull model"), parent)
        self._settings = settings
        self._state = state
        self._commands = commands
        self._server_id = state.server.id
        self._elsewhere = elsewhere
        self._choice = TargetChoice(settings, state, elsewhere)
        self._is_for_several = False
        self._targets = Targets()
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
            state.secret_changed,
            settings.changed,
        ):
            self.follow(changed, self._update)
        self.follow(state.download_changed, self._on_state_download_changed)
        self.follow(state.download_removed, self._on_state_download_removed)
        for item in state.downloads:
            self._note_download(item)
        if elsewhere is not None:
            self.set_text(elsewhere.name)
        self._update()

    def _build(self) -> None:
        label = QLabel(tr("&Model name or link"), self)
        label.setFont(font(TextRole.NAME))
        self.field = NameField(self)
        self.field.changed.connect(self._update)
        self.field.down_pressed.connect(self._on_field_down_pressed)
        label.setBuddy(self.field)
        self._helper = HelperLine(self, keeps_place=True)
        self._helper.link.clicked.connect(self._on_helper_use_clicked)
        self.helper = self._helper.label
        self.area = PullResult(self)
        self.area.list.chosen.connect(self._on_list_chosen)
        self.area.notice.button.clicked.connect(self._on_notice_button_clicked)
        self.area.card.read_button.clicked.connect(self._on_read_button_clicked)
        self.area.card.free_button.clicked.connect(self._on_free_button_clicked)
        self.servers = ServerCard(self)
        self.servers.ticked.connect(self._on_servers_ticked)
        self.servers.hide()
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
        self.body.addWidget(self.servers)
        self.body.addLayout(wait)
        self._browse = browse = self.add_left(
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
        more = _MORE_HEIGHT if len(self._choice.servers) > 3 else 0
        self.set_least_size(_WIDTH, _HEIGHT + more)
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
        server = self._choice.servers[self._server_id]
        return ServerFacts(
            server_name(server.label, server.address), self._version(self._server_id)
        )

    def _version(self, server_id: str) -> str:
        snapshot = self._state.snapshot(server_id)
        return snapshot.version if snapshot is not None else ""

    @Slot(object)
    def _on_state_download_changed(self, item: PullItem) -> None:
        """Most only go on, and are not what is asked about."""
        shown = (self._download, *(each.download for each in self._targets.facts.values()))
        is_shown = any(each is not None and each.id == item.id for each in shown)
        if self._note_download(item) or is_shown:
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

    def _find_downloads(self, name: ModelName) -> dict[str, PullItem]:
        """The unfinished downloads of that name by server."""
        is_same = SameName(str(name))
        same = (item for item in self._unfinished.values() if is_same(item.name))
        now = (self._state.download(item.id) for item in same)
        return {item.server_id: item for item in now if item is not None}

    # --- what is shown -------------------------------------------------------------------------

    @Slot()
    def _update(self) -> None:
        self._take_servers()
        name, downloads = self._read_field()
        if self._is_for_several:
            self._update_several(name, downloads)
            return
        answer = self.lookup.answer(self._server_id)
        self._show_helper(answer)
        if name is None:
            self._show_suggestions()
            return
        near = self._known.similar(self._reading.cleaned)
        here = self._here
        room = self._room(answer)
        wait = None
        if self._download is None:
            wait = self._outlook(self._choice.servers[self._server_id], room)
        self._show_wait(wait)
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

    def _read_field(self) -> tuple[ModelName | None, dict[str, PullItem]]:
        """The name in the field, its unfinished downloads by server; and ask about it."""
        self._reading = read(self.field.text())
        name = self._reading.name
        downloads = self._find_downloads(name) if name is not None else {}
        self._download = None if self._is_for_several else downloads.get(self._server_id)
        is_open = any(server_id not in downloads for server_id in self._choice.servers)
        is_worth_asking = name is not None and not name.is_cloud and is_open
        self.lookup.set_name(str(name) if is_worth_asking else "")
        if name is not None:
            self._known = self._known.renewed(
                self._recommended,
                self._state.installed(self._server_id),
                [item.name for item in self._unfinished.values()],
            )
        return name, downloads

    def _show_suggestions(self) -> None:
        """There is no name in the field."""
        installed = self._state.installed(self._server_id)
        self.area.show_suggestions(suggestions(self._recommended, installed))
        self._show_wait(None)
        self._set_pull(tr("&Pull"), enabled=False)

    def _room(self, answer: PullEstimate | None) -> Room | None:
        """The room on the disk for what the registry has told of."""
        if answer is None or answer.standing is PullCheck.CURRENT:
            return None
        items = [i for i in self._state.downloads if i.server_id == answer.server_id]
        return room_of(answer, items, self._state.disk_space(answer.server_id))

    def _on_free_button_clicked(self) -> None:
        """Its disk has too little room: show what could make some."""
        answer = self.lookup.answer(self._server_id)
        room = self._room(answer)
        if answer is None or room is None:
            return
        missing = max(-room.left_bytes, room.missing_bytes(self._keep_free_bytes))
        target = DiskTarget(self._server_id, "", answer.name, missing)
        self._commands.disk_dialog_requested.emit(target)

    def _outlook(self, server: Server, room: Room | None) -> HoldReason | None:
        """What the download would wait for, by the rules of the queue."""
        return outlook(
            self._state.downloads,
            self._state.pull_rules,
            self._settings.values.max_pulls,
            self._keep_free_bytes,
            is_online=self._state.is_online(server.id),
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
        self._say_failure(name, failure, near)
        is_refusal = isinstance(failure, ModelNotFound | TooOld)
        kind = Kind.NORMAL if is_refusal else Kind.PRIMARY
        self._set_pull(tr("&Pull anyway"), kind=kind)

    def _say_failure(self, name: ModelName, failure: OllamaError, near: list[Suggestion]) -> None:
        if isinstance(failure, ModelNotFound):
            self.area.show_similar(near or self._known.misspelt(name), private_hint(name))
        elif isinstance(failure, TooOld):
            self.area.show_similar(near)
        else:
            title, explanation = lookup_failed(failure, str(name))
            self.area.say(title, explanation, glyph="warning", state=Tone.WARN, near=near)

    def _show_helper(self, answer: PullEstimate | None) -> None:
        self._say_below_field(
            helper(self._reading, self.field.source, answer, self._here, self._server)
        )

    def _say_below_field(self, said: Helper) -> None:
        set_invalid(self.field, said.is_wrong)
        self._helper.say(said.text, said.glyph, said.state, said.use)
        self.field.setAccessibleDescription(said.text)

    def _set_pull(self, text: str, *, enabled: bool = True, kind: Kind = Kind.PRIMARY) -> None:
        is_held = self._wait is not None and not self._is_for_several
        if enabled and is_held and kind is Kind.PRIMARY:
            text = tr("Add to &queue")
        self.pull_button.setText(text)
        self.pull_button.setEnabled(enabled)
        if kind is not self.pull_button.kind:
            self.pull_button.set_icon_name("download" if kind is Kind.PRIMARY else "")
            self.pull_button.set_kind(kind)

    # --- several servers -----------------------------------------------------------------------

    def _take_servers(self) -> None:
        """Those that are switched on while it is open are offered too, and none goes away."""
        self._choice.take_servers()
        if len(self._choice.servers) < 2:
            return
        if not self._is_for_several:
            self._is_for_several = True
            self.area.set_above_servers()
        for server_id in self._choice.servers:
            self.lookup.add_server(server_id)

    def _update_several(self, name: ModelName | None, downloads: dict[str, PullItem]) -> None:
        self.servers.setVisible(name is not None)
        self.body.setStretchFactor(self.area, 0 if name is not None else 1)
        self.body.setStretchFactor(self.servers, 1)
        if name is None:
            self._targets = Targets()
            self._show_helper(None)
            self._show_suggestions()
            self.pull_button.setToolTip("")
            return
        facts = {
            server.id: self._target(server, name, downloads.get(server.id))
            for server in self._choice.servers.values()
        }
        self._targets = Targets(facts, self._choice.boxes(facts))
        if self.servers.show_looks(self._targets.looks):
            self.servers.chain_stops(self.area.card.read_button, self._browse)
        self._show_model(name)
        self._show_wait(self._common_wait())
        reason = "" if self._targets.ticked else tr("Choose a server")
        kind = Kind.NORMAL if self._targets.is_wrong else Kind.PRIMARY
        self._set_pull(self._targets.button_text, enabled=not reason, kind=kind)
        self.pull_button.setToolTip(tooltip(reason))
        if reason:
            self.pull_button.setAccessibleDescription(reason)

    def _target(self, server: Server, name: ModelName, download: PullItem | None) -> TargetFacts:
        answer = self.lookup.answer(server.id)
        found = self._state.recommendations(server.id)
        return TargetFacts(
            server,
            is_used=self._choice.is_used(server.id),
            status=self._state.status(server.id),
            version=self._version(server.id),
            here=self._state.installed(server.id).of(name),
            download=download,
            answer=answer,
            room=self._room(answer),
            keep_free_bytes=self._keep_free_bytes,
            is_cloud=name.is_cloud,
            is_cloud_off=found is not None and found.is_cloud_off,
        )

    def _show_model(self, name: ModelName) -> None:
        """What is the same for all servers."""
        targets, near = self._targets, self._known.similar(self._reading.cleaned)
        found, here = targets.found, targets.here
        failure = targets.failed.failure if targets.failed is not None else None
        self._show_helper_several(name)
        if name.is_cloud or (found is not None and found.is_cloud):
            title = tr("Runs on ollama.com, nothing is stored here")
            self.area.say(title, glyph="cloud", state=Tone.NEUTRAL)
        elif found is not None:
            self.area.show_estimate(found)
        elif failure is not None and here is not None:
            explanation = unchecked(failure, here.name)
            title = already_on(here.name, targets.has_it)
            self.area.say(title, explanation, glyph="info", state=Tone.INFO)
        elif failure is not None:
            self._say_failure(name, failure, near)
        elif self.lookup.is_asked:
            self.area.show_lookup(looking_up(str(name)))
        else:
            self.area.show_similar(near)

    def _show_helper_several(self, name: ModelName) -> None:
        targets, elsewhere = self._targets, self._elsewhere
        # For which server it is too old, its row says.
        is_told_there = targets.found is not None or (
            targets.failed is not None and isinstance(targets.failed.failure, TooOld)
        )
        answer = None if is_told_there else targets.failed
        said = helper(self._reading, self.field.source, answer, targets.here, ServerFacts())
        is_copied = elsewhere is not None and canonical(elsewhere.name) == canonical(str(name))
        if is_copied and targets.ticked and not said.is_wrong:
            labels = [targets.facts[server_id].label for server_id in targets.ticked]
            said = Helper(pulls_itself(labels, str(name)), "info", Tone.INFO)
        self._say_below_field(said)

    def _common_wait(self) -> HoldReason | None:
        """What holds all of them alike; of a server that is away, its row tells."""
        ticked = [self._targets.facts[server_id] for server_id in self._targets.ticked]
        reasons = [
            self._outlook(each.server, each.room)
            for each in ticked
            if self._state.is_online(each.server.id)
        ]
        first = reasons[0] if reasons else None
        if first is None or len(ticked) == 1:
            return first
        is_common = first.hold in _RULES and all(reason == first for reason in reasons)
        return first if is_common or first.hold is Hold.LINE else None

    # --- what a person does --------------------------------------------------------------------

    def _on_field_down_pressed(self) -> None:
        self.area.focus_suggestions()

    @Slot(object)
    def _on_servers_ticked(self, tick: Tick) -> None:
        self._choice.choose(tick.server_id, tick.is_on)
        self._update()

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
        if self._is_for_several:
            answer = next((each for each in self._targets.answers if each.licenses), None)
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
        servers = self._targets.ticked if self._is_for_several else (self._server_id,)
        requests = [self._request(server_id, name) for server_id in servers]
        self._choice.remember()
        self.accept()
        for request in requests:
            record = self._state.record((request.server_id, request.name))
            if record is not None and is_lost_by_pull(record, self._state):
                ref = ModelRef(request.server_id, record.name, record.digest)
                self._commands.update_confirm_dialog_requested.emit(ref)
            else:
                self._commands.pull_requested.emit(request)

    def _request(self, server_id: str, name: ModelName) -> PullRequest:
        """An installed model keeps the spelling that the server knows it by."""
        here = self._state.installed(server_id).of(name)
        return PullRequest(server_id, here.name if here else str(name), here.digest if here else "")
